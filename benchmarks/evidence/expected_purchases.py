"""Purchases beyond those foretold: what a rival and other stories took or brought in 30 days.

A fit that does not see the last thirty days foretells them; stories that begin with those days make
the difference. Without them the difference is nothing, which is the calibration of the fit.
"""

from __future__ import annotations

from benchmarks.evidence import Analytic, Connection, Estimate

HELD_OUT = "select max(fitted_as_of_at) - interval 30 day as cut from fct_value_fits"


def planted(connection: Connection) -> float:
    """Return the purchases per buyer that stories took from refills, or an offer brought."""
    return float(
        connection.execute(
            f"""
with held_out as ({HELD_OUT}),
buyers as (
    select person_id from truth_purchases, held_out
    group by person_id having min(purchased_at) < min(timezone('UTC', cut))
),
taken as (
    select count(*) as orders from truth_refills inner join buyers using (person_id), held_out
    where
        taken_by_slug is not null
        and due_at >= timezone('UTC', cut)
        and due_at < timezone('UTC', cut) + interval 30 day
        and coalesce(left_at, due_at) >= timezone('UTC', cut)
),
brought as (
    select count(*) as orders from truth_offers inner join buyers using (person_id)
    where has_ordered and not ordered_without_offer
)
select (brought.orders - taken.orders) / (select count(*) from buyers) from brought, taken
"""
        ).fetchall()[0][0]
    )


def estimate(connection: Connection) -> Estimate | None:
    """Return the gap of the newest fit's trial."""
    found = connection.execute(
        "select held_out_gap_per_buyer, held_out_gap_low, held_out_gap_high from fct_value_fits"
        " where is_newest and held_out_gap_per_buyer is not null"
    ).fetchall()
    return Estimate(*found[0]) if found else None


ANALYTIC = Analytic(
    slug="expected_purchases",
    story="refills",
    title="Purchases in 30 days beyond those foretold",
    unit="per buyer",
    planted=planted,
    estimate=estimate,
)
