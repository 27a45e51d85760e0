"""Rates in percent: the difference of two by Agresti and Caffo (2000), a share by Wilson (1927)."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from benchmarks.evidence import Estimate

Z = 1.96


def difference(counts: Sequence[int]) -> Estimate | None:
    """Compare (hits, cases) with (other hits, other cases); None when one side is empty."""
    hits, cases, other_hits, other_cases = counts
    if not cases or not other_cases:
        return None
    rate, other = (hits + 1) / (cases + 2), (other_hits + 1) / (other_cases + 2)
    margin = Z * sqrt(rate * (1 - rate) / (cases + 2) + other * (1 - other) / (other_cases + 2))
    value = 100 * (hits / cases - other_hits / other_cases)
    return Estimate(value, 100 * (rate - other - margin), 100 * (rate - other + margin))


def share(hits: int, cases: int) -> Estimate | None:
    """Give hits of cases in percent, with the interval of Wilson (1927); None without a case."""
    if not cases:
        return None
    rate, weight = hits / cases, Z * Z / cases
    centre = (rate + weight / 2) / (1 + weight)
    margin = Z * sqrt(rate * (1 - rate) / cases + weight / (4 * cases)) / (1 + weight)
    return Estimate(100 * rate, 100 * max(0.0, centre - margin), 100 * min(1.0, centre + margin))
