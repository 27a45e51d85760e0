"""What each analytic finds of what was planted, with its interval, over many simulated companies.

A module of this folder that sets `ANALYTIC` is one claim: what is true (from the simulation's truth
alone) and what the marts estimate (from the marts alone). The same is done in a world where every
story is at its placebo; there nothing is to be found.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

SHARE_WANTED = 0.9  # of the intervals, which hold 95 of 100 if they are honest

Connection = duckdb.DuckDBPyConnection  # the marts by their names, the truth as truth_<table>


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and its interval of 95 %, in the unit of its analytic."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Analytic:
    """A claim: the planted value lies in the interval, and zero does when nothing was planted.

    `estimate` gives None where the marts say that there is not enough to tell.
    """

    slug: str
    story: str
    title: str
    unit: str
    planted: Callable[[Connection], float]
    estimate: Callable[[Connection], Estimate | None]
    null: float = 0.0  # the value when nothing was planted


@dataclass(frozen=True, slots=True)
class Result:
    """One analytic in one world."""

    slug: str
    seed: int
    is_placebo: bool
    planted: float  # of a placebo the null value
    value: float | None
    low: float | None
    high: float | None

    @property
    def holds(self) -> bool:
        """Tell whether the interval holds what is true; no estimate holds nothing."""
        if self.low is None or self.high is None:
            return False
        return self.low <= self.planted <= self.high


@dataclass(frozen=True, slots=True)
class Row:
    """What is said of an analytic: the first seed's numbers, and how often intervals held."""

    analytic: Analytic
    first: Result | None
    placebo: Result | None
    held: tuple[int, int]  # planted worlds: held, of how many
    placebo_held: tuple[int, int]

    @property
    def is_met(self) -> bool:
        """Tell whether both shares are at least the wanted one."""
        pairs = (self.held, self.placebo_held)
        return all(worlds and held >= SHARE_WANTED * worlds for held, worlds in pairs)


def analytics() -> list[Analytic]:
    """Return every analytic of this folder, by slug."""
    found: list[Analytic] = []
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            given = getattr(importlib.import_module(f"{__name__}.{module.name}"), "ANALYTIC", None)
            found += [given] if isinstance(given, Analytic) else given or []
    return sorted(found, key=lambda analytic: analytic.slug)


def measure(analytic: Analytic, connection: Connection, seed: int, *, is_placebo: bool) -> Result:
    """Ask the truth and the marts of one world."""
    true = analytic.null if is_placebo else analytic.planted(connection)
    found = analytic.estimate(connection)
    bounds: Mapping[str, Any] = {name: getattr(found, name, None) for name in ("low", "high")}
    return Result(analytic.slug, seed, is_placebo, true, found and found.value, **bounds)


def rows(known: Iterable[Analytic], results: Iterable[Result]) -> list[Row]:
    """Count over the worlds; of a world that was measured again the last result stands."""
    last = {(one.slug, one.is_placebo, one.seed): one for one in results}
    found = []
    for analytic in known:
        sides = []
        for is_placebo in (False, True):
            mine = sorted(
                (
                    one
                    for (slug, side, _), one in last.items()
                    if slug == analytic.slug and side == is_placebo
                ),
                key=lambda one: one.seed,
            )
            held = sum(one.holds for one in mine)
            sides.append((mine[0] if mine else None, (held, len(mine))))
        (first, held), (placebo, placebo_held) = sides
        found.append(Row(analytic, first, placebo, held, placebo_held))
    return found
