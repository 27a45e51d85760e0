"""The files of the lake: where they lie, what they hold, and how they are committed.

A file appears under its name in one step (`os.replace`), data and manifest together, or not at all.
Temporary names do not end in `.parquet`, because a glob of DuckDB would match a hidden one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from pathlib import Path
from typing import IO
from uuid import uuid4

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from extract.access import Traffic
from extract.columns import ColumnRows
from extract.errors import DiskFull, TruncatedFetch
from extract.reading import EPOCH, MICROSECOND
from extract.rows import Counts, Origin, RecordRows, writer
from extract.source import STAMP, Batch, Kind, Stream, Window
from extract.uniting import NO_ROOM, Rows, corrupt, leave_out, unite

ZONES = ("landing", "raw", "refused")
MANIFEST_KEY = "cx_manifest"


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says of itself, in its footer; of a run over several files, the sums."""

    version: int = 1
    source: str
    stream: str
    kind: str = ""
    window_name: str = msgspec.field(name="window")
    rows: int
    new: int = 0
    kept: int = 0
    duplicates: int = 0
    outside_window: int = 0
    invalid_rows: int = 0
    source_rows: int | None = None  # what the source itself counts, and what it showed of that
    shown_rows: int | None = None
    errors: list[dict[str, str]] = []
    cursor_min: datetime | None = None
    cursor_max: datetime | None = None
    requests: int = 0
    retries: int = 0
    bytes: int = 0
    note: str = ""
    run_id: str = ""
    attempt: int = 1
    extracted_at: datetime | None = None
    code_version: str = ""
    stream_hash: str = ""

    @property
    def window(self) -> Window:
        """The interval of the file."""
        return Window.from_name(self.window_name)


@contextmanager
def committed(path: Path, now: datetime) -> Iterator[IO[bytes]]:
    """Give a file to write that appears under its name when the block ends well, else never."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{now.strftime(STAMP)}.{uuid4().hex[:12]}.tmp")
    try:
        with temporary.open("w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        if error.errno in NO_ROOM:
            raise DiskFull(
                f"no room left while writing {path.name} of {path.parent.parent.name}",
                "a part of a file is worth nothing, so nothing became visible",
                "make room where the lake lies, then run the same window again",
            ) from None
        raise
    finally:
        temporary.unlink(missing_ok=True)


def sweep(folder: Path, now: datetime, older_than: timedelta = timedelta(days=1)) -> int:
    """Remove what killed runs left behind in a stream's folder; return how many files."""
    gone = 0
    for path in folder.glob("dt=*/.*.tmp"):
        try:
            begun = datetime.strptime(path.name.split(".")[-3], STAMP).replace(tzinfo=UTC)
        except (ValueError, IndexError):
            continue
        if now - begun > older_than:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def landed_path(lake: Path, zone: str, source: str, stream: str, window: Window) -> Path:
    """Return where the file of a window lies in a zone (landing, raw or refused)."""
    day = f"dt={window.start:%Y-%m-%d}"
    return lake / zone / source / stream / day / f"{window.name}.parquet"


def accepted_files(lake: Path, source: str = "*", stream: str = "*") -> Iterator[Path]:
    """Yield the files that the gate has accepted, in the order of their names."""
    yield from sorted((lake / "raw").glob(f"{source}/{stream}/dt=*/*.parquet"))


def read_manifest(path: Path) -> Manifest:
    """Read what a landed file says of itself."""
    try:
        footer = pq.read_metadata(path).metadata or {}
        return msgspec.json.decode(footer[MANIFEST_KEY.encode()], type=Manifest)
    except (OSError, pa.ArrowException, KeyError, msgspec.DecodeError) as error:
        raise corrupt(path, error) from None


