"""What care adds to the next mark of who gave a low one; and nothing against nothing."""

from __future__ import annotations

from benchmarks.evidence import Analytic, Connection, Estimate


def planted(connection: Connection) -> float:
    """Return by how much care lifted the next mark of those whom it reached in time."""
    (lift,) = connection.execute(
        "select avg(follow_up_score - follow_up_score_without_care) from truth_low_marks"
        " where cared_at is not null and followed_at is not null"
    ).fetchone() or (None,)
    return float(lift)


def _estimate(connection: Connection, comparison: str) -> Estimate | None:
    row = connection.execute(
        "select matched_lift, matched_lift_low, matched_lift_high from agg_nps_recovery"
        " where programme_slug = 'low_mark_care' and comparison_type = ?"
        " order by period_on limit 1",
        [comparison],
    ).fetchone()
    return Estimate(*row) if row and None not in row else None


ANALYTIC = [
    Analytic(
        slug="nps_recovery",
        story="care_programme",
        title="Lift of care after a low mark",
        unit="points of 0 to 10",
        planted=planted,
        estimate=lambda connection: _estimate(connection, "care"),
    ),
    Analytic(
        slug="nps_recovery_a_a",
        story="care_programme",
        title="No care against no care",
        unit="points of 0 to 10",
        planted=lambda _: 0.0,
        estimate=lambda connection: _estimate(connection, "a_a"),
    ),
]
