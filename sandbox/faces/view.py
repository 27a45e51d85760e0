"""The world as of a moment: newest versions per stream, kept sorted and kept in memory.

Every face asks the same questions again for each page. What depends on (stream, moment) is
worked out once and remembered, and all access to the world goes through one lock.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, TypeVar, cast

import pyarrow as pa

from sandbox.books import Hit, Session
from sandbox.faces.wire import zulu_ms
from sandbox.render_bluesky import SkyPost
from sandbox.render_x import withdrawal
from sandbox.searches import Found

Record = dict[str, Any]
T = TypeVar("T")

STREAMS = (
    "zendesk.tickets",
    "zendesk.users",
    "zendesk.calls",
    "zendesk.legs",
    "zendesk.satisfaction_ratings",
    "zendesk.organizations",
    "zendesk.ticket_metric_events",
    "zendesk.shifts",
    "hubspot.contacts",
    "hubspot.companies",
    "hubspot.deals",
    "hubspot.line_items",
    "hubspot.tickets",
    "hubspot.owners",
    "hubspot.pipelines",
    "hubspot.consents",
    "hubspot.feedback_submissions",
    "servicenow.incident",
    "servicenow.sc_req_item",
    "servicenow.task_sla",
    "servicenow.sys_user_group",
    "servicenow.sys_audit_delete",
    "servicenow.sys_properties",
    "facebook.page",
    "facebook.published_posts",
    "facebook.comments",
    "facebook.insights",
    "facebook.ratings",
    "typeform.responses",
)

POSTS = "x.posts"
REMEMBERED = 4  # of each family: a few moments, or the questions of a few readers


class VersionLike(Protocol):
    """One state of one vendor record."""

    @property
    def at(self) -> datetime:
        """The moment from which it shows."""

    @property
    def key(self) -> str:
        """The record's id."""

    @property
    def record(self) -> Record:
        """The record as the vendor would store it."""


class WorldLike(Protocol):
    """What the faces need of a world; the real one and a test's small one both have it."""

    @property
    def start(self) -> date:
        """The first simulated day."""

    def advance(self, now: datetime) -> None:
        """Simulate up to a moment."""

    def versions(self, name: str, now: datetime) -> Sequence[VersionLike]:
        """Give all versions of a stream that exist at a moment, ordered by (at, key)."""

    def sky_posts(self, now: datetime) -> Sequence[SkyPost]:
        """Give the posts on Bluesky at a moment, latest first."""

    def x_posts(self, now: datetime) -> Sequence[Record]:
        """Give the posts as they show at a moment."""

    def x_withdrawn(self, now: datetime) -> Sequence[Record]:
        """Give the posts that were withdrawn before a moment, as compliance tells of them."""

    def x_users(self) -> Mapping[str, Record]:
        """Give the accounts by id."""

    def ga4_day(self, day: date, now: datetime) -> pa.Table | None:
        """Give a day's export table, None before it exists."""

    def ga4_hits(self, day: date, now: datetime) -> Sequence[tuple[Session, Hit]] | None:
        """Give the hits of a day's export, None before it exists."""

    def search_day(self, day: date, now: datetime) -> Sequence[Found] | None:
        """Give a day's search results, None before they are final."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A record changed by hand through the control plane; `record` None makes it vanish."""

    at: datetime
    key: str
    record: Record | None


class View:
    """Answers questions about the world at a moment, each worked out once."""

    def __init__(self, world: WorldLike, after: Callable[[datetime], None] | None = None) -> None:
        self.world = world
        self._after = after  # what follows when the world has lived up to a moment
        self._lock = threading.RLock()
        self._known: defaultdict[str, OrderedDict[Hashable, Any]] = defaultdict(OrderedDict)
        self._edits: defaultdict[str, list[Edit]] = defaultdict(list)
        self._reached: datetime | None = None

    def reach(self, now: datetime) -> None:
        """Make sure the world has lived up to a moment."""
        with self._lock:
            if self._reached is None or now > self._reached:
                self.world.advance(now)
                self._reached = now
                if self._after:
                    self._after(now)

    def once(self, family: str, key: Hashable, build: Callable[[], T]) -> T:
        """Give what `build` makes, from memory when the same was asked of the family lately."""
        with self._lock:
            known = self._known[family]
            if key in known:
                known.move_to_end(key)
                return cast("T", known[key])
            made = build()
            known[key] = made
            while len(known) > REMEMBERED:
                known.popitem(last=False)
            return made

    def locked(self, build: Callable[[], T]) -> T:
        """Give what `build` makes while no other thread touches the world."""
        with self._lock:
            return build()

    def newest(self, name: str, now: datetime) -> dict[str, Record]:
        """Give the newest record of each key of a stream at a moment."""
        return self.once("newest " + name, now, lambda: self._newest(name, now))

    def _newest(self, name: str, now: datetime) -> dict[str, Record]:
        self.reach(now)
        since: dict[str, datetime] = {}
        records: dict[str, Record] = {}
        for version in self.world.versions(name, now):
            since[version.key] = version.at
            records[version.key] = version.record
        for edit in self._edits[name]:
            if edit.at > now or (edit.key in since and since[edit.key] > edit.at):
                continue
            if edit.record is None:
                records.pop(edit.key, None)
            else:
                records[edit.key] = edit.record
        return records

    def posts(self, now: datetime) -> list[Record]:
        """Give the posts at a moment, newest id first."""
        return self.once("posts", now, lambda: self._posts(now))

    def _posts(self, now: datetime) -> list[Record]:
        self.reach(now)
        posts = {str(post["id"]): post for post in self.world.x_posts(now)}
        for edit in self._edits[POSTS]:
            if edit.at <= now and edit.record is None:
                posts.pop(edit.key, None)
            elif edit.at <= now and edit.key in posts:
                posts[edit.key] = cast("Record", edit.record)
        return sorted(posts.values(), key=lambda post: int(post["id"]), reverse=True)

    def posts_by_id(self, now: datetime) -> dict[str, Record]:
        """Give the posts at a moment by their ids."""
        return self.once(
            "posts by id", now, lambda: {str(post["id"]): post for post in self.posts(now)}
        )

    def withdrawn(self, now: datetime) -> dict[str, Record]:
        """Give by their ids the posts that are gone at a moment, those taken out by hand too."""
        self.reach(now)
        gone = {str(one["id"]): one for one in self.world.x_withdrawn(now)}
        posts = {str(post["id"]): post for post in self.world.x_posts(now)}
        for edit in self._edits[POSTS]:
            if edit.at <= now and edit.record is None and edit.key in posts:
                gone[edit.key] = withdrawal(posts[edit.key], zulu_ms(edit.at), "deleted")
        return gone

    def present(self, name: str, now: datetime) -> dict[str, Record]:
        """Give the records by key at a moment, of a stream or of the posts."""
        return self.posts_by_id(now) if name == POSTS else self.newest(name, now)

    def edit(self, name: str, edit: Edit) -> None:
        """Change a record from a moment on; later versions of the world's own still follow."""
        with self._lock:
            self._edits[name].append(edit)
            self._known.clear()

    def forget_edits(self) -> None:
        """Take every change by hand back."""
        with self._lock:
            self._edits.clear()
            self._known.clear()
