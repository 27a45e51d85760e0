"""What buyers spend on a purchase beyond what Gamma-Gamma expects of them: what a raise added.

A fit that does not see the last thirty days foretells what each buyer spends; the price is raised
when those days begin. Without a raise the difference is nothing, which is the fit's calibration.
"""

from __future__ import annotations

from benchmarks.evidence import Analytic, Connection, Estimate
from benchmarks.evidence.expected_purchases import HELD_OUT

TRUE = f"""
with held_out as ({HELD_OUT}),
days as (
    select person_id, purchased_at::date as bought_on, sum(raise_amount) as raised
    from truth_purchases group by all
),
buyers as (
    select person_id, sum(raised) / count(*) as raised
    from days, held_out
    where bought_on >= cut::date and bought_on < cut::date + 30
    group by person_id
)
select avg(raised) from buyers
where person_id in (select person_id from days, held_out where bought_on < cut::date)
"""
FOUND = """
select held_out_spend_gap_amount, held_out_spend_gap_low, held_out_spend_gap_high
from fct_value_fits where is_newest and held_out_spend_gap_amount is not null
"""


def planted(connection: Connection) -> float:
    """Return the mean over the buyers who came of what the raise added to a day's purchase."""
    return float(connection.execute(TRUE).fetchall()[0][0])


def estimate(connection: Connection) -> Estimate | None:
    """Return the gap of the newest fit's trial."""
    found = connection.execute(FOUND).fetchall()
    return Estimate(*found[0]) if found else None


ANALYTIC = Analytic(
    slug="expected_spend",
    story="price_change",
    title="Spend on a purchase beyond that foretold, once the price is raised",
    unit="dollars",
    planted=planted,
    estimate=estimate,
)
