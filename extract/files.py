"""Files that teams export into a drop folder: each stream is declared in `extract/files.toml`.

**What.** Rows of CSV, NDJSON or Parquet files, each as a JSON object with the declared types. Key,
kind and time are those of the declaration; columns that are not declared land as they are.
**Endpoints.** The files of `base_url` (a folder, or an address that fsspec opens, such as
`s3://bucket/drop`) whose names fit the stream's `pattern`.
**Paging.** 5,000 rows at a time.
**Limits.** None.
**Window.** Rows whose declared time lies inside. Where the pattern names a day, the files of the
window's days in the declared zone are read, otherwise all that fit. A file that is not there gives
no rows and a note `no file for 2026-07-05`.
**Late data.** Each run reads `late_days` back: days of a restated stream are read again, other
streams begin so much before the window. A run waits `ready_minutes` after the window's end.
**Quirks.** A file delivered twice, or overlapping another, gives one row by key: that of the file
written last. A file that is empty, ends inside a line, changes while it is read or is no Parquet
refuses the window; so does a row without key or time. A value that does not fit lands with an error
and its path. An empty text of a CSV file is null. A local time that autumn repeats is the first of
both, and the second where the key holds it and came before in the file. Moments are landed in UTC,
all other values as they came.
**Try it.** `cxw extract files acd_intervals --from 2026-09-28 --to 2026-09-29`
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from extract.access import Access
from extract.errors import RequestRefused
from extract.files_declared import EPOCHS, Declared, read_declarations
from extract.source import DAY, Batch, Kind, Reader, Settings, Source, Stream, Window

if TYPE_CHECKING:
    from datetime import date

    from extract.http import Client


Matching = Callable[[str], list[tuple[str, str]]]  # when written, and name


class FilesSettings(Settings, frozen=True, kw_only=True):
    """Where the folder is; `base_url` is a path or an address that fsspec opens."""


def access(settings: FilesSettings) -> Access:
    """Return where the folder is; nothing is asked over HTTP."""
    return Access("files", settings.base_url)


def delivered(declared: Declared) -> Reader:
    """Return the reader of a stream of files."""

    def read(client: Client, settings: FilesSettings, window: Window) -> Iterator[Batch]:
        from extract.files_reading import records  # noqa: PLC0415  (only who reads pays for it)
        from extract.folders import Folder  # noqa: PLC0415

        folder = Folder("files", settings.base_url)
        if not folder.holds():
            raise RequestRefused(
                "files: there is no folder at CXW_FILES_BASE_URL",
                "then a file that is missing cannot be told from one that is not there yet",
                "check the address, or make the folder",
            )
        names, missing = chosen(folder.matching, declared, window)
        for name in names:
            yield from map(Batch, records(folder, name, declared, client.traffic))
        if missing:
            yield Batch(note=f"no file for {', '.join(missing)}")

    return read


def chosen(matching: Matching, declared: Declared, window: Window) -> tuple[list[str], list[str]]:
    """Return the files to read for a window, the newest first, and what has none.

    A day is missed when it is over by the end of the window; days that are read only because files
    may come late are not.
    """
    if not declared.is_dated:
        found = dict.fromkeys(matching(declared.pattern))
        return _newest_first(found), [] if found else [declared.pattern]
    zone = ZoneInfo(declared.zone)
    due = window.start + (timedelta(0) if declared.kind == "restate" else declared.late)
    files: dict[tuple[str, str], None] = {}
    missing = []
    for day in _days(window, zone):
        found = dict.fromkeys(matching(day.strftime(declared.pattern)))
        files |= found
        over = datetime.combine(day + DAY, time(), zone)
        if not found and due < over <= window.end:
            missing.append(day.isoformat())
    return _newest_first(files), missing


def _newest_first(files: Iterable[tuple[str, str]]) -> list[str]:
    return [name for _, name in sorted(files, reverse=True)]


def _days(window: Window, zone: ZoneInfo) -> list[date]:
    first = window.start.astimezone(zone).date()
    last = (window.end - timedelta(microseconds=1)).astimezone(zone).date()
    return [first + DAY * ahead for ahead in range((last - first).days + 1)]


def stream(name: str, declared: Declared) -> Stream:
    """Make the stream that a declaration describes."""
    kind = Kind(declared.kind)
    is_restated = kind is Kind.RESTATE
    return Stream(
        name,
        kind,
        declared.key,
        delivered(declared),
        cursor=declared.time,
        cursor_unit=declared.unit if declared.unit in EPOCHS else "iso",
        restate_days=declared.late_days if is_restated else 0,
        overlap=timedelta(0) if is_restated else declared.late,
        settle=timedelta(minutes=declared.ready_minutes),
        pii=declared.personal,
        model=declared.model(name),
    )


DECLARED = read_declarations(Path(__file__).with_suffix(".toml"))
STREAMS = tuple(stream(name, declared) for name, declared in DECLARED.items())
SOURCE = Source("files", FilesSettings, access, STREAMS)
