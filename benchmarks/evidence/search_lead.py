"""By how many days searches about problems run ahead of the calls."""

from __future__ import annotations

from benchmarks.evidence import Analytic, Connection, Estimate

TRUE = "select lead_days from truth_search_leads where topic_slug = 'problems'"
FOUND = """
select lead_delta_days, lead_low_delta_days, lead_high_delta_days
from agg_search_leads where page_group_slug = 'help' and lead_delta_days is not null
"""


def planted(connection: Connection) -> float:
    """Give the days that the searches are ahead."""
    return float(connection.execute(TRUE).fetchall()[0][0])


def estimate(connection: Connection) -> Estimate | None:
    """Read the lead of the searches that lead to the help pages, as the mart tells it."""
    rows = connection.execute(FOUND).fetchall()
    return Estimate(*map(float, rows[0])) if rows else None


ANALYTIC = Analytic(
    slug="search_lead",
    story="search_lead",
    title="Searches for help run ahead of calls",
    unit="days",
    planted=planted,
    estimate=estimate,
)
