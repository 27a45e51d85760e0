"""From records, or columns, to rows of the landing format.

A row keeps the record as it came; around it stand the columns that say what it is: key, cursor,
tombstone, interval, hash, and why staging must not read it, if so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from xxhash import xxh3_128_digest

from extract.errors import MissingKey, OutsideWindow
from extract.reading import EPOCH, MICROSECOND, Page, Reading, Unusable
from extract.seen import Seen, Words, digests_of
from extract.source import Batch, Stream, Window

MOMENT = pa.timestamp("us", tz="UTC")
SHA = pa.binary(16)
KEY_FIELDS = (
    ("_pk", pa.string()),
    ("_cursor", MOMENT),
    ("_deleted", pa.bool_()),
    ("_extracted_at", MOMENT),
    ("_interval_start", MOMENT),
    ("_interval_end", MOMENT),
    ("_payload_sha", SHA),
    ("_error", pa.string()),
)
KEYS = pa.schema(KEY_FIELDS)
LANDED = pa.schema([*KEY_FIELDS, ("_payload", pa.string())])

PAGE_ROWS = 1_000  # records that are read at once
GROUP_ROWS = 20_000
GROUP_BYTES = 32 << 20
ERRORS_TOLD = 20


@dataclass(slots=True)
class Counts:
    """What happened to the records of one file."""

    new: int = 0
    kept: int = 0
    duplicates: int = 0
    far: int = 0  # duplicates that were found when they were written already
    outside: int = 0
    invalid: int = 0
    errors: list[dict[str, str]] = field(default_factory=list)
    first: int | None = None  # cursors, microseconds
    last: int | None = None
    notes: set[str] = field(default_factory=set)
    told: dict[str, int] = field(default_factory=dict)  # what the source counts, and showed

    def hear(self, batch: Batch) -> None:
        """Keep what a page says beside its records; totals of several lists add up."""
        if batch.note:
            self.notes.add(batch.note)
        for name, rows in zip(("source_rows", "shown_rows"), batch.told or (), strict=False):
            self.told[name] = self.told.get(name, 0) + rows

    def add_error(self, pk: str, error: str) -> None:
        """Count a row that staging must not read; the first ones are told by name."""
        self.invalid += 1
        if len(self.errors) < ERRORS_TOLD:
            self.errors.append({"pk": pk, "error": error})


@dataclass(frozen=True, slots=True)
class Origin:
    """Which file the rows are for."""

    place: str  # zendesk.tickets
    stream: Stream
    window: Window
    extracted_at: datetime
    spool: Path  # a folder for what does not fit in memory

    def interval(self, rows: int) -> list[pa.Array]:
        """Return the columns that are the same for every row of a file."""
        moments = (self.extracted_at, self.window.start, self.window.end)
        return [pa.repeat(pa.scalar(moment, MOMENT), rows) for moment in moments]


def writer(sink: IO[bytes], schema: pa.Schema) -> pq.ParquetWriter:
    """Write the landing format: keys, hashes and payloads gain nothing from a dictionary.

    Statistics serve to leave row groups out, and what staging filters by are the columns of ours.
    """
    long = {"_pk", "_payload_sha", "_payload"}
    return pq.ParquetWriter(
        sink,
        schema,
        compression="zstd",
        use_dictionary=[name for name in schema.names if name not in long],
        write_statistics=[name for name in KEYS.names if name not in long],
    )


def micros(moment: datetime) -> int:
    """Return a moment in microseconds since 1970."""
    return (moment - EPOCH) // MICROSECOND


def hashes(content: bytes | Words) -> pa.Array:
    """Return hashes of 128 bits as a column."""
    buffer = pa.py_buffer(content)
    return pa.FixedSizeBinaryArray.from_buffers(SHA, buffer.size // 16, [None, buffer])


class RecordRows:
    """Turns raw records into row groups; remembers the keys it has seen."""

    schema = LANDED

    def __init__(self, origin: Origin) -> None:
        self.counts = Counts()
        self.seen = Seen(origin.spool)
        self.origin = origin
        self._reading = Reading(origin.stream)
        self._came = 0
        reach = origin.stream.reach(origin.window)
        self._first, self._end = micros(reach.start), micros(reach.end)
        self._empty()

    def feed(self, batch: Batch) -> Iterator[pa.Table]:
        """Take in one page; yield a row group whenever one is full."""
        self.counts.hear(batch)
        for first in range(0, len(batch.records), PAGE_ROWS):
            self._take(batch.records[first : first + PAGE_ROWS])
            if self._rows >= GROUP_ROWS or self._bytes >= GROUP_BYTES:
                yield from self.rest()

    def rest(self) -> Iterator[pa.Table]:
        """Yield what is left as a last row group."""
        if self._rows:
            group = pa.Table.from_batches(self._pages)
            self._empty()
            yield group

    def _empty(self) -> None:
        self._pages: list[pa.RecordBatch] = []
        self._rows = self._bytes = 0

    def _take(self, records: Sequence[msgspec.Raw]) -> None:
        try:
            page = self._reading.read(records)
        except Unusable as flaw:
            raise self._missing(flaw) from None
        self._came += len(records)
        page = self._within(page)
        fresh = self.seen.take(digests_of(map(str.encode, page.pks), page.cursors))
        if fresh is not None:
            self.counts.duplicates += int((~fresh).sum())
            page = page.only(fresh)
        if page.pks:
            self._add(page)

    def _within(self, page: Page) -> Page:
        """Return what lies in the window; count the rest, or refuse it."""
        if page.cursors is None:
            return page
        inside = (page.cursors >= self._first) & (page.cursors < self._end)
        if inside.all():
            return page
        if self.origin.stream.bounded:
            raise self._stray(int(page.cursors[~inside][0]))
        self.counts.outside += int((~inside).sum())
        return page.only(inside)

    def _add(self, page: Page) -> None:
        """Keep the page as columns until its row group is full."""
        counts, rows = self.counts, len(page.pks)
        payloads, errors = page.texts()
        for pk, error in zip(page.pks, errors or (), strict=False):
            if error:
                counts.add_error(pk, error)
        counts.new += rows
        cursors = pa.nulls(rows, MOMENT)
        if page.cursors is not None:
            cursors = pa.array(page.cursors).cast(MOMENT)
            low, high = int(page.cursors.min()), int(page.cursors.max())
            counts.first = low if counts.first is None else min(counts.first, low)
            counts.last = high if counts.last is None else max(counts.last, high)
        arrays = [
            pa.array(page.pks, pa.string()),
            cursors,
            pa.array(page.gone, pa.bool_()),
            *self.origin.interval(rows),
            hashes(b"".join(map(xxh3_128_digest, page.records))),
            pa.array(errors, pa.string()) if errors else pa.nulls(rows, pa.string()),
            payloads,
        ]
        self._pages.append(pa.RecordBatch.from_arrays(arrays, schema=LANDED))
        self._rows += rows
        self._bytes += payloads.nbytes

    def _missing(self, flaw: Unusable) -> MissingKey:
        stream = self.origin.stream
        path = ", ".join(stream.pk) if flaw.what == "key" else stream.cursor
        number = self._came + flaw.place + 1
        return MissingKey(
            f"{self.origin.place}: record {number:,} has no usable {flaw.what} ({path})",
            "without it the record cannot be told from others, so nothing of the window is landed",
            "compare an answer of the API with the connector's model; the vendor changed it",
        )

    def _stray(self, cursor: int) -> OutsideWindow:
        moment = EPOCH + cursor * MICROSECOND
        return OutsideWindow(
            f"{self.origin.place}: a row of {moment.isoformat()} "
            f"in the answer for {self.origin.window.name}",
            "the source was given both ends of the window and ignored one",
            "look whether the filter still has the name that the vendor knows",
        )
