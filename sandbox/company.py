"""The company's state and its agenda: what is due when, told in the order of time.

Everything that happens is an act: a moment, a kind, a person and what else the handler needs.
Handlers may plan further acts, never earlier ones; what an act plans has the same cause as itself,
unless it begins one of its own. Ids are given when an act is played, so they
grow with time, and a day is complete before the next begins: a later horizon cannot change it.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from random import Random
from typing import Any

from sandbox.books import Books, Cause, CausedFact
from sandbox.chance import draws, stable_hash
from sandbox.moments import DAY, HOUR, start_of
from sandbox.people import Person
from sandbox.stories import Climate, Story
from sandbox.switchboard import Switchboard

Act = tuple[int, int, str, int, Any, Cause | None]
Handler = Callable[["Company", Person, int, Any], None]

FIRST_WITHIN = 4 * HOUR
COMPANY = -1  # acts of the company itself carry no person


@dataclass(slots=True)
class Company:
    """Everything that lasts from one day to the next."""

    seed: int
    customers: int
    start_us: int
    climate: Climate
    books: Books = field(default_factory=Books)
    people: list[Person] = field(default_factory=list)
    strangers: dict[int, int] = field(default_factory=dict)
    contacts: dict[int, Any] = field(default_factory=dict)
    deals: dict[int, Any] = field(default_factory=dict)
    firms: dict[int, Any] = field(default_factory=dict)
    consents: dict[int, Any] = field(default_factory=dict)
    desk_users: dict[int, Any] = field(default_factory=dict)
    callers: dict[str, int] = field(default_factory=dict)
    buyers: dict[int, Any] = field(default_factory=dict)
    left: dict[int, tuple[int, str | None]] = field(default_factory=dict)
    pauses: list[tuple[int, int, int | None]] = field(default_factory=list)
    first_sources: dict[int, tuple[int, int]] = field(default_factory=dict)
    offers: dict[int, Any] = field(default_factory=dict)
    checkouts: list[Any] = field(default_factory=list)
    tickets: dict[int, Any] = field(default_factory=dict)
    organizations: list[Any] = field(default_factory=list)
    x_accounts: dict[str, Any] = field(default_factory=dict)
    x_records: list[Any] = field(default_factory=list)
    sky_posts: list[Any] = field(default_factory=list)
    rival_posts: list[Any] = field(default_factory=list)
    cares: dict[int, Any] = field(default_factory=dict)
    care_log: list[Any] = field(default_factory=list)
    last_contact: dict[int, int] = field(default_factory=dict)
    agent_ids: list[int] = field(default_factory=list)
    switchboard: Switchboard = field(init=False)
    today_us: int = 0
    _agenda: defaultdict[int, list[Act]] = field(default_factory=lambda: defaultdict(list))
    _today: list[Act] = field(default_factory=list)
    _cause: Cause | None = None
    _order: int = 0

    def plan(
        self, us: int, kind: str, person: int, payload: Any = None, story: str | None = None
    ) -> None:
        """Note an act for its moment; `story` names what alone makes it happen."""
        cause = self._cause
        if cause is not None and story is not None:
            cause = replace(cause, story=story)
        self._order += 1
        act = (us, self._order, kind, person, payload, cause)
        if us < self.today_us + DAY:
            heapq.heappush(self._today, act)
        else:
            self._agenda[us // DAY].append(act)

    def play(self, handlers: Mapping[str, Handler]) -> None:
        """Play the acts of today, those included that are planned meanwhile."""
        while self._today:
            us, _, kind, number, payload, self._cause = heapq.heappop(self._today)
            handlers[kind](self, self.people[number], us, payload)
        self._cause = None

    def turn_to(self, person: Person, us: int, reason: str) -> None:
        """Let the act belong to what makes a person turn to the company; begin it if it is new."""
        if self._cause is None:
            self._cause = Cause(self.books.number("cause", 1), person.number, us, reason)

    def is_first(self, us: int) -> bool:
        """Tell whether a contact of this moment is the first of its cause; a letter takes hours."""
        return self._cause is not None and us - self._cause.begun_us < FIRST_WITHIN

    def caused(self, kind: str, key: int | str, us: int) -> None:
        """Note to what cause a touchpoint belongs, if to any."""
        if self._cause is not None:
            self.books.caused.append(CausedFact(self._cause, kind, str(key), us))
            if kind in ("call", "ticket"):
                self.last_contact[self._cause.person] = us

    def begin_day(self, day_us: int) -> None:
        """Take up what was noted for this day."""
        self.today_us = day_us
        self._today = self._agenda.pop(day_us // DAY, [])
        heapq.heapify(self._today)
        self.switchboard = Switchboard(self.seed, day_us, self.customers, self.agent_ids)

    def rng(self, *parts: object) -> Random:
        """Give a generator of its own to what the parts name."""
        return draws(self.seed, *parts)

    def chance(self, *parts: object) -> float:
        """Give one number in [0, 1) for what the parts name; cheaper than a generator."""
        return (stable_hash(self.seed, *parts) >> 11) / (1 << 53)

    def add(self, person: Person) -> Person:
        """Let a person, whose number is the next, come into the world."""
        self.people.append(person)
        return person

    def leave(self, person: Person, us: int, story: str | None = None) -> None:
        """Let a person leave for good, by themselves or because of a story."""
        person.is_gone = True
        self.left.setdefault(person.number, (us, story))

    def day_index(self, us: int) -> int:
        """Count days since the first one."""
        return (us - self.start_us) // DAY


def found(seed: int, customers: int, start: date, stories: Sequence[Story]) -> Company:
    """Make a company that has not lived a day."""
    start_us = start_of(start)
    eve = start_us - DAY  # what is planned before the first day waits for it
    return Company(seed, customers, start_us, Climate(stories, start_us), today_us=eve)
