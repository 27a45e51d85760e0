"""The sandbox's persons as records in a tiny lake, and how well identity finds them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from typing import Any

import duckdb

from sandbox.render_x import BRAND_ID
from sandbox.stories import PLANTED, Story
from sandbox.truth import truth
from sandbox.world import World
from tests.dbt.tiny_lake import Row, TinyLake, hit

START = date(2026, 7, 1)


@dataclass(frozen=True)
class Persons:
    """A simulated company of which the lake holds everything that names a person."""

    world: World
    until: datetime

    @classmethod
    def living(
        cls, seed: int, customers: int, days: int, stories: Sequence[Story] = PLANTED
    ) -> Persons:
        until = datetime(START.year, START.month, START.day, tzinfo=UTC) + timedelta(days=days)
        world = World(seed, customers, START, stories)
        world.advance(until)
        return cls(world, until)

    @property
    def as_of(self) -> str:
        return f"{self.until:%Y-%m-%dT%H:%M:%SZ}"

    def land(self, lake: TinyLake) -> None:
        """Land the newest version of each record; of the web one hit a session."""
        days = (self.until.date() - START).days
        for name in ("hubspot.contacts", "zendesk.users"):
            latest = {v.key: v for v in self.world.versions(name, self.until) if v.at < self.until}
            rows = [
                Row(
                    key,
                    one.record,
                    f"{one.at:%Y-%m-%d %H:%M:%S}",
                    one.record.get("archived", False),
                )
                for key, one in latest.items()
            ]
            lake.land(name, rows, str(START), days)
        users = self.world.x_users()
        posts = [post for post in self.world.x_posts(self.until) if post["author_id"] != BRAND_ID]
        lake.land(
            "x.search_posts",
            [
                Row(post["id"], {**post, "author": users[post["author_id"]]}, _plain(post))
                for post in posts
            ],
            str(START),
            days,
        )
        for ahead in range(days):
            day = START + timedelta(days=ahead)
            if events := list(self._sessions(day)):
                lake.land_events(str(day), events)

    def _sessions(self, day: date) -> Iterable[dict[str, Any]]:
        seen = set()
        for session, one in self.world.ga4_hits(day, self.until) or ():
            customer = session.user_id if one.is_signed_in else None
            told = (session.client_id, session.session_id, customer)
            if told not in seen:
                seen.add(told)
                when = datetime.fromtimestamp(one.us // 1_000_000, UTC)
                yield hit(*told[:2], f"{when:%Y-%m-%d %H:%M:%S}", customer=customer)


def _plain(post: dict[str, Any]) -> str:
    return str(post["created_at"]).replace("T", " ").rstrip("Z")


def agreement(
    true: Iterable[tuple[str, str, str]], found: dict[tuple[str, str], str]
) -> tuple[float, float, int]:
    """Return pairwise precision, recall and the number of true pairs among what the lake holds.

    A value that several persons own belongs to none of them: it is no pair of anybody.
    """
    rows = [(person, (kind, value)) for person, kind, value in true if (kind, value) in found]
    owners = Counter(name for _, name in rows)
    by_person, by_key = defaultdict(set), defaultdict(set)
    for person, name in rows:
        if owners[name] == 1:
            by_person[person].add(name)
            by_key[found[name] if found[name] != "unknown" else name].add(name)
    expected, given = _pairs(by_person.values()), _pairs(by_key.values())
    both = len(expected & given)
    return both / max(1, len(given)), both / len(expected), len(expected)


def _pairs(groups: Iterable[set]) -> set[tuple]:
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


def true_identifiers(persons: Persons) -> list[tuple[str, str, str]]:
    """Return whose each identifier truly is."""
    identifiers = truth(persons.world, persons.until)["identifiers"]
    with duckdb.connect() as con:
        con.register("identifiers", identifiers)
        return con.execute("select * from identifiers").fetchall()
