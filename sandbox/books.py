"""What the world writes down: vendor records in their versions, and the facts behind them.

The versions are what the faces serve. The facts are the true lives; only `truth` reads them.
Moments are whole microseconds. `seen_us` is the moment from which a vendor's API can show the
fact: a call row, for one, appears when its wrap-up is over.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sandbox.moments import as_datetime

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """One state of one vendor record: from `at` on, `key` shows `record`."""

    at: datetime
    key: str
    record: Record


class Hit(NamedTuple):
    """One analytics event of a session."""

    us: int
    name: str
    page: str
    engaged_ms: int
    is_signed_in: bool
    late_us: int | None
    transaction: str | None
    value_cents: int | None


@dataclass(slots=True)
class Session:
    """One visit with one browser; `late_us` is when the whole of it reached the vendor."""

    person: int
    client_id: str
    session_id: int
    number: int
    start_us: int
    user_id: str | None
    source: int
    device: int
    first_touch_us: int
    late_us: int | None = None
    use_us: int | None = None
    hits: list[Hit] = field(default_factory=list)


@dataclass(slots=True)
class ContactFact:
    """A CRM contact; `gone_us` when it was archived or merged into another."""

    contact_id: int
    person: int
    created_us: int
    is_duplicate: bool
    gone_us: int | None = None
    is_merged: bool = False


@dataclass(slots=True)
class DealFact:
    """A deal; closed and won stay empty while it is open. What it costs more is in its amount."""

    deal_id: int
    person: int
    opened_us: int
    closed_us: int | None = None
    is_won: bool = False
    raise_cents: int = 0


@dataclass(frozen=True, slots=True)
class CallFact:
    """A call that is over; `queue_seconds` is empty when it never reached the queue."""

    call_id: int
    person: int
    direction: str
    started_us: int
    queue_seconds: int | None
    wait_seconds: int
    talk_seconds: int
    hold_seconds: int
    wrap_up_seconds: int
    is_answered: bool
    is_abandoned: bool
    ended_us: int
    seen_us: int
    group_id: int = 0


@dataclass(slots=True)
class TicketFact:
    """A ticket; each state is (seen_us, first replied at, solved at)."""

    ticket_id: int
    person: int
    created_us: int
    states: list[tuple[int, int | None, int | None]] = field(default_factory=list)
    deleted_us: int | None = None


@dataclass(slots=True)
class AnswerFact:
    """An answer to one survey question; a changed mind adds a score (seen_us, score)."""

    answer_id: int
    source: str
    metric: str
    person: int
    submitted_us: int
    scores: list[tuple[int, int]]
    is_follow_up: bool = False  # asked again because of a low mark


@dataclass(frozen=True, slots=True)
class PostFact:
    """A post about the company by somebody else, with what its author really meant, and of what."""

    post_id: str
    person: int
    created_us: int
    sentiment: str
    topic: str


@dataclass(slots=True)
class IdentifierFact:
    """Something in a vendor's record that points at a person, normalised."""

    person: int
    kind: str
    value: str
    seen_us: int
    gone_us: int | None = None


@dataclass(frozen=True, slots=True)
class ServiceTaskFact:
    """A task of the IT desk; each state is (seen_us, over_us, how often reopened)."""

    sys_id: str
    table: str
    opened_us: int
    states: tuple[tuple[int, int | None, int], ...]
    deleted_us: int | None
    is_major: bool


@dataclass(frozen=True, slots=True)
class PromiseFact:
    """A promise on a task, and when its clock ran: (since, until), no end while it runs."""

    sys_id: str
    task: str
    definition: str
    schedule: str
    target: int
    running: tuple[tuple[int, int | None], ...]
    ended_us: int | None


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a person turns to the company; `story` is what alone brought this part of it about."""

    number: int
    person: int
    begun_us: int
    reason: str
    story: str | None = None


@dataclass(frozen=True, slots=True)
class CausedFact:
    """A touchpoint that belongs to a cause: all of one cause are one issue."""

    cause: Cause
    kind: str
    key: str
    us: int


@dataclass(frozen=True, slots=True)
class EmergencyFact:
    """An incident of a story: when it was, whether it was declared and whether anybody felt it."""

    sys_id: str
    slug: str
    begin_us: int
    end_us: int
    is_declared: bool
    is_felt: bool


class Books:
    """Grows while the world lives; nothing that was written is changed later."""

    def __init__(self) -> None:
        self.versions: defaultdict[str, list[Version]] = defaultdict(list)
        self.sessions: list[Session] = []
        self.hits: defaultdict[int, list[tuple[Session, Hit]]] = defaultdict(list)
        self.contacts: list[ContactFact] = []
        self.deals: list[DealFact] = []
        self.calls: list[CallFact] = []
        self.tickets: list[TicketFact] = []
        self.answers: list[AnswerFact] = []
        self.posts: list[PostFact] = []
        self.service_tasks: list[ServiceTaskFact] = []
        self.promises: list[PromiseFact] = []
        self.emergencies: list[EmergencyFact] = []
        self.caused: list[CausedFact] = []
        self.deleted_tasks: dict[str, int] = {}
        self.identifiers: dict[tuple[int, str, str], IdentifierFact] = {}
        self._next: defaultdict[str, int] = defaultdict(int)

    def number(self, kind: str, first: int, step: int = 1) -> int:
        """Give the next id of a kind; ids grow with time as the vendors' do."""
        self._next[kind] += 1
        return first + (self._next[kind] - 1) * step

    def emit(self, name: str, us: int, key: int | str, record: Record) -> None:
        """Write a record's state from a moment on."""
        self.versions[name].append(Version(as_datetime(us), str(key), record))

    def identify(self, person: int, kind: str, value: str | None, us: int) -> None:
        """Note that a person can be found under a value; the first sight counts."""
        if value is not None:
            key = (person, kind, value)
            if key not in self.identifiers:
                self.identifiers[key] = IdentifierFact(person, kind, value, us)
