"""When does a clumsy post become a crisis? Hours from the first day's beginning to the onset."""

from __future__ import annotations

from benchmarks.evidence import Analytic, Connection, Estimate


def planted(connection: Connection) -> float:
    """Return the hours to the clumsy post; 0 when it angers nobody."""
    [(hours,)] = connection.execute(
        """select coalesce(max(epoch(onset_at) - (
            select epoch(min(cast(created_at as date))) from truth_posts)) / 3600, 0)
        from truth_crises where cause_type = 'own_post'"""
    ).fetchall()
    return float(hours)


def estimate(connection: Connection) -> Estimate | None:
    """Return the hours to the greatest crisis of an own post; 0 when the marts know none."""
    found = connection.execute(
        """select epoch(onset_at), epoch(onset_earliest_at), epoch(onset_latest_at), (
            select epoch(min(created_on)) from fct_mentions where source_slug = 'x')
        from fct_crisis_episodes where cause_type = 'own_post'
        order by negative_count desc, onset_at limit 1"""
    ).fetchall()
    if not found:
        return Estimate(0.0, 0.0, 0.0)
    onset, earliest, latest, first = map(float, found[0])
    return Estimate((onset - first) / 3600, (earliest - first) / 3600, (latest - first) / 3600)


ANALYTIC = Analytic(
    slug="crisis_onset",
    story="clumsy_post",
    title="Onset of a crisis that an own post caused (0: no such crisis)",
    unit="hours since the first day",
    planted=planted,
    estimate=estimate,
)
