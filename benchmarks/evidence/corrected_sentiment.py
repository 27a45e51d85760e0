"""What does the mix of posters hide? Net sentiment of the population less that of the voices."""

from __future__ import annotations

from benchmarks.evidence import Analytic, Connection, Estimate


def planted(connection: Connection) -> float:
    """Return population less voices in the last whole week before the first crisis."""
    [(points,)] = connection.execute(
        """select sum(person_count * net_sentiment) / sum(person_count)
            - sum(voice_count * voiced_net_sentiment) / sum(voice_count)
        from truth_opinions
        where week_on = (
            select max(week_on) from truth_opinions
            where week_on + 7 <= coalesce(
                (select min(cast(onset_at as date)) from truth_crises), date '9999-01-01'))"""
    ).fetchall()
    return float(points)


def estimate(connection: Connection) -> Estimate | None:
    """Return the correction of the last published week before the first grave crisis."""
    found = connection.execute(
        """select correction_points, correction_low, correction_high
        from agg_social_sentiment_weekly
        where segment_type = 'all' and status_type = 'published' and week_on + 7 <= coalesce(
            (select min(onset_on) from fct_crisis_episodes where severity_type <> 'minor'),
            date '9999-01-01')
        order by week_on desc limit 1"""
    ).fetchall()
    return Estimate(*map(float, found[0])) if found else None


ANALYTIC = Analytic(
    slug="corrected_sentiment",
    story="posting_bias",
    title="Net sentiment of the customers less that of those who post",
    unit="points",
    planted=planted,
    estimate=estimate,
)
