"""A company of a few records that does its worst, and a plain account of what a reader must hold.

The account knows nothing of the extraction: it notes each version when the company makes it, and
says which of them an honest reading of a window sees at a moment.
"""

from __future__ import annotations

import copy
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import get_ident
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from extract import SOURCES
from extract.source import DAY, Kind, Stream, Window
from sandbox.books import Version
from sandbox.control import Control
from sandbox.touching import touch
from sandbox.world import World

Record = dict[str, Any]
START = datetime.fromisoformat("2026-07-01T00:00:00Z")
FIRST = START.date()


@dataclass(frozen=True)
class Seen:
    """One version as a file holds it: what it says, whether it is a tombstone, when it was read."""

    pk: str
    cursor: datetime | None
    says: Any
    is_deleted: bool = False
    read_at: datetime | None = None


@dataclass(frozen=True)
class Subject:
    """One stream to torment, and the columns of its staging model: key, content, tombstone."""

    source: str
    name: str
    columns: str

    @property
    def stream(self) -> Stream:
        return SOURCES[self.source].stream(self.name)

    @property
    def kind(self) -> Kind:
        return self.stream.kind

    def __str__(self) -> str:
        return str(self.kind)


SUBJECTS = [
    Subject("zendesk", "tickets", "_pk, subject, is_deleted"),
    Subject("x", "mentions", "_pk, text, is_deleted"),
    Subject("ga4", "events", "web_client_id, value_usd, false"),
    Subject("hubspot", "owners", "_pk, email, is_deleted"),
]
BOOKS = {"zendesk": "zendesk.tickets", "x": "x.posts", "hubspot": "hubspot.owners"}


@dataclass
class Templates:
    """A real record of each subject, so that only what a test is about is invented."""

    records: dict[str, Record]
    users: dict[str, Record]
    hits: pa.Table

    @classmethod
    def of(cls, world: World) -> Templates:
        now = START + 9 * DAY
        world.advance(now)
        records = {
            book: copy.deepcopy(next(one.record for one in world.versions(book, now)))
            for book in ("zendesk.tickets", "hubspot.owners")
        }
        records["zendesk.tickets"]["status"] = "open"
        posts = (
            post
            for post in world.x_posts(now)
            if "@northwind" in post["text"].lower() and not post.get("referenced_tweets")
        )
        found = next(post for post in posts if post["author_id"] != "111")
        records["x.posts"] = copy.deepcopy(found)
        table = world.ga4_day(START.date(), now)
        assert table is not None
        return cls(records, world.x_users(), table.slice(0, 1))