def land(
    lake: Path,
    source: str,
    stream: Stream,
    window: Window,
    batches: Iterable[Batch],
    *,
    now: datetime,
    run_id: str = "",
    attempt: int = 1,
    traffic: Traffic | None = None,
    accept_shrink: bool = False,
) -> Manifest:
    """Write one window into landing/; the file there is replaced, of an ENTITY united with it.

    `traffic` may go on counting while the batches are read. On any failure nothing becomes visible
    and what was there stays.
    """
    origin = Origin(f"{source}.{stream.name}", stream, window, now, lake)
    rows = RecordRows(origin) if stream.columns is None else ColumnRows(origin)
    traffic = traffic or Traffic()
    before = replace(traffic)
    with committed(landed_path(lake, "landing", source, stream.name, window), now) as file:
        groups = _groups(rows, batches, lake, source)
        first = next(groups, None)  # a file of columns has its schema from here
        with writer(file, rows.schema) as sink:
            for group in chain(() if first is None else (first,), groups):
                sink.write_table(group)
            if not (accept_shrink or rows.counts.notes):
                _refuse_shrink(lake, source, stream, window, rows.counts.new)
            spent = traffic.since(before)
            manifest = _manifest(source, origin, rows.counts, spent, run_id, attempt)
            sink.add_key_value_metadata({MANIFEST_KEY: msgspec.json.encode(manifest)})
        if rows.counts.far:
            leave_out(file, rows)
    return manifest


def _groups(rows: Rows, batches: Iterable[Batch], lake: Path, source: str) -> Iterator[pa.Table]:
    """Yield the row groups of a file: what came now, then what earlier runs of it had kept."""
    for batch in batches:
        yield from rows.feed(batch)
    yield from rows.rest()
    stream, window = rows.origin.stream, rows.origin.window
    older: list[Path] = []
    if stream.kind is Kind.ENTITY and isinstance(rows, RecordRows):
        zones = ("landing", "raw")  # what waits for the gate was read later
        paths = (landed_path(lake, zone, source, stream.name, window) for zone in zones)
        older = [path for path in paths if path.exists()]
    yield from unite(rows, older)


def _refuse_shrink(lake: Path, source: str, stream: Stream, window: Window, rows: int) -> None:
    """Compare a full read with the last one that held rows, where the stream is a full one."""
    if stream.full_share is None:
        return
    earlier = [
        path
        for path in accepted_files(lake, source, stream.name)
        if Window.from_name(path.stem).start <= window.start
    ]
    last = next((had for path in reversed(earlier) if (had := read_manifest(path).rows)), 0)
    if rows < stream.full_share * last:
        raise TruncatedFetch(
            f"{source}.{stream.name}: {rows:,} rows, below {stream.full_share:.0%} "
            f"of the {last:,} loaded last time",
            "a full read that shrinks so much is more often cut short than true; "
            "the lake was left as it was",
            "rerun with --accept-shrink if the source really shrank",
        )


def _manifest(
    source: str, origin: Origin, counts: Counts, spent: Traffic, run_id: str, attempt: int
) -> Manifest:
    first, last = (
        None if moment is None else EPOCH + moment * MICROSECOND
        for moment in (counts.first, counts.last)
    )
    return Manifest(
        source=source,
        stream=origin.stream.name,
        kind=origin.stream.kind,
        window_name=origin.window.name,
        rows=counts.new + counts.kept,
        new=counts.new,
        kept=counts.kept,
        duplicates=counts.duplicates,
        outside_window=counts.outside,
        invalid_rows=counts.invalid,
        errors=counts.errors,
        cursor_min=first,
        cursor_max=last,
        requests=spent.requests,
        retries=spent.retries,
        bytes=spent.bytes,
        note="; ".join(sorted(counts.notes)),
        run_id=run_id,
        attempt=attempt,
        extracted_at=origin.extracted_at,
        code_version=_code_version(),
        stream_hash=origin.stream.digest(),
        **counts.told,
    )


@cache
def _code_version() -> str:
    try:
        return version("cx-warehouse")
    except PackageNotFoundError:
        return ""
