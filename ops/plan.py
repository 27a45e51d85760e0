"""Which runs are missing: the gap between what the lake holds and the moment asked for.

There is no store of cursors. The names of accepted files say which intervals are there, so a lost
file, a refused one and a run that never happened are all the same thing: a gap.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from extract.lake import accepted_files, read_manifest
from extract.source import DAY, Kind, Source, Stream, Window

YET = re.compile(r"^not \w+ yet|^no file for ")  # the notes of a source that had nothing yet


@dataclass(frozen=True, slots=True, order=True)
class PlannedRun:
    """One DAG run that is missing; runs sort by the moment at which their window ends."""

    end: datetime
    order: int  # of the source, where two end together
    source: str
    start: datetime

    @property
    def window(self) -> Window:
        """The interval that the run reads."""
        return Window(self.start, self.end)

    @property
    def dag_id(self) -> str:
        """The DAG that reads the source."""
        return f"extract_{self.source}"


def missing_runs(
    lake: Path,
    sources: Iterable[Source],
    first: datetime,
    until: datetime,
    now: datetime | None = None,
) -> list[PlannedRun]:
    """Return the runs that close every source's gap, in the order in which time passes.

    A gap is one run, except where a source forgets (`horizon`): there each day is a run, because a
    counter not read on its day is lost. What lies beyond the horizon at `now` is not asked for any
    more; without `now`, each run happens at the end of its own window.
    """
    planned = []
    for order, source in enumerate(sources):
        starts = [gap_start(lake, source.name, stream, first, until) for stream in source.streams]
        begin = min((start for start in starts if start is not None), default=None)
        horizon = min((s.horizon for s in source.streams if s.horizon), default=None)
        if begin is not None and now is not None and horizon is not None:
            begin = max(begin, Window.of_day(now - horizon).end)
        if begin is None or begin >= until:
            continue
        whole = Window(begin, until)
        daily = horizon is not None
        for part in whole.days() if daily else (whole,):
            window = Window(max(part.start, begin), min(part.end, until))
            planned.append(PlannedRun(window.end, order, source.name, window.start))
    return sorted(planned)


def gap_start(
    lake: Path, source: str, stream: Stream, first: datetime, until: datetime
) -> datetime | None:
    """Return the first moment in [first, until) that no accepted file covers; None without a gap.

    A snapshot shows now and cannot be made up for: only its last day counts.
    """
    if stream.kind is Kind.SNAPSHOT:
        first = max(first, until - DAY)
    found = gaps(lake, source, stream.name, Window(first, until))
    return found[0].start if found else None


def gaps(lake: Path, source: str, stream: str, asked: Window) -> list[Window]:
    """Return the parts of a window that no accepted file of the stream covers, oldest first."""
    found, covered = [], asked.start
    for window in covered_windows(lake, source, stream):
        if window.start >= asked.end:
            break
        if window.start > covered:
            found.append(Window(covered, window.start))
        covered = max(covered, window.end)
    if covered < asked.end:
        found.append(Window(covered, asked.end))
    return found


def still_empty(lake: Path, source: str, stream: Stream, now: datetime) -> list[Window]:
    """Return the intervals whose file is empty because the source had nothing yet.

    Those that a coming run reads again by itself are left out.
    """
    settled = now - DAY * (stream.restate_days + 1)
    return [
        manifest.window
        for path in accepted_files(lake, source, stream.name)
        if Window.from_name(path.stem).end <= settled
        and not (manifest := read_manifest(path)).rows
        and YET.search(manifest.note)
    ]


def covered_windows(lake: Path, source: str, stream: str) -> list[Window]:
    """Return the intervals of a stream's accepted files, by start."""
    paths = accepted_files(lake, source, stream)
    return sorted(Window.from_name(path.stem) for path in paths)


def landed_until(lake: Path, sources: Iterable[Source]) -> datetime | None:
    """Return the latest moment that any accepted file reaches; None for an empty lake."""
    ends = [
        window.end
        for source in sources
        for stream in source.streams
        for window in covered_windows(lake, source.name, stream.name)
    ]
    return max(ends, default=None)
