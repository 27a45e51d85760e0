"""The pages that Zendesk answers with, and where each says that the next one begins."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from msgspec import Raw, Struct, ValidationError, field
from msgspec.json import decode

from extract.joining import with_key


class CursorPage(Protocol):
    """A page of a cursor export; the last one names a cursor, too."""

    rows: list[Raw]
    after_cursor: str | None
    end_of_stream: bool


class TimePage(Protocol):
    """A page of a time-based export; `next_page` may never be null."""

    rows: list[Raw]
    count: int
    next_page: str | None
    end_of_stream: bool


class Tickets(Struct):
    """A page of tickets; metric sets may be listed beside them."""

    after_cursor: str | None
    end_of_stream: bool
    rows: list[Raw] = field(name="tickets")
    metric_sets: list[Raw] = []

    def __post_init__(self) -> None:
        """Put each metric set into its ticket."""
        if not self.metric_sets:
            return
        sets = {decode(one, type=Mark).ticket_id: one for one in self.metric_sets}
        ids = [decode(ticket, type=Mark).id for ticket in self.rows]
        self.rows = [
            with_key(ticket, "metric_set", sets[key]) if key in sets else ticket
            for ticket, key in zip(self.rows, ids, strict=True)
        ]


class Users(Struct):
    """A page of users."""

    after_cursor: str | None
    end_of_stream: bool
    rows: list[Raw] = field(name="users")


class Organizations(Struct):
    """A page of organizations."""

    next_page: str | None
    count: int
    rows: list[Raw] = field(name="organizations")
    end_of_stream: bool = False


class MetricEvents(Struct):
    """A page of ticket metric events."""

    next_page: str | None
    count: int
    rows: list[Raw] = field(name="ticket_metric_events")
    end_of_stream: bool = False


class Calls(Struct):
    """A page of calls, which names no end of the stream."""

    next_page: str | None
    count: int
    rows: list[Raw] = field(name="calls")
    end_of_stream: bool = False


class Legs(Struct):
    """A page of legs, which names no end of the stream."""

    next_page: str | None
    count: int
    rows: list[Raw] = field(name="legs")
    end_of_stream: bool = False


class More(Struct):
    """Whether more pages follow, and from where."""

    has_more: bool
    after_cursor: str | None = None


class Ratings(Struct):
    """A page of satisfaction ratings, in the order of their ids."""

    meta: More
    rows: list[Raw] = field(name="satisfaction_ratings")


class Responses(Struct):
    """A page of survey responses, in the order of their ids."""

    meta: More
    rows: list[Raw] = field(name="survey_responses")


class Activities(Struct):
    """What every agent did since midnight."""

    rows: list[Raw] = field(name="agents_activity")


class Stamp(Struct):
    """When a record changed, as far as it says."""

    generated_timestamp: int | None = None
    updated_at: datetime | None = None


class Mark(Struct):
    """Whose record it is; of whatever type, since the landing judges that."""

    id: Any = None
    ticket_id: Any = None


def next_cursor(page: CursorPage, end: datetime) -> str | None:
    """Return the cursor of the next page; None at the stream's end and behind the window's."""
    behind = bool(page.rows) and _seconds(page.rows[-1]) >= end.timestamp()
    return None if page.end_of_stream or behind else page.after_cursor


def next_second(page: TimePage, end: datetime) -> tuple[int, int]:
    """Return the second where the next page begins, and how many rows ask for it."""
    if page.next_page is None or page.end_of_stream:
        return 0, 0
    second = int(parse_qs(urlsplit(page.next_page).query)["start_time"][0])
    return second, page.count if second < end.timestamp() else 0


def _seconds(record: Raw) -> float:
    """Return when a record changed in epoch seconds, 0 when it does not tell in its usual form."""
    try:
        stamp = decode(record, type=Stamp)
    except ValidationError:
        return 0.0
    if stamp.generated_timestamp is not None:
        return float(stamp.generated_timestamp)
    return stamp.updated_at.timestamp() if stamp.updated_at else 0.0
