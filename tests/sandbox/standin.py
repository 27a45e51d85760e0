"""A small hand-made world behind the same interface as the real one."""

from __future__ import annotations

import base64
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

import httpx
import pyarrow as pa

from sandbox.clock import Clock
from sandbox.moments import as_us
from sandbox.render_bluesky import SkyPost
from sandbox.server import Sandbox, Server, serving
from sandbox.world import Version

START = date(2026, 7, 1)
NOW = datetime(2026, 7, 10, 0, 10, tzinfo=UTC)

ZENDESK = {
    "Authorization": "Basic "
    + base64.b64encode(b"ops@northwind.example/token:sandbox-zendesk-token").decode()
}
HUBSPOT = {"Authorization": "Bearer sandbox-hubspot-token"}
GCS = {"Authorization": "Bearer sandbox-ga4-token"}
X = {"Authorization": "Bearer sandbox-x-token"}


def at(day: int, hour: int = 12, minute: int = 0, second: int = 0) -> datetime:
    """Name a moment in July 2026."""
    return datetime(2026, 7, day, hour, minute, second, tzinfo=UTC)


def iso(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_ms(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%S.000Z")


@dataclass
class SmallWorld:
    """Versions, posts and day tables as a test wrote them."""

    start: date = START
    kept: defaultdict = field(default_factory=lambda: defaultdict(list))
    posts: list = field(default_factory=list)
    users: dict = field(default_factory=dict)
    withdrawn: list = field(default_factory=list)
    sky: list = field(default_factory=list)
    late_days: int = 3

    def advance(self, now: datetime) -> None:
        pass

    def versions(self, name: str, now: datetime) -> list[Version]:
        found = [version for version in self.kept[name] if version.at <= now]
        return sorted(found, key=lambda version: (version.at, version.key))

    def x_posts(self, now: datetime) -> list[dict]:
        shown = []
        for when, post in self.posts:
            if when <= now:
                age = (now - when).days
                metrics = {"retweet_count": 0, "like_count": 2 * age, "impression_count": 10 * age}
                shown.append({**post, "public_metrics": metrics})
        return shown

    def sky_posts(self, now: datetime) -> list[SkyPost]:
        now_us = as_us(now)
        found = [post for post in self.sky if post.seen_us <= now_us]
        return sorted(found, key=lambda post: (post.sort_us, post.uri), reverse=True)

    def x_withdrawn(self, now: datetime) -> list[dict]:
        return [one for when, one in self.withdrawn if when <= now]

    def x_users(self) -> dict:
        return self.users

    def ga4_day(self, day: date, now: datetime) -> pa.Table | None:
        age = (now - datetime.combine(day, time(0, 5), UTC)).days
        if age < 1:
            return None
        rows = 10 + min(age, self.late_days)
        return pa.table(
            {
                "event_date": [f"{day:%Y%m%d}"] * rows,
                "event_timestamp": list(range(rows)),
                "event_params": [[{"key": "a", "value": {"int_value": i}}] for i in range(rows)],
            }
        )

    def ticket(self, key: int, when: datetime, **fields) -> None:
        record = {
            "id": key,
            "created_at": iso(when),
            "updated_at": iso(when),
            "generated_timestamp": int(when.timestamp()),
            "status": "open",
            "tags": ["a", "b"],
            "metric_set": {"ticket_id": key, "replies": 1},
            **fields,
        }
        self.kept["zendesk.tickets"].append(Version(when, str(key), record))

    def updated(self, name: str, key: int, when: datetime, **fields) -> None:
        record = {"id": key, "created_at": iso(when), "updated_at": iso(when), **fields}
        self.kept[name].append(Version(when, str(key), record))

    def crm(self, name: str, key: int, when: datetime, properties: dict, **fields) -> None:
        cursor = "lastmodifieddate" if name == "contacts" else "hs_lastmodifieddate"
        created = "hs_createdate" if name == "feedback_submissions" else "createdate"
        record = {
            "id": str(key),
            "properties": {
                "hs_object_id": str(key),
                created: iso_ms(when),
                cursor: iso_ms(when),
                **properties,
            },
            "createdAt": iso_ms(when),
            "updatedAt": iso_ms(when),
            "archived": False,
            **fields,
        }
        self.kept["hubspot." + name].append(Version(when, str(key), record))

    def post(self, key: int, when: datetime, text: str, author: str = "7", **fields) -> None:
        mentioned = [{"start": 0, "end": 10, "username": "northwind", "id": "111"}]
        entities = {"entities": {"mentions": mentioned}} if "@northwind" in text else {}
        self.users.setdefault(
            author,
            {
                "id": author,
                "username": "northwind" if author == "111" else f"user_{author}",
                "name": "Somebody",
                "verified": False,
                "public_metrics": {"followers_count": 5},
            },
        )
        record = {
            "id": str(key),
            "edit_history_tweet_ids": [str(key)],
            "text": text,
            "author_id": author,
            "created_at": iso_ms(when),
            "conversation_id": str(key),
            "lang": "en",
            **entities,
            **fields,
        }
        self.posts.append((when, record))


class Ticks:
    """A monotonic clock that moves when the test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@contextmanager
def opened(world, now: datetime = NOW, limits: str = "real", ticks: Ticks | None = None):
    """Give a client of a running sandbox over the world."""
    clock = Clock(now, lambda: datetime.now(UTC))
    sandbox = Sandbox(world, clock, limits, ticks or Ticks())
    with (
        serving(Server(("127.0.0.1", 0), sandbox)) as url,
        httpx.Client(base_url=url, timeout=10) as client,
    ):
        yield client


def stamp(when: datetime) -> int:
    return int(when.timestamp())
