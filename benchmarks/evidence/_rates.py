"""The difference of two rates in points, with the interval of Agresti and Caffo (2000)."""

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
