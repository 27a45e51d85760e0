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

    def interval(self, rows: int) -> list[pa.Array]:
        """Return the columns that are the same for every row of a file."""
        moments = (self.extracted_at, self.window.start, self.window.end)
        return [pa.repeat(pa.scalar(moment, MOMENT), rows) for moment in moments]


def micros(moment: datetime) -> int:
    """Return a moment in microseconds since 1970."""
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def key_of(pk: str, cursor: int | None) -> str:
    """Return what tells one version of one record from all others."""
    return f"{pk}\x1f{cursor}"


def dig(record: Any, path: str) -> Any:
    """Return the plain value that a dotted path leads to in decoded JSON, None without one."""
    for step in path.split("."):
        if not isinstance(record, Mapping):
            return None
        record = record.get(step)
    return record if isinstance(record, str | int) else None


class RecordRows:
    """Turns raw records into row groups; remembers the keys it has seen."""

    schema = LANDED

    def __init__(self, origin: Origin) -> None:
        stream = origin.stream
        self.counts = Counts()
        self.keys: set[str] = set()
        self.origin = origin
        self._decode = msgspec.json.Decoder(stream.model or dict[str, Any]).decode
        self._read_loosely = _reader(stream, lambda path: lambda record: dig(record, path))
        self._read = _reader(stream, attrgetter) if stream.model else self._read_loosely
        self._scale = UNITS.get(stream.cursor_unit)
        reach = stream.reach(origin.window)
        self._first, self._end = micros(reach.start), micros(reach.end)
        self._empty()

    def feed(self, batch: Batch) -> Iterator[pa.RecordBatch]:
        """Take in one page; yield a row group whenever one is full."""
        if batch.note:
            self.counts.notes.add(batch.note)
        for raw in batch.records:
            payload = bytes(raw)
            try:
                read = self._read(self._decode(payload))
            except msgspec.ValidationError as error:
                self._take(payload, *self._read_loosely(_loosely(payload)), str(error))
            else:
                self._take(payload, *read, None)
            if len(self._pks) >= GROUP_ROWS or self._bytes >= GROUP_BYTES:
                yield from self.rest()

    def rest(self) -> Iterator[pa.RecordBatch]:
        """Yield what is left as a last row group."""
        if not self._pks:
            return
        counts, cursors = self.counts, [c for c in self._cursors if c is not None]
        counts.new += len(self._pks)
        if cursors:
            low, high = min(cursors), max(cursors)
            counts.first = low if counts.first is None else min(counts.first, low)
            counts.last = high if counts.last is None else max(counts.last, high)
        arrays = [
            pa.array(self._pks, pa.string()),
            pa.array(self._cursors, pa.int64()).cast(MOMENT),
            pa.array(self._deleted, pa.bool_()),
            *self.origin.interval(len(self._pks)),
            pa.array(self._shas, pa.binary(16)),
            pa.array(self._errors, pa.string()),
            pa.array(self._payloads, pa.string()),
        ]
        self._empty()
        yield pa.RecordBatch.from_arrays(arrays, schema=LANDED)

    def _empty(self) -> None:
        self._pks: list[str] = []
        self._cursors: list[int | None] = []
        self._deleted: list[bool] = []
        self._shas: list[bytes] = []
        self._errors: list[str | None] = []
        self._payloads: list[str] = []
        self._bytes = 0

    def _take(
        self, payload: bytes, pk: str | None, deleted: bool, moment: Any, error: str | None
    ) -> None:
        cursor = self._cursor(moment)
        if pk is None or (cursor is None and self.origin.stream.cursor):
            raise self._missing("key" if pk is None else "cursor")
        if cursor is not None and not self._first <= cursor < self._end:
            self.counts.outside += 1
            if self.origin.stream.bounded:
                raise self._stray(cursor)
            return
        key = key_of(pk, cursor)
        if key in self.keys:
            self.counts.duplicates += 1
            return
        self.keys.add(key)
        try:
            text = payload.decode()
        except UnicodeDecodeError as flaw:
            text = payload.decode(errors="replace")
            error = error or f"not UTF-8 - at byte {flaw.start}"
        if error:
            self.counts.add_error(pk, error)
        self._pks.append(pk)
        self._cursors.append(cursor)
        self._deleted.append(deleted)
        self._shas.append(hashlib.md5(payload, usedforsecurity=False).digest())
        self._errors.append(error)
        self._payloads.append(text)
        self._bytes += len(payload)

    def _cursor(self, value: Any) -> int | None:
        """Return the cursor in microseconds, None when there is none that can be read."""
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                return None
        if isinstance(value, datetime):
            if value.tzinfo is None and self.origin.stream.cursor_unit == "utc":
                value = value.replace(tzinfo=UTC)
            return micros(value) if value.tzinfo else None
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return value * self._scale if self._scale and is_number else None

    def _missing(self, what: str) -> MissingKey:
        stream = self.origin.stream
        path = ", ".join(stream.pk) if what == "key" else stream.cursor
        return MissingKey(
            f"{self.origin.place}: record {len(self.keys) + 1:,} has no usable {what} ({path})",
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


Read = tuple[str | None, bool, Any]  # key, tombstone or not, cursor as the record has it


def _reader(stream: Stream, get: Callable[[str], Callable[[Any], Any]]) -> Callable[[Any], Read]:
    """Compile how key, tombstone and cursor are read from a decoded record."""
    parts = [get(path) for path in stream.pk]
    usual = get(stream.cursor) if stream.cursor else _nothing
    other = get(stream.deleted_cursor) if stream.deleted_cursor else usual
    path, gone = stream.deleted or ("", object())
    flag = get(path) if path else _nothing

    def read(record: Any) -> Read:
        values = [part(record) for part in parts]
        pk = None if None in values or "" in values else "|".join(map(str, values))
        if flag(record) == gone:
            return pk, True, other(record)
        return pk, False, usual(record)

    return read


def _nothing(_: Any) -> None:
    return None


def _loosely(payload: bytes) -> Any:
    try:
        return msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
