"""Lapses: buyers whom unpaid search brought lapse more often than others.

The planted pauses displace others: who is away cannot go away. So the true value is not the
number of planted pauses but what the true lives of the two groups show.
"""

from __future__ import annotations

from benchmarks.evidence import Analytic, Connection, Estimate
from benchmarks.evidence._means import difference

TRUE = """
with lives as (
    select
        buyers.person_id,
        buyers.first_medium = 'organic' as is_exposed,
        count(periods.person_id) as lapses
    from truth_buyers as buyers
    left join truth_stage_periods as periods
        on buyers.person_id = periods.person_id and periods.stage_type = 'lapsed'
    where buyers.first_medium is not null
    group by buyers.person_id, is_exposed
)
select
    avg(case when is_exposed then lapses end) - avg(case when not is_exposed then lapses end)
from lives
"""
FOUND = """
select customers.acquisition_medium_name = 'organic' as is_meant, journeys.lapse_count as value
from fct_lifecycle_journeys as journeys
inner join dim_customers as customers using (customer_key)
where journeys.purchased_at is not null and customers.acquisition_medium_name <> 'no visit'
"""


def planted(connection: Connection) -> float:
    """Return the difference of mean lapses between the groups in their true lives."""
    return float(connection.execute(TRUE).fetchall()[0][0])


def estimate(connection: Connection) -> Estimate | None:
    """Compare the mean lapses of both groups."""
    return difference(connection, FOUND)


ANALYTIC = Analytic(
    slug="lapses_by_source",
    story="wavering_customers",
    title="Lapses of buyers brought by search, beyond those of others",
    unit="per buyer",
    planted=planted,
    estimate=estimate,
)
