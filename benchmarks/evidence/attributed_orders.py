"""What part of the orders a mailed offer brought: as attribution credits the last visit's source.

The truth knows who ordered for nothing but the offer. Attribution shares out what was seen; it
comes near the truth here because who is moved by a mail clicks on it. The share that the newsletter
has of the orders before the offer is taken away first.
"""

from __future__ import annotations

from benchmarks.evidence import Analytic, Connection, Estimate
from benchmarks.evidence._rates import difference
from sandbox.stories import NewsletterOffer

OFFER = NewsletterOffer()
TRUE = """
with orders as (
    select
        coalesce(offers.has_ordered and not offers.ordered_without_offer, false) as is_brought
    from truth_checkouts as checkouts
    inner join truth_stories as stories on stories.story_slug = 'newsletter_offer'
    left join truth_offers as offers using (person_id)
    where
        checkouts.has_ordered
        and checkouts.begun_at >= stories.started_at
        and checkouts.begun_at < stories.ended_at
)
select 100 * avg(is_brought::int) from orders
"""
FOUND = f"""
with begun as (
    select (select min(started_on) from fct_calls) + {OFFER.after_days} as from_on
),
orders as (
    select
        traffic_medium_name = 'email' as is_mail,
        converted_on >= from_on as is_after
    from fct_attribution_credits, begun
    where
        model_slug = 'last'
        and conversion_type = 'purchase'
        and converted_on < from_on + {OFFER.days}
)
select
    count(case when is_after and is_mail then 1 end), count(case when is_after then 1 end),
    count(case when not is_after and is_mail then 1 end), count(case when not is_after then 1 end)
from orders
"""


def planted(connection: Connection) -> float:
    """Give the share of the web orders of these days that only the offer brought."""
    return float(connection.execute(TRUE).fetchall()[0][0])


def estimate(connection: Connection) -> Estimate | None:
    """Compare the credit of the newsletter with its share before; other orders keep that share."""
    counts = connection.execute(FOUND).fetchall()[0]
    found = difference(counts)
    if found is None:
        return None
    others = 1 - (counts[2] + 1) / (counts[3] + 2)
    return Estimate(found.value / others, found.low / others, found.high / others)


ANALYTIC = Analytic(
    slug="attributed_orders",
    story=OFFER.slug,
    title="Web orders that an offer brought, by the last visit’s source",
    unit="percent of orders",
    planted=planted,
    estimate=estimate,
)
