"""How many crises did our own posts cause? A campaign makes many mentions and must not count."""

from __future__ import annotations

from benchmarks.evidence import Analytic, Connection, Estimate


def planted(connection: Connection) -> float:
    """Return the crises of an own post; the campaign is none of them."""
    [(crises,)] = connection.execute(
        "select count(*) from truth_crises where cause_type = 'own_post'"
    ).fetchall()
    return float(crises)


def estimate(connection: Connection) -> Estimate | None:
    """Return what the marts count; a count of episodes is exact, so the interval has no width."""
    [(crises,)] = connection.execute(
        "select count(*) from fct_crisis_episodes where cause_type = 'own_post'"
    ).fetchall()
    return Estimate(float(crises), float(crises), float(crises))


ANALYTIC = Analytic(
    slug="crisis_count",
    story="campaign",
    title="Crises caused by own posts, a campaign beside them",
    unit="crises",
    planted=planted,
    estimate=estimate,
)
