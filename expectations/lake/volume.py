"""How many rows an interval should hold, learnt from the accepted intervals around it.

The rate (rows a day; for snapshots rows) is compared with intervals of about the same width: those
of the same weekday when there are five, else those of the same kind of day (working day, weekend)
when there are five. The bounds are median ± spread; the spread is the largest of 7.4 MAD (five
standard deviations of a normal), half the median, and four standard deviations of a counted number.
With two to four such intervals no bound can be learnt: then less than a fifth of the smallest of
them is severe. One interval proves nothing, because the first of a source holds all its past.
A day that the source says is not exported yet, and an old interval of entities, are never refused;
of a list that is not due nothing is expected.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from statistics import median

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.results import Severity
from extract.source import Kind, Window

ENOUGH = 5
LOOK_BACK = 42  # intervals: six weeks of days
FEW = 2
SEVERE = 0.2  # below this share of the smallest of few intervals a fall is severe
COUNTABLE = 30  # rows: with fewer expected, chance alone may take most of them away
LATE = timedelta(days=2)  # an old interval of entities returns only what did not change since
TRUNCATED = 0.8  # a re-read interval must hold this share of the rows accepted before
WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which numbers the rate should lie, what follows below, and what that rests on."""

    low: float
    high: float | None
    below: Severity
    basis: str


@dataclass(frozen=True, slots=True)
class Interval:
    """An accepted file: its window and its rows."""

    window: Window
    rows: int


def history(lake: Path, source: str, stream: str, window: Window) -> tuple[Interval, ...]:
    """Return the accepted intervals nearest to a window and not overlapping it."""
    found: list[tuple[timedelta, Window, Path]] = []
    for path in (lake / "raw" / source / stream).glob("dt=*/*.parquet"):
        other = Window.from_name(path.stem)
        if other.end <= window.start or other.start >= window.end:
            found.append((abs(window.start - other.start), other, path))
    found.sort(key=lambda one: one[0])
    near = ((other, _rows(path)) for _, other, path in found[:LOOK_BACK])
    return tuple(Interval(other, rows) for other, rows in near if rows is not None)


def accepted_before(path: Path) -> int | None:
    """Return the rows of the accepted file of the same interval, if there is one."""
    return _rows(path) if path.exists() else None


def rate(rows: int, window: Window, kind: Kind) -> float:
    """Return rows a day; of a snapshot, rows."""
    return float(rows) if kind is Kind.SNAPSHOT else rows / _days(window)


def learn(
    seen: Sequence[Interval],
    window: Window,
    kind: Kind,
    now: datetime,
    *,
    is_partial: bool = False,
    late: timedelta = timedelta(0),
) -> Bounds:
    """Return the bounds for the rate of a window; `is_partial` when the source says so.

    `late` is how long after its end a report day of this source may well be empty.
    """
    if is_partial and (kind is Kind.SNAPSHOT or now < window.end + late):
        return Bounds(0, None, Severity.WARN, "a list or a day that is not due")
    if kind in {Kind.RESTATE, Kind.SNAPSHOT}:
        seen = [one for one in seen if one.rows]  # an empty one was not exported, or not due
    width = _days(window)
    same_width = [one for one in seen if 0.5 <= _days(one.window) / width <= 2]
    like, basis = _alike(same_width, window)
    rates = [rate(one.rows, one.window, kind) for one in like]
    excused = is_partial or (kind is Kind.ENTITY and now - window.end > LATE)
    if len(rates) >= ENOUGH:
        middle = median(rates)
        mad = median(abs(one - middle) for one in rates)
        chance = 4 * math.sqrt(max(middle, 1 / width) / width)
        spread = max(5 * 1.4826 * mad, 0.5 * middle, chance)
        below = Severity.WARN if excused else Severity.REFUSE
        return Bounds(
            max(0.0, middle - spread), middle + spread, below, f"median {middle:,.1f} of {basis}"
        )
    if not seen:
        return Bounds(0, None, Severity.WARN, "no accepted interval yet")
    few = like or same_width or seen
    smallest = min(rate(one.rows, one.window, kind) for one in few)
    days = 1 if kind is Kind.SNAPSHOT else width
    low = SEVERE * smallest if smallest * days >= COUNTABLE else 0.0
    sure = len(like) >= FEW and not excused
    basis = f"smallest {smallest:,.1f} of " + (
        basis if like else f"{len(few)} intervals of other days or widths"
    )
    return Bounds(low, None, Severity.REFUSE if sure else Severity.WARN, basis)


def _alike(seen: Sequence[Interval], window: Window) -> tuple[list[Interval], str]:
    """Return the intervals to compare with, and their name."""
    if _days(window) > 1.5:
        return list(seen), f"{len(seen)} intervals of this width"
    weekday = window.start.weekday()
    same = [one for one in seen if one.window.start.weekday() == weekday]
    if len(same) >= ENOUGH:
        return same, f"{len(same)} {WEEKDAYS[weekday]}"
    weekend = weekday >= 5
    kind = [one for one in seen if (one.window.start.weekday() >= 5) == weekend]
    return kind, f"{len(kind)} {'weekend' if weekend else 'working'} days"


def _days(window: Window) -> float:
    return (window.end - window.start) / timedelta(days=1)


def _rows(path: Path) -> int | None:
    try:
        told = path.stat()
    except OSError:
        return None
    return _rows_of_version(path, told.st_ino, told.st_mtime_ns)


@lru_cache(maxsize=20_000)
def _rows_of_version(path: Path, _inode: int, _changed: int) -> int | None:
    """Read the rows once: a run judges many files, each against the same ones around it."""
    try:
        return int(pq.read_metadata(path).num_rows)
    except (OSError, pa.ArrowInvalid):
        return None  # a damaged file teaches nothing; reading it is refused elsewhere
