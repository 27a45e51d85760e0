"""The contract between a source and the core: what a stream is and how it is read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

from extract.errors import ImpossibleWindow, UnknownSource

if TYPE_CHECKING:
    import pyarrow as pa

    from extract.access import Access
    from extract.http import Client

DAY = timedelta(days=1)
STAMP = "%Y%m%dT%H%M%SZ"
SECRET = re.compile("token|secret|password|key")  # in the name of a setting


class Kind(StrEnum):
    """How the window selects rows and how a second run of it writes."""

    EVENT = "event"  # by event time; the file of the interval is replaced
    ENTITY = "entity"  # by modification; union on (pk, cursor) with the file of the interval
    RESTATE = "restate"  # by report day; the files of the last days are replaced
    SNAPSHOT = "snapshot"  # what is true now; refused for an interval that has passed


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A half-open interval [start, end) in UTC, whole seconds, never empty."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        for name in ("start", "end"):
            moment = getattr(self, name)
            if moment.tzinfo is None or moment.microsecond:
                raise ImpossibleWindow(
                    f"window {name} {moment.isoformat()}",
                    "it has no time zone or a fraction of a second",
                    "give whole seconds with a zone, like 2026-07-01T00:00:00Z",
                )
            # A plain datetime: Airflow hands over pendulum's, which may lose its zone in sums.
            object.__setattr__(self, name, datetime.fromtimestamp(moment.timestamp(), UTC))
        if self.start >= self.end:
            raise ImpossibleWindow(
                f"window from {self.start.isoformat()} to {self.end.isoformat()}",
                "its start is not before its end, so it holds nothing",
                "give a start before the end; the end is exclusive",
            )

    @property
    def name(self) -> str:
        """Name the window as the lake does: 20260701T000000Z--20260702T000000Z."""
        return f"{self.start.strftime(STAMP)}--{self.end.strftime(STAMP)}"

    @classmethod
    def from_name(cls, name: str) -> Window:
        """Read a window back from the name that `name` gave it."""
        start, end = (
            datetime.strptime(part, STAMP).replace(tzinfo=UTC) for part in name.split("--")
        )
        return cls(start, end)

    @classmethod
    def of_day(cls, moment: datetime) -> Window:
        """Return the UTC day that holds the moment."""
        start = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return cls(start, start + DAY)

    def days(self) -> tuple[Window, ...]:
        """Return the UTC days that the window touches, oldest first."""
        first, last = self.of_day(self.start), self.of_day(self.end - timedelta(microseconds=1))
        return tuple(
            Window(first.start + DAY * n, first.end + DAY * n)
            for n in range((last.start - first.start).days + 1)
        )

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


@dataclass(frozen=True, slots=True)
class Batch:
    """One page: raw records, or columns when the source delivers columns already."""

    records: Sequence[msgspec.Raw] = ()
    columns: pa.RecordBatch | None = None
    note: str = ""
    told: tuple[int, int] | None = None  # rows that the source counts, and those it showed


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a source needs to know; its representation hides what is secret."""

    base_url: str

    def __repr__(self) -> str:
        shown = (
            f"{name}={'***' if SECRET.search(name) else repr(getattr(self, name))}"
            for name in self.__struct_fields__
        )
        return f"{type(self).__name__}({', '.join(shown)})"


Reader = Callable[["Client", Any, Window], Iterator[Batch]]
Asker = Callable[["Client", Any, Window, Sequence[str]], Iterator[Batch]]  # about keys of the lake


@dataclass(frozen=True, slots=True)
class Stream:
    """One table of a source: its keys, its behaviour in time, and how to read a window of it."""

    name: str
    kind: Kind
    pk: tuple[str, ...]  # paths, dotted
    read: Reader | Asker
    cursor: str | None = None  # path, dotted; None for snapshots
    cursor_unit: str = "iso"  # iso | utc (iso without a zone) | epoch_s | epoch_ms | epoch_us
    overlap: timedelta = timedelta(0)  # the read begins so much before the window
    settle: timedelta = timedelta(0)  # the read waits so long after the window's end
    tolerance: timedelta = timedelta(hours=12)  # a snapshot may come so long after the end
    restate_days: int = 0  # so many days before the window are read again
    late: timedelta = timedelta(0)  # a report day may stay empty so long after its end
    horizon: timedelta | None = None  # the source holds no older data
    bounded: bool = False  # the source honours the window's end
    full_share: float | None = None  # a full read must hold this share of the last good count
    deleted: tuple[str, object] | None = None  # path and value of a tombstone
    deleted_cursor: str | None = None  # path of a tombstone's cursor, where it differs
    asks_for: tuple[str, ...] = ()  # streams of the source whose accepted keys the Asker is given
    pii: tuple[str, ...] = ()
    model: type[msgspec.Struct] | None = None  # only the fields that staging reads
    columns: Callable[[], pa.Schema] | None = None  # of a stream in columns: what staging reads

    def reach(self, window: Window) -> Window:
        """Return the window with the overlap in front: rows outside of it are not landed."""
        return Window(window.start - self.overlap, window.end)

    def file_windows(self, window: Window) -> tuple[Window, ...]:
        """Return the interval of each file that a run of the window writes."""
        if self.kind is not Kind.RESTATE:
            return (window,)
        return Window(window.start - DAY * self.restate_days, window.end).days()

    def digest(self) -> str:
        """Return a short hash of the declaration, to tell files of an older one."""
        said = (self.name, self.kind, self.pk, self.cursor, self.cursor_unit, self.overlap)
        fields = msgspec.structs.fields(self.model) if self.model else ()
        shape = [(field.encode_name, str(field.type)) for field in fields]
        return hashlib.blake2b(repr((said, shape)).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Source:
    """A vendor's system: its settings, how to reach it, and its streams."""

    name: str
    settings: type[Settings]
    access: Callable[[Any], Access]
    streams: tuple[Stream, ...]

    def stream(self, name: str) -> Stream:
        """Return the stream of that name, or refuse and name the ones there are."""
        for stream in self.streams:
            if stream.name == name:
                return stream
        raise UnknownSource(
            f"stream {name!r} of {self.name}",
            "there is no such stream",
            f"choose one of {', '.join(stream.name for stream in self.streams)}",
        )
