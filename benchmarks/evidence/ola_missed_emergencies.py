"""Emergencies that the IT desk did not declare: the sum of the monthly scorecards.

The interval goes from those that the contacts prove to those that they prove or suspect.
"""

from __future__ import annotations

from benchmarks.evidence import Analytic, Connection, Estimate


def planted(connection: Connection) -> float:
    """Count what was felt and not declared."""
    [(missed,)] = connection.execute(
        "select count(*) from truth_it_emergencies where is_felt and not is_declared"
    ).fetchall()
    return float(missed)


def estimate(connection: Connection) -> Estimate:
    """Add up the months of all teams."""
    [(proven, suspected)] = connection.execute(
        "select coalesce(sum(missed_emergency_count), 0),"
        " coalesce(sum(suspected_emergency_count), 0) from agg_ola_scorecard_monthly"
    ).fetchall()
    return Estimate(float(proven), float(proven), float(proven + suspected))


ANALYTIC = Analytic(
    slug="ola_missed_emergencies",
    story="it_emergencies",
    title="Emergencies that the IT desk missed",
    unit="incidents",
    planted=planted,
    estimate=estimate,
)
