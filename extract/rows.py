"""From records, or columns, to rows of the landing format.

A row keeps the record as it came; around it stand the columns that say what it is: key, cursor,
tombstone, interval, hash, and why staging must not read it, if so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

import msgspec
import pyarrow as pa

from extract.errors import MissingKey, OutsideWindow
from extract.source import Batch, Stream, Window

MOMENT = pa.timestamp("us", tz="UTC")
KEY_FIELDS = (
    ("_pk", pa.string()),
    ("_cursor", MOMENT),
    ("_deleted", pa.bool_()),
    ("_extracted_at", MOMENT),
    ("_interval_start", MOMENT),
    ("_interval_end", MOMENT),
    ("_payload_sha", pa.binary(16)),
    ("_error", pa.string()),
)
KEYS = pa.schema(KEY_FIELDS)
LANDED = pa.schema([*KEY_FIELDS, ("_payload", pa.string())])

GROUP_ROWS = 20_000
GROUP_BYTES = 16 << 20
ERRORS_TOLD = 20
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
UNITS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}


@dataclass(slots=True)
class Counts:
    """What happened to the records of one file."""

    new: int = 0
    kept: int = 0
    duplicates: int = 0
    outside: int = 0
    invalid: int = 0
    errors: list[dict[str, str]] = field(default_factory=list)
    first: int | None = None  # cursors, microseconds
    last: int | None = None
    notes: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Origin:
    """Which file the rows are for."""

    place: str  # zendesk.tickets
    stream: Stream
    window: Window
    extracted_at: datetime

    def interval(self, rows: int) -> list[pa.Array]:
        """Return the columns that are the same for every row of a file."""
        moments = (self.extracted_at, self.window.start, self.window.end)
        return [pa.repeat(pa.scalar(moment, MOMENT), rows) for moment in moments]


def micros(moment: datetime) -> int:
    """Return a moment in microseconds since 1970."""
    return (moment - EPOCH) // MICROSECOND


def key_of(pk: str, cursor: int | None) -> str:
    """Return what tells one version of one record from all others."""
    return f"{pk}\x1f{cursor}"


def dig(record: Any, path: str) -> Any:
    """Return what a dotted path leads to in decoded JSON, None when it leads nowhere."""
    for step in path.split("."):
        if not isinstance(record, Mapping):
            return None
        record = record.get(step)
    return record


class RecordRows:
    """Turns raw records into row groups; remembers the keys it has seen."""

    schema = LANDED

    def __init__(self, origin: Origin) -> None:
        stream = origin.stream
        self.counts = Counts()
        self.keys: set[str] = set()
        self.origin = origin
        self._decoder = msgspec.json.Decoder(stream.model or dict[str, Any])
        self._get: Callable[[str], Callable[[Any], Any]] = (
            attrgetter if stream.model else lambda path: lambda record: dig(record, path)
        )
        reach = stream.reach(origin.window)
        self._reach = (micros(reach.start), micros(reach.end))
        self._strict_readers = _readers(stream, self._get)
        self._loose_readers = _readers(stream, lambda path: lambda record: dig(record, path))
        self._columns: tuple[list[Any], ...] = ([], [], [], [], [], [])
        self._bytes = 0

    def feed(self, batch: Batch) -> Iterator[pa.RecordBatch]:
        """Take in one page; yield a row group whenever one is full."""
        if batch.note:
            self.counts.notes.add(batch.note)
        for raw in batch.records:
            self._take(bytes(raw))
            if len(self._columns[0]) >= GROUP_ROWS or self._bytes >= GROUP_BYTES:
                yield from self.rest()

    def rest(self) -> Iterator[pa.RecordBatch]:
        """Yield what is left as a last row group."""
        pks, cursors, deleted, shas, errors, payloads = self._columns
        if not pks:
            return
        arrays = [
            pa.array(pks, pa.string()),
            pa.array(cursors, pa.int64()).cast(MOMENT),
            pa.array(deleted, pa.bool_()),
            *self.origin.interval(len(pks)),
            pa.array(shas, pa.binary(16)),
            pa.array(errors, pa.string()),
            pa.array(payloads, pa.string()),
        ]
        self._columns = ([], [], [], [], [], [])
        self._bytes = 0
        yield pa.RecordBatch.from_arrays(arrays, schema=LANDED)

    def _take(self, payload: bytes) -> None:
        error: str | None = None
        read_pk, read_cursor, is_deleted = self._strict_readers
        try:
            record = self._decoder.decode(payload)
        except msgspec.ValidationError as caught:
            error = str(caught)
            record = _loosely(payload)
            read_pk, read_cursor, is_deleted = self._loose_readers
        pk = read_pk(record)
        deleted = is_deleted(record)
        cursor = self._cursor(read_cursor(record, deleted))
        if pk is None or (cursor is None and self.origin.stream.cursor):
            raise self._missing("key" if pk is None else "cursor")
        counts = self.counts
        if cursor is not None and not self._reach[0] <= cursor < self._reach[1]:
            counts.outside += 1
            if self.origin.stream.bounded:
                raise self._stray(cursor)
            return
        key = key_of(pk, cursor)
        if key in self.keys:
            counts.duplicates += 1
            return
        self.keys.add(key)
        text, flaw = _text(payload)
        self._note(pk, cursor, error := error or flaw)
        row = (pk, cursor, deleted, _md5(payload), error, text)
        for column, value in zip(self._columns, row, strict=True):
            column.append(value)
        self._bytes += len(payload)

    def _note(self, pk: str, cursor: int | None, error: str | None) -> None:
        counts = self.counts
        counts.new += 1
        if cursor is not None:
            counts.first = cursor if counts.first is None else min(counts.first, cursor)
            counts.last = cursor if counts.last is None else max(counts.last, cursor)
        if error:
            counts.invalid += 1
            if len(counts.errors) < ERRORS_TOLD:
                counts.errors.append({"pk": pk, "error": error})

    def _cursor(self, value: Any) -> int | None:
        """Return the cursor in microseconds, None when there is none that can be read."""
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                return None
        if isinstance(value, datetime):
            return micros(value) if value.tzinfo else None
        scale = UNITS.get(self.origin.stream.cursor_unit)
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return value * scale if scale and is_number else None

    def _missing(self, what: str) -> MissingKey:
        stream = self.origin.stream
        path = ", ".join(stream.pk) if what == "key" else stream.cursor
        return MissingKey(
            f"{self.origin.place}: record {self.counts.new + 1:,} has no usable {what} ({path})",
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


def _readers(
    stream: Stream, get: Callable[[str], Callable[[Any], Any]]
) -> tuple[Callable[[Any], str | None], Callable[[Any, bool], Any], Callable[[Any], bool]]:
    """Compile how key, cursor and tombstone are read from a decoded record."""
    parts = [get(path) for path in stream.pk]

    def pk(record: Any) -> str | None:
        values = [part(record) for part in parts]
        return None if any(v is None or v == "" for v in values) else "|".join(map(str, values))

    usual = get(stream.cursor) if stream.cursor else (lambda _: None)
    other = get(stream.deleted_cursor) if stream.deleted_cursor else usual

    def cursor(record: Any, deleted: bool) -> Any:
        return other(record) if deleted else usual(record)

    if stream.deleted is None:
        return pk, cursor, lambda _: False
    path, value = stream.deleted
    flag = get(path)
    return pk, cursor, lambda record: bool(flag(record) == value)


def _loosely(payload: bytes) -> Any:
    try:
        return msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _text(payload: bytes) -> tuple[str, str | None]:
    try:
        return payload.decode(), None
    except UnicodeDecodeError as error:
        return payload.decode(errors="replace"), f"not UTF-8 - at byte {error.start}"


def _md5(payload: bytes) -> bytes:
    return hashlib.md5(payload, usedforsecurity=False).digest()
