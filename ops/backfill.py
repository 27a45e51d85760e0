"""Read a source's past again, day by day: what is missing, or all of it.

Each day is a file of its own, as the timetable would have made it, so a backfill that was stopped
goes on where it was: days that the lake holds are passed over. It takes a share of the source's
rate limit only, so that the daily run finds room.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from extract.errors import CredentialsRefused, CxwError, Defer, ImpossibleWindow
from extract.source import Kind, Source, Stream, Window
from ops import plan, steps
from ops.settings import Settings

SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Task:
    """One day of one stream that is to be read."""

    stream: str
    window: Window


def skipped(source: Source, streams: tuple[Stream, ...]) -> Iterator[str]:
    """Say which streams have no past to read, and why."""
    for stream in streams:
        if stream.kind is Kind.SNAPSHOT:
            yield (
                f"{source.name}.{stream.name}: skipped; a snapshot shows what is true now, "
                "and no file of today may be dated into the past"
            )


def tasks(
    lake: Path,
    source: Source,
    streams: tuple[Stream, ...],
    asked: Window,
    now: datetime,
    *,
    again: bool,
) -> list[Task]:
    """Return the days to read, oldest first; without `again` only those that lack something."""
    past = [stream for stream in streams if stream.kind is not Kind.SNAPSHOT]
    lacking = {
        stream.name: (asked,)
        if again
        else (
            *plan.gaps(lake, source.name, stream.name, asked),
            *plan.still_empty(lake, source.name, stream, now),
        )
        for stream in past
    }
    found = []
    for day in asked.days():
        window = Window(max(day.start, asked.start), min(day.end, asked.end))
        for stream in past:
            parts = lacking[stream.name]
            if any(part.start < window.end and window.start < part.end for part in parts):
                found.append(Task(stream.name, window))
    return found


def run(
    settings: Settings,
    source: Source,
    todo: list[Task],
    run_id: str,
    *,
    share: float = SHARE,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[str]:
    """Extract and check each task; yield a line for each, and raise the first refusal at the end.

    A source that asks to come back later is waited for, up to the patience of the settings. One
    refused day stops no other; refused credentials stop all.
    """
    if not 0 < share <= 1:
        raise ImpossibleWindow(
            f"a share of {share:g}", "a rate limit has one whole", "give a share of 0 to 1"
        )
    first: CxwError | None = None
    for number, task in enumerate(todo, 1):
        place = f"{number} of {len(todo)}  {source.name}.{task.stream} {task.window.start:%Y-%m-%d}"
        try:
            said = yield from _one(settings, source, task, run_id, share, sleep, place)
        except CredentialsRefused:
            raise
        except CxwError as error:
            first = first or error
            yield f"{place}  {error.outcome}: {error.seen}"
        else:
            aside = f", {said.quarantined:,} put aside" if said.quarantined else ""
            yield f"{place}  {said.rows:,} rows{aside}"
    if first is not None:
        raise first


def _one(
    settings: Settings,
    source: Source,
    task: Task,
    run_id: str,
    share: float,
    sleep: Callable[[float], None],
    place: str,
) -> Generator[str, None, steps.Checked]:
    waited = 0.0
    while True:
        try:
            # A restated day is read for itself: the days before it are tasks of their own.
            steps.extract(
                settings,
                source.name,
                task.stream,
                task.window,
                run_id=run_id,
                share=share,
                restated=False,
            )
        except Defer as wait:
            waited += wait.seconds
            if waited > settings.patience_seconds:
                raise
            yield f"{place}  waits {timedelta(seconds=round(wait.seconds))}: {wait.seen}"
            sleep(wait.seconds)
        else:
            return steps.check_landed(settings, source.name, task.stream, task.window)