@dataclass
class Adversary:
    """The company: what its vendors show, and the account of it."""

    subject: Subject
    templates: Templates
    start: date = FIRST
    shown: defaultdict[str, list[Version]] = field(default_factory=lambda: defaultdict(list))
    truth: dict[str, Seen] = field(default_factory=dict)
    hits: list[tuple[date, datetime, str, float]] = field(default_factory=list)
    edits: dict[date, tuple[datetime, Callable[[list[Seen]], list[Seen]]]] = field(
        default_factory=dict
    )
    made: int = 0

    # What the faces ask of a world

    def advance(self, now: datetime) -> None:
        pass

    def versions(self, name: str, now: datetime) -> list[Version]:
        return [one for one in self.shown[name] if one.at <= now]

    def x_posts(self, now: datetime) -> list[Record]:
        return [one.record for one in self.shown["x.posts"] if one.at <= now]

    def x_users(self) -> dict[str, Record]:
        return self.templates.users

    def ga4_day(self, day: date, now: datetime) -> pa.Table:
        table = self.templates.hits.to_pylist()[0]
        rows = [
            {
                **table,
                "event_date": f"{day:%Y%m%d}",
                "user_pseudo_id": key,
                "event_value_in_usd": says,
            }
            for of, arrived, key, says in self.hits
            if of == day and arrived <= now
        ]
        return pa.Table.from_pylist(rows, self.templates.hits.schema)

    # What the company does

    def add(self, now: datetime, which: int) -> None:
        """Make a record; of analytics a hit, which may come days late."""
        self.made += 1
        if self.subject.kind is Kind.RESTATE:
            day = max(now.date() - timedelta(days=which % 3), self.start)
            self.hits.append((day, now, f"visitor-{self.made}", float(self.made)))
            return
        book = BOOKS[self.subject.source]
        record, says = copy.deepcopy(self.templates.records[book]), self._says()
        if book == "zendesk.tickets":
            key, record["id"] = str(self.made), self.made
            record |= {"subject": says}
            record["metric_set"]["ticket_id"] = self.made
            touch(record, now)
        elif book == "x.posts":
            key = str(int(now.timestamp()) * 1000 + self.made)
            record |= {"id": key, "created_at": f"{now:%Y-%m-%dT%H:%M:%S}.000Z", "text": says}
        else:
            key = record["id"] = str(self.made)
            record["email"] = says
        self.shown[book].append(Version(now, key, record))
        self.truth[key] = Seen(key, self._cursor(now), says)

    def change(self, control: Control, now: datetime, how: str, which: int) -> None:
        """Change one record through the side door: set, silently, delete or vanish."""
        if self.subject.kind is Kind.RESTATE:
            self._rewrite(control, now, how, which)
            return
        if not self.truth:
            return
        key = sorted(self.truth)[which % len(self.truth)]
        old, says = self.truth[key], self._says()
        wish: Record = {"name": BOOKS[self.subject.source], "key": key, "at": now.isoformat()}
        content = {"zendesk": "subject", "x": "text", "hubspot": "email"}[self.subject.source]
        cursor = old.cursor if self.subject.kind is Kind.EVENT else self._cursor(now)
        is_deleted = old.is_deleted
        if how == "vanish":
            wish["vanish"] = True
            del self.truth[key]
        else:
            values: Record = {content: says}
            if self.subject.kind is Kind.ENTITY and how == "silent" and old.cursor:
                cursor = old.cursor  # the content moves, the cursor does not
                values["generated_timestamp"] = int(old.cursor.timestamp())
            elif self.subject.kind is Kind.ENTITY and how == "delete":
                is_deleted, values["status"] = True, "deleted"
            wish["set"] = values
            self.truth[key] = Seen(key, cursor, says, is_deleted)
        control.mutate(msgspec.json.encode(wish))

    def _rewrite(self, control: Control, now: datetime, how: str, which: int) -> None:
        day = self.start + timedelta(days=which % 3)
        if now < _exported(day):
            return
        self.made += 1
        says = float(1_000 + self.made)
        wishes: dict[str, tuple[Record, Callable[[list[Seen]], list[Seen]]]] = {
            "set": (
                {"set": {"event_value_in_usd": says}},
                lambda rows: [Seen(one.pk, None, says) for one in rows],
            ),
            "silent": ({"duplicate": True}, lambda rows: rows),
            "delete": ({"drop_tail": 1}, lambda rows: rows[:-1]),
            "vanish": ({"vanish": True}, lambda rows: []),
        }
        wish, effect = wishes[how]
        present = self.edits.get(day)
        if present is not None and not present[1]([Seen("", None, 0)] * 2):
            return  # its object is gone: nothing is left to rewrite
        name = {"name": "ga4.events", "key": day.isoformat(), "at": now.isoformat()}
        control.mutate(msgspec.json.encode({**name, **wish}))
        self.edits[day] = (now, effect)

    # The account

    def content(self, part: Window, now: datetime) -> dict[tuple[str, datetime | None], Seen]:
        """Say what an honest reading of a window sees at a moment."""
        reach = self.subject.stream.reach(part)
        rows = [one for one in self.truth.values() if one.cursor is None or one.cursor in reach]
        if self.subject.kind is Kind.RESTATE:
            rows = self._day(part.start.date(), now)
        stamped = [Seen(one.pk, one.cursor, one.says, one.is_deleted, now) for one in rows]
        return {(one.pk, one.cursor): one for one in stamped}

    def _day(self, day: date, now: datetime) -> list[Seen]:
        first = _exported(day)
        if now < first:
            return []
        written = first + timedelta(days=min((now - first).days, 3))
        rows = [
            Seen(key, None, says)
            for of, arrived, key, says in self.hits
            if of == day and arrived <= written
        ]
        at, effect = self.edits.get(day, (now + DAY, list))
        return rows if now < at else effect(rows)

    def _cursor(self, now: datetime) -> datetime | None:
        return None if self.subject.kind is Kind.SNAPSHOT else now

    def _says(self) -> str:
        self.made += 1
        return f"@northwind version {self.made}"


def _exported(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 0, 5, tzinfo=START.tzinfo) + DAY


@dataclass
class Ledger:
    """What the files of a lake must hold, file by file."""

    kind: Kind
    landing: dict[Window, dict[Any, Seen]] = field(default_factory=dict)
    raw: dict[Window, dict[Any, Seen]] = field(default_factory=dict)

    def land(self, part: Window, content: dict[Any, Seen]) -> None:
        """Note that a file was read: replaced, or united with what it held."""
        before: dict[Any, Seen] = {}
        if self.kind is Kind.ENTITY:
            before = {**self.raw.get(part, {}), **self.landing.get(part, {})}
        self.landing[part] = {**before, **content}

    def accept(self, part: Window) -> None:
        """Note that the gate took the file."""
        if part in self.landing:
            self.raw[part] = self.landing.pop(part)

    def refuse(self, part: Window) -> None:
        """Note that the gate put the file aside: what was accepted stays."""
        self.landing.pop(part, None)

    def newest(self) -> dict[str, tuple[Any, bool]]:
        """Say what staging must show: of each key the newest version that any file holds."""
        found: dict[str, Seen] = {}
        for one in (one for content in self.raw.values() for one in content.values()):
            old = found.get(one.pk)
            if old is None or _age(one) > _age(old):
                found[one.pk] = one
        return {key: (one.says, one.is_deleted) for key, one in found.items()}


def _age(one: Seen) -> tuple[datetime, datetime]:
    assert one.read_at is not None
    return one.cursor or one.read_at, one.read_at


class Killed(BaseException):
    """The process ends here."""


KILLS: dict[str, tuple[Any, str]] = {
    "writing": (pq.ParquetWriter, "write_table"),
    "syncing": (os, "fsync"),
    "committing": (Path, "replace"),
}


@contextmanager
def killed(where: str | None, after: int, struck: Counter[str]) -> Iterator[None]:
    """End the process at one of the last moments, when it comes there for the n-th time."""
    if where is None:
        yield
        return
    owner, name = KILLS[where]
    real, passed, ours = getattr(owner, name), 0, get_ident()

    def deadly(*given: Any, **named: Any) -> Any:
        nonlocal passed
        if get_ident() != ours:  # the simulated bucket writes Parquet, too, and lives on
            return real(*given, **named)
        passed += 1
        if passed > after:
            struck[where] += 1
            raise Killed
        return real(*given, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, deadly)
        yield
