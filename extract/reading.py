"""What key, tombstone and cursor a page of raw records has, and where it differs from its model.

A page is read as columns: that every record is plain is the rule, and costs one pass. A page with a
record that is not is read record by record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import compress, repeat
from operator import attrgetter, floordiv, sub
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from extract.seen import Flags
from extract.source import Stream

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
UNITS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
FURTHEST = 1 << 62  # microseconds: a cursor beyond lies outside of every window

Values = Sequence[Any]  # of one path, record by record


@dataclass(frozen=True, slots=True)
class Page:
    """Some records and what was read from them."""

    records: Sequence[msgspec.Raw]
    pks: list[str]
    gone: list[bool]
    cursors: NDArray[np.int64] | None  # microseconds; None in a stream without
    errors: list[str | None] | None  # None when every record is as its model says

    def texts(self) -> tuple[pa.Array, list[str | None] | None]:
        """Return the records as text, and the errors; bytes that are no UTF-8 are one."""
        rows, content = len(self.records), b"".join(self.records)
        ends = np.zeros(rows + 1, np.int32)
        np.cumsum(np.fromiter(map(len, self.records), np.int32), out=ends[1:])
        texts = pa.StringArray.from_buffers(rows, pa.py_buffer(ends), pa.py_buffer(content))
        try:
            texts.validate(full=True)
        except pa.ArrowInvalid:
            told = [_text(bytes(record)) for record in self.records]
            usual = self.errors or [None] * rows
            errors = [error or flaw for error, (_, flaw) in zip(usual, told, strict=True)]
            return pa.array([text for text, _ in told], pa.string()), errors
        return texts, self.errors

    def only(self, wanted: Flags) -> Page:
        """Return the page with the wanted records."""
        return Page(
            list(compress(self.records, wanted)),
            list(compress(self.pks, wanted)),
            list(compress(self.gone, wanted)),
            None if self.cursors is None else self.cursors[wanted],
            None if self.errors is None else list(compress(self.errors, wanted)),
        )


class Unusable(Exception):
    """A record has no usable key or cursor."""

    def __init__(self, what: str, place: int) -> None:
        super().__init__(what, place)
        self.what, self.place = what, place


class Reading:
    """Reads pages of a stream."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._flag = stream.deleted[0] if stream.deleted else None
        marks = (stream.cursor, self._flag, stream.deleted_cursor)
        # What the stream does not have is read as its key, and not looked at.
        self._paths = (*stream.pk, *(path or stream.pk[0] for path in marks))
        self._decode = msgspec.json.Decoder(stream.model or dict[str, Any]).decode
        self._pick = attrgetter(*self._paths) if stream.model else self._dig
        self._scale = UNITS.get(stream.cursor_unit)

    def read(self, records: Sequence[msgspec.Raw]) -> Page:
        """Read some records; raise Unusable for the first without a key or a cursor."""
        errors: list[str | None] | None = None
        try:
            picked = list(map(self._pick, map(self._decode, records)))
        except (msgspec.ValidationError, UnicodeDecodeError, AttributeError):
            told = [self._one(bytes(record)) for record in records]
            picked, errors = [values for values, _ in told], [error for _, error in told]
        *parts, cursors, flags, others = zip(*picked, strict=True)
        gone = [False] * len(records)
        if self._stream.deleted and self._stream.deleted[1] in flags:
            gone = [flag == self._stream.deleted[1] for flag in flags]
            if self._stream.deleted_cursor:
                pairs = zip(gone, others, cursors, strict=True)
                cursors = tuple(other if flag else usual for flag, other, usual in pairs)
        pks = _texts(parts)
        moments = self._micros(cursors) if self._stream.cursor else None
        return Page(records, pks, gone, moments, errors)

    def _dig(self, record: Any) -> tuple[Any, ...]:
        return tuple(dig(record, path) for path in self._paths)

    def _one(self, payload: bytes) -> tuple[tuple[Any, ...], str | None]:
        """Read a record by itself: if need be without its model, and say what differs from it."""
        try:
            return self._pick(self._decode(payload)), None
        except (msgspec.ValidationError, AttributeError) as error:
            return self._dig(_loosely(payload)), str(error)
        except UnicodeDecodeError:  # where it is told when the text is written
            return self._dig(_loosely(payload.decode(errors="replace"))), None

    def _micros(self, values: Values) -> NDArray[np.int64]:
        """Return the cursors in microseconds."""
        kinds = set(map(type, values))
        if kinds == {int} and self._scale:
            with suppress(OverflowError):
                numbers = np.array(values, np.int64)
                if np.abs(numbers).max() < FURTHEST // self._scale:
                    return numbers * self._scale
        if kinds == {datetime}:
            with suppress(TypeError):  # one has no time zone
                spans = map(sub, values, repeat(EPOCH))
                return np.array(list(map(floordiv, spans, repeat(MICROSECOND))), np.int64)
        found = [self._cursor(value) for value in values]
        if None in found:
            raise Unusable("cursor", found.index(None))
        return np.array([max(-FURTHEST, min(one or 0, FURTHEST)) for one in found], np.int64)

    def _cursor(self, value: Any) -> int | None:
        """Return a cursor in microseconds, None when there is none that can be read."""
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                return None
        if isinstance(value, datetime):
            if value.tzinfo is None and self._stream.cursor_unit == "utc":
                value = value.replace(tzinfo=UTC)
            return (value - EPOCH) // MICROSECOND if value.tzinfo else None
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return value * self._scale if self._scale and is_number else None


def dig(record: Any, path: str) -> Any:
    """Return the plain value that a dotted path leads to in decoded JSON, None without one."""
    for step in path.split("."):
        if not isinstance(record, Mapping):
            return None
        record = record.get(step)
    return record if isinstance(record, str | int) else None


def _texts(parts: Sequence[Values]) -> list[str]:
    """Join the parts of each key."""
    for part in parts:
        if not set(map(type, part)) <= {int} and (None in part or "" in part):
            raise Unusable("key", next(n for n, value in enumerate(part) if value in (None, "")))
    texts = [map(str, part) for part in parts]
    return list(texts[0]) if len(texts) == 1 else list(map("|".join, zip(*texts, strict=True)))


def _text(payload: bytes) -> tuple[str, str | None]:
    try:
        return payload.decode(), None
    except UnicodeDecodeError as flaw:
        return payload.decode(errors="replace"), f"not UTF-8 - at byte {flaw.start}"


def _loosely(payload: bytes | str) -> Any:
    try:
        return msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
