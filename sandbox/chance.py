"""Seeded draws that come out the same on every machine.

Python's `hash` changes from run to run and a maths library may round the last bit of a
logarithm differently, so seeds are taken from BLAKE2 and every skewed draw reads a table of
quantiles with straight lines between them: only additions and multiplications touch a draw.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from hashlib import blake2b
from itertools import accumulate
from random import Random
from typing import TypeVar

T = TypeVar("T")

# Quantiles of the exponential distribution of mean 1 at 0, 5 %, … 95 %, then the tail's knots.
_EXPONENTIAL = (
    *((0.00, 0.0), (0.05, 0.0513), (0.10, 0.1054), (0.15, 0.1625), (0.20, 0.2231)),
    *((0.25, 0.2877), (0.30, 0.3567), (0.35, 0.4308), (0.40, 0.5108), (0.45, 0.5978)),
    *((0.50, 0.6931), (0.55, 0.7985), (0.60, 0.9163), (0.65, 1.0498), (0.70, 1.2040)),
    *((0.75, 1.3863), (0.80, 1.6094), (0.85, 1.8971), (0.90, 2.3026), (0.95, 2.9957)),
    *((0.98, 3.9120), (0.99, 4.6052), (0.998, 6.2146), (1.00, 7.5)),
)
_EXPONENTIAL_AT = tuple(at for at, _ in _EXPONENTIAL)


def stable_hash(*parts: object) -> int:
    """Give the same 64-bit number for the same parts on every machine and in every run."""
    text = "\x1f".join(map(str, parts))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def draws(*parts: object) -> Random:
    """Give a generator of its own to the thing that the parts name."""
    return Random(stable_hash(*parts))


def exponential(rng: Random, mean: float) -> float:
    """Draw a waiting time: short ones are common, long ones rare."""
    share = rng.random()
    above = max(1, bisect_left(_EXPONENTIAL_AT, share))
    low, high = _EXPONENTIAL[above - 1], _EXPONENTIAL[above]
    return mean * (low[1] + (share - low[0]) / (high[0] - low[0]) * (high[1] - low[1]))


def count(rng: Random, mean: float) -> int:
    """Draw how many independent things happen when `mean` are expected."""
    passed, number = exponential(rng, 1.0), 0
    while passed < mean:
        number += 1
        passed += exponential(rng, 1.0)
    return number


def bell(rng: Random, mean: float, spread: float) -> float:
    """Draw around a mean: the sum of four dice stands for the normal distribution."""
    four = rng.random() + rng.random() + rng.random() + rng.random()
    return mean + spread * (four - 2.0) * 1.73


def pick(rng: Random, weighted: Sequence[tuple[T, float]]) -> T:
    """Pick one of (thing, weight)."""
    sums = list(accumulate(weight for _, weight in weighted))
    return weighted[min(bisect_left(sums, rng.random() * sums[-1]), len(sums) - 1)][0]


def between(low: float, value: float, high: float) -> float:
    """Keep a value within its bounds."""
    return low if value < low else high if value > high else value
