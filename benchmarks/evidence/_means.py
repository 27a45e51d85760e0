"""The difference of two means, with Welch's interval: the groups may differ in size and spread."""

from __future__ import annotations

from math import sqrt

from benchmarks.evidence import Connection, Estimate


def difference(connection: Connection, rows: str) -> Estimate | None:
    """Compare `value` of the rows that are meant with that of the others; None below two of a side.

    Rows are (is_meant, value).
    """
    from scipy.stats import t  # noqa: PLC0415  (half a second, and only a measurement needs it)

    found = connection.execute(
        "select is_meant, count(value), avg(value), var_samp(value)"
        f" from ({rows}) group by is_meant order by is_meant"
    ).fetchall()
    if len(found) < 2 or min(count for _, count, _, _ in found) < 2:
        return None
    (_, others, base, base_variance), (_, meant, mean, variance) = found
    one, other = float(variance) / meant, float(base_variance) / others
    if not one + other:
        return None
    freedom = (one + other) ** 2 / (one**2 / (meant - 1) + other**2 / (others - 1))
    gap, margin = float(mean - base), float(t.ppf(0.975, freedom)) * sqrt(one + other)
    return Estimate(gap, gap - margin, gap + margin)
