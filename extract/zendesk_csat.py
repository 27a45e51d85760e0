"""How Zendesk's two CSAT features are read: an account has one, and refuses the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol, TypeVar

from msgspec import Raw, Struct, ValidationError
from msgspec.json import decode, encode

from extract.enabled import if_enabled
from extract.joining import with_key
from extract.paging import by_cursor
from extract.source import Batch, Window
from extract.zendesk_pages import More, Ratings, Responses

if TYPE_CHECKING:
    from extract.http import Client

PAGE = "100"
OPEN = timedelta(days=28)  # a response can be changed for so long
ABSENT = frozenset({403, 404})


class ListPage(Protocol):
    """A page of either feature."""

    rows: list[Raw]
    meta: More


P = TypeVar("P", bound=ListPage)


class Answered(Struct):
    """When an answer changed."""

    updated_at: datetime


class Response(Struct):
    """The answers of a response."""

    answers: list[Answered]


def ratings(client: Client, _: object, window: Window) -> Iterator[Batch]:
    """Read the satisfaction ratings that changed in the window (legacy feature)."""
    ends = {"start_time": window.start, "end_time": window.end}
    span = {name: str(int(moment.timestamp())) for name, moment in ends.items()}
    found = _pages(client, "/api/v2/satisfaction_ratings.json", span, Ratings)
    return if_enabled((Batch(page.rows) for page in found), ABSENT)


def responses(client: Client, _: object, window: Window) -> Iterator[Batch]:
    """Read the survey responses that changed in the window, and others of the weeks before.

    The list can be narrowed by the time of creation only, so it is read from as far back as a
    response can still change; what changed at another time is cut by the landing.
    """
    ends = {"created_at_start": window.start - OPEN, "created_at_end": window.end}
    span = {f"filter[{name}]": f"{moment.timestamp() * 1000:.0f}" for name, moment in ends.items()}
    found = _pages(client, "/api/v2/guide/survey_responses", span, Responses)
    return if_enabled((Batch(list(_dated(page.rows))) for page in found), ABSENT)


def _pages(client: Client, path: str, span: Mapping[str, str], shape: type[P]) -> Iterator[P]:
    def fetch(cursor: str | None) -> P:
        place = {"page[after]": cursor} if cursor else {}
        return client.get(path, {**span, "page[size]": PAGE, **place}, shape)

    return by_cursor(fetch, lambda page: page.meta.after_cursor if page.meta.has_more else None)


def _dated(rows: list[Raw]) -> Iterator[Raw]:
    """Put into each response when its answers last changed; one without answers says nothing."""
    for row in rows:
        try:
            answers = decode(row, type=Response).answers
        except ValidationError:  # the landing tells that it has no cursor
            yield row
            continue
        if answers:
            yield with_key(row, "changed_at", encode(max(one.updated_at for one in answers)))
