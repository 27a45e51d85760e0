"""What an offer brings: orders by those written to beyond those held out, in points."""

from __future__ import annotations

from benchmarks.evidence import Analytic, Connection, Estimate

TRUE = """
select 100 * avg(cast(has_ordered as integer) - cast(ordered_without_offer as integer))
from truth_offers where not is_held_out
"""
FOUND = """
select 100 * uplift_rate, 100 * uplift_low_rate, 100 * uplift_high_rate
from agg_audience_uplift where audience_slug = 'newsletter_offer' and uplift_rate is not null
"""


def planted(connection: Connection) -> float:
    """Give the share of those written to who ordered for nothing but the offer."""
    return float(connection.execute(TRUE).fetchall()[0][0])


def estimate(connection: Connection) -> Estimate | None:
    """Read the uplift as the mart tells it."""
    rows = connection.execute(FOUND).fetchall()
    return Estimate(*rows[0]) if rows else None


ANALYTIC = Analytic(
    slug="newsletter_offer",
    story="newsletter_offer",
    title="Orders that an offer brought, against a hold-out",
    unit="points",
    planted=planted,
    estimate=estimate,
)
