"""Differences of differences of means, with margins that hold when one customer counts often."""

from __future__ import annotations

from math import sqrt

from benchmarks.evidence import Connection, Estimate

MARGIN_Z = 1.96

# Rows are (customer_key, is_meant, is_during, happened: 0 or 1, or how often). The rows of one
# customer may depend on each other, so their deviations are added up before they are squared.
_CELLS = """
    with counted as (
        select
            is_meant,
            is_during,
            case when is_meant = is_during then 1 else -1 end as sign,
            count(*) as row_count,
            avg(happened) as share
        from ({rows})
        group by is_meant, is_during
    ),

    pulled as (
        select
            customer_key,
            sum(sign * (happened - share) / row_count) as on_difference,
            sum(case when is_meant and is_during then (happened - share) / row_count else 0 end)
                as on_share
        from ({rows}) as happened
        inner join counted using (is_meant, is_during)
        group by customer_key
    )

    select
        (select sum(sign * share) from counted),
        (select max(case when is_meant and is_during then share end) from counted),
        (select count(*) from counted),
        sum(on_difference * on_difference),
        sum(on_share * on_share),
        sum(on_difference * on_share)
    from pulled
"""


def difference(connection: Connection, rows: str) -> Estimate | None:
    """Give how much more often it happened to those meant, during less before, than to others."""
    found = connection.execute(_CELLS.format(rows=rows)).fetchone()
    if found is None or found[2] < 4:
        return None
    value, margin = found[0], MARGIN_Z * sqrt(found[3])
    return Estimate(value, value - margin, value + margin)


def attributed(connection: Connection, rows: str) -> Estimate | None:
    """Give the difference as a share of what happened to those meant, by the delta method."""
    found = connection.execute(_CELLS.format(rows=rows)).fetchone()
    if found is None or found[2] < 4 or not found[1]:
        return None
    value, share = found[0] / found[1], found[1]
    variance = (found[3] - 2 * value * found[5] + value * value * found[4]) / share**2
    margin = MARGIN_Z * sqrt(max(variance, 0.0))
    return Estimate(value, value - margin, value + margin)
