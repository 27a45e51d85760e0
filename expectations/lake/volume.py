"""How many rows an interval should hold, learnt from the accepted intervals around it.

Where three weeks of days are there, `usual` says what is usual for the day by level, weekday and
season. Below 60 % of it a day is told, below half refused, above twice told; further off where past
days strayed further (four standard deviations) or where the number is small (four of a counted
number). A rise that was told the day before is not told again, and the end of a wave is no fall:
in a wave, too few is measured from a calm day. Holidays are never refused, and the day after them
may hold theirs, too.

With less history the rate (rows a day; for snapshots rows) is compared with intervals of about the
same width: those of the same weekday when there are five, else those of the same kind of day
(working day, weekend) when there are five: median ± the largest of 7.4 MAD, half the median, and
four standard deviations of a counted number; too many is told above three times the median at the
least. With two to four such intervals no bound can be
learnt: then less than a fifth of the smallest of them is severe (on a weekend: of the smallest of
all days). One interval proves nothing, because the first of a source holds all its past. A day that
the source says is not exported yet, and an old interval of entities, are never refused; of a list
that is not due nothing is expected.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from statistics import median

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.lake.usual import YEAR, Usual, usual
from expectations.results import Severity
from extract.source import Kind, Window

ENOUGH = 5
LOOK_BACK = 42  # intervals: six weeks of days
SEASON = (YEAR - timedelta(days=7), YEAR + timedelta(days=35))  # before the window
TOLD, REFUSED, TWICE = 0.4, 0.5, 1.0  # shares off the usual rate: below, far below, above
MANY, ODD_SIZE = 200, 0.25  # rows that tell the size of one; the share that is odd in any case
RISING = 2.0  # share above with little history: a source that begins may grow so
SMALL = 4  # rows: chance reaches further up than down, (√n + 2)² of a counted number
AGAIN = 1.5  # so far above the day before is a rise of its own
LEAST = 5  # rows: a bound below it is chance where days stray far
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
    told: float = 0.0  # below it somebody is told


@dataclass(frozen=True, slots=True)
class Interval:
    """An accepted file: its window, its rows, and the bytes of a row."""

    window: Window
    rows: int
    row_bytes: float = 0.0


def history(lake: Path, source: str, stream: str, window: Window) -> tuple[Interval, ...]:
    """Return the accepted intervals nearest to a window and not overlapping it.

    Those of the same season of the year before come last.
    """
    found: list[tuple[timedelta, Window, Path]] = []
    for path in (lake / "raw" / source / stream).glob("dt=*/*.parquet"):
        other = Window.from_name(path.stem)
        if other.end <= window.start or other.start >= window.end:
            found.append((abs(window.start - other.start), other, path))
    found.sort(key=lambda one: one[0])
    first, last = SEASON
    season = (one for one in found[LOOK_BACK:] if first <= window.start - one[1].start <= last)
    near = ((other, _size(path)) for _, other, path in (*found[:LOOK_BACK], *season))
    return tuple(Interval(other, *size) for other, size in near if size is not None)


def accepted_before(path: Path) -> int | None:
    """Return the rows of the accepted file of the same interval, if there is one."""
    size = _size(path) if path.exists() else None
    return size[0] if size else None


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
    holidays: Collection[date] = (),
) -> Bounds:
    """Return the bounds for the rate of a window; `is_partial` when the source says so.

    `late` is how long after its end a report day of this source may well be empty.
    """
    if is_partial and (kind is Kind.SNAPSHOT or now < window.end + late):
        return Bounds(0, None, Severity.WARN, "a list or a day that is not due")
    if kind in {Kind.RESTATE, Kind.SNAPSHOT}:
        seen = [one for one in seen if one.rows]  # an empty one was not exported, or not due
    width = _days(window)
    excused = is_partial or (kind is Kind.ENTITY and now - window.end > LATE)
    if width == 1:
        whole = [one for one in seen if _days(one.window) == 1]
        by_day = {one.window.start.date(): float(one.rows) for one in whole}
        if found := usual(by_day, window.start.date(), holidays):
            return _around(found, is_excused=excused)
    seen = seen[:LOOK_BACK]
    same_width = [one for one in seen if 0.5 <= _days(one.window) / width <= 2]
    like, basis = _alike(same_width, window)
    rates = [rate(one.rows, one.window, kind) for one in like]
    if len(rates) >= ENOUGH:
        middle = median(rates)
        mad = median(abs(one - middle) for one in rates)
        chance = 4 * math.sqrt(max(middle, 1 / width) / width)
        spread = max(5 * 1.4826 * mad, 0.5 * middle, chance)
        below = Severity.WARN if excused else Severity.REFUSE
        high = max(middle + spread + SMALL, middle * (1 + RISING))
        return Bounds(max(0.0, middle - spread), high, below, f"median {middle:,.1f} of {basis}")
    if not seen:
        return Bounds(0, None, Severity.WARN, "no accepted interval yet")
    if same_width and not like:
        return Bounds(0, None, Severity.WARN, f"none of {basis}")
    # A weekend may be quiet, but a working day as quiet is no news on one.
    few = same_width if like and _is_weekend(window) else like or same_width or seen
    smallest = min(rate(one.rows, one.window, kind) for one in few)
    days = 1 if kind is Kind.SNAPSHOT else width
    low = SEVERE * smallest if smallest * days >= COUNTABLE else 0.0
    sure = len(like) >= FEW and not excused
    basis = f"smallest {smallest:,.1f} of " + (
        basis if few is like else f"{len(few)} intervals of other days or widths"
    )
    return Bounds(low, None, Severity.REFUSE if sure else Severity.WARN, basis)


def _around(found: Usual, *, is_excused: bool) -> Bounds:
    """Return the bounds around what is usual for a day."""
    most, strays = found.rate + found.waited, math.exp(found.noise)
    chance = 4 * math.sqrt(max(most, 1)) + SMALL
    calm, chance_below = found.calm, 4 * math.sqrt(max(found.calm, 1))
    stray_low = calm / strays if calm / strays >= LEAST else 0.0
    low, told = (
        max(0.0, min(calm - chance_below, stray_low, calm * (1 - part))) for part in (REFUSED, TOLD)
    )
    high = max(most + chance, most * strays, most * (1 + TWICE))
    if found.is_holiday:  # some are half days, and what is usual for the weekday is none too many
        return Bounds(0.0, max(high, found.newest * (1 + TWICE)), Severity.WARN, found.basis)
    high = max(high, found.newest * AGAIN + chance)
    severity = Severity.WARN if is_excused else Severity.REFUSE
    return Bounds(low, high, severity, found.basis, 0.0 if is_excused else told)


def usual_row_bytes(seen: Sequence[Interval]) -> tuple[float, float] | None:
    """Return between which bytes a row usually lies, from files that are large enough to tell."""
    sizes = [one.row_bytes for one in seen if one.rows >= MANY]
    if len(sizes) < ENOUGH:
        return None
    middle = median(sizes)
    spread = max(5 * 1.4826 * median(abs(one - middle) for one in sizes), ODD_SIZE * middle)
    return max(0.0, middle - spread), middle + spread


def row_bytes(path: Path) -> float | None:
    """Return the bytes of a row of a file, where it is large enough to tell."""
    size = _size(path)
    return size[1] if size and size[0] >= MANY else None


def _alike(seen: Sequence[Interval], window: Window) -> tuple[list[Interval], str]:
    """Return the intervals to compare with, and their name."""
    if _days(window) > 1.5:
        return list(seen), f"{len(seen)} intervals of this width"
    weekday = window.start.weekday()
    same = [one for one in seen if one.window.start.weekday() == weekday]
    if len(same) >= ENOUGH:
        return same, f"{len(same)} {WEEKDAYS[weekday]}"
    kind = [one for one in seen if _is_weekend(one.window) == _is_weekend(window)]
    return kind, f"{len(kind)} {'weekend' if _is_weekend(window) else 'working'} days"


def _is_weekend(window: Window) -> bool:
    return _days(window) <= 1.5 and window.start.weekday() >= 5


def _days(window: Window) -> float:
    return (window.end - window.start) / timedelta(days=1)


def _size(path: Path) -> tuple[int, float] | None:
    """Return the rows of a file and the bytes of one, before compression."""
    try:
        told = path.stat()
    except OSError:
        return None
    return _size_of_version(path, told.st_ino, told.st_mtime_ns)


@lru_cache(maxsize=20_000)
def _size_of_version(path: Path, _inode: int, _changed: int) -> tuple[int, float] | None:
    """Read the size once: a run judges many files, each against the same ones around it."""
    try:
        footer = pq.read_metadata(path)
    except (OSError, pa.ArrowInvalid):
        return None  # a damaged file teaches nothing; reading it is refused elsewhere
    groups = (footer.row_group(place).total_byte_size for place in range(footer.num_row_groups))
    return int(footer.num_rows), sum(groups) / max(footer.num_rows, 1)
