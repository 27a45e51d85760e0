"""What a dead button in the checkout costs: orders lost, in points of the checkouts that met it."""

from __future__ import annotations

from benchmarks.evidence import Analytic, Connection, Estimate
from benchmarks.evidence._rates import difference

# Only days between the first and the last dead click: who met the button differs by chance alone.
COUNTS = """
with checkouts as (
    select
        started_on,
        dead_click_count + rage_click_count > 0 as met,
        purchase_count > 0 as ordered
    from fct_web_sessions
    where form_start_count > 0 and not is_provisional
),
days as (select min(started_on) as first_on, max(started_on) as last_on from checkouts where met)
select
    count(case when not met and ordered then 1 end), count(case when not met then 1 end),
    count(case when met and ordered then 1 end), count(case when met then 1 end)
from checkouts, days where started_on between first_on and last_on
"""
TRUE = """
select avg(cast(would_order as integer) - cast(has_ordered as integer)) * 100
from truth_checkouts where has_met_friction
"""


def planted(connection: Connection) -> float:
    """Give the share of the checkouts that met the button whose order it cost."""
    return float(connection.execute(TRUE).fetchall()[0][0])


def estimate(connection: Connection) -> Estimate | None:
    """Compare checkouts of the same weeks that met the button with those that did not."""
    return difference(connection.execute(COUNTS).fetchall()[0])


ANALYTIC = Analytic(
    slug="checkout_friction",
    story="checkout_friction",
    title="Orders lost where the checkout's button does not answer",
    unit="points",
    planted=planted,
    estimate=estimate,
)
