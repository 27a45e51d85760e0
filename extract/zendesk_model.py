"""The fields of Zendesk's records that staging reads; a record that differs lands with an error."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from msgspec import Raw, Struct, ValidationError, field
from msgspec.json import decode

from extract.joining import with_key


class Caller(Struct):
    """Who a ticket came from."""

    phone: str | None = None


class Origin(Struct):
    """Where a ticket came from."""

    from_: Caller | None = field(name="from", default=None)


class Via(Struct):
    """How a ticket came in."""

    channel: str | None
    source: Origin | None = None


class CustomField(Struct):
    """A field of our own; its value may be of any type."""

    id: int
    value: Any = None


class Satisfaction(Struct):
    """The rating shown on the ticket."""

    score: str | None = None


class Minutes(Struct):
    """A duration."""

    calendar: int | None = None


class MetricSet(Struct):
    """The vendor's own measures of a ticket."""

    reply_time_in_minutes: Minutes
    replies: int | None
    reopens: int | None
    solved_at: datetime | None


class Ticket(Struct):
    """A ticket of the cursor export, with its metric set."""

    id: int
    via: Via
    created_at: datetime
    updated_at: datetime
    generated_timestamp: int
    type: str | None
    subject: str | None
    description: str | None
    priority: str | None
    status: str
    requester_id: int | None
    assignee_id: int | None
    group_id: int | None
    custom_fields: list[CustomField]
    satisfaction_rating: Satisfaction | None = None
    metric_set: MetricSet | None = None


class User(Struct):
    """An end user, agent or administrator."""

    id: int
    name: str | None
    email: str | None
    phone: str | None
    role: str
    external_id: str | None
    suspended: bool
    created_at: datetime
    updated_at: datetime


class Call(Struct):
    """A call; durations are whole seconds, the charge is text."""

    id: int
    ticket_id: int | None
    agent_id: int | None
    direction: str
    completion_status: str
    created_at: datetime
    updated_at: datetime
    callback: bool
    voicemail: bool
    ivr_time_spent: int | None
    wait_time: int | None
    time_to_answer: int | None
    talk_time: int | None
    hold_time: int | None
    wrap_up_time: int | None
    duration: int | None
    exceeded_queue_time: bool | None
    call_charge: str | None


class Leg(Struct):
    """One party's part of a call."""

    id: int
    call_id: int
    agent_id: int | None
    user_id: int | None
    type: str
    completion_status: str | None
    talk_time: int | None
    hold_time: int | None
    wrap_up_time: int | None
    duration: int | None
    created_at: datetime
    updated_at: datetime


class Rating(Struct):
    """A satisfaction rating of a ticket (legacy CSAT)."""

    id: int
    ticket_id: int | None
    requester_id: int | None
    score: str
    comment: str | None
    reason: str | None
    created_at: datetime
    updated_at: datetime


class Stamp(Struct):
    """When a record changed, as far as it says."""

    generated_timestamp: int | None = None
    updated_at: datetime | None = None


class Mark(Struct):
    """Whose record it is; of whatever type, since the landing judges that."""

    id: Any = None
    ticket_id: Any = None


class Export(Struct):
    """A page of a cursor export."""

    after_cursor: str | None
    end_of_stream: bool

    def rows(self) -> list[Raw]:
        """Return the records of the page."""
        raise NotImplementedError

    def following(self, end: datetime) -> str | None:
        """Return the cursor of the next page; None at the stream's end and behind the window's."""
        rows = self.rows()
        behind = bool(rows) and _seconds(rows[-1]) >= end.timestamp()
        return None if self.end_of_stream or behind else self.after_cursor


class TicketExport(Export):
    """A page of tickets; metric sets may be listed beside them and are then put into them."""

    tickets: list[Raw]
    metric_sets: list[Raw] = []

    def rows(self) -> list[Raw]:
        """Return the tickets, each with its metric set."""
        if not self.metric_sets:
            return self.tickets
        sets = {decode(one, type=Mark).ticket_id: one for one in self.metric_sets}
        ids = [decode(ticket, type=Mark).id for ticket in self.tickets]
        return [
            with_key(ticket, "metric_set", sets[key]) if key in sets else ticket
            for ticket, key in zip(self.tickets, ids, strict=True)
        ]


class UserExport(Export):
    """A page of users."""

    users: list[Raw]

    def rows(self) -> list[Raw]:
        """Return the users."""
        return self.users


class TalkExport(Struct):
    """A page of a time-based export; `next_page` is never null."""

    next_page: str
    count: int

    def rows(self) -> list[Raw]:
        """Return the records of the page."""
        raise NotImplementedError

    def following(self, end: datetime) -> tuple[int, int]:
        """Return the second where the next page begins, and how many rows ask for it."""
        second = int(parse_qs(urlsplit(self.next_page).query)["start_time"][0])
        return second, self.count if second < end.timestamp() else 0


class CallExport(TalkExport):
    """A page of calls."""

    calls: list[Raw]

    def rows(self) -> list[Raw]:
        """Return the calls."""
        return self.calls


class LegExport(TalkExport):
    """A page of legs."""

    legs: list[Raw]

    def rows(self) -> list[Raw]:
        """Return the legs."""
        return self.legs


class More(Struct):
    """Whether more pages follow, and from where."""

    has_more: bool
    after_cursor: str | None = None


class RatingList(Struct):
    """A page of satisfaction ratings, in the order of their ids."""

    satisfaction_ratings: list[Raw]
    meta: More

    def following(self) -> str | None:
        """Return the cursor of the next page."""
        return self.meta.after_cursor if self.meta.has_more else None


def _seconds(record: Raw) -> float:
    """Return when a record changed in epoch seconds, 0 when it does not tell in its usual form."""
    try:
        stamp = decode(record, type=Stamp)
    except ValidationError:
        return 0.0
    if stamp.generated_timestamp is not None:
        return float(stamp.generated_timestamp)
    return stamp.updated_at.timestamp() if stamp.updated_at else 0.0
