"""Zendesk Support and Talk: tickets, users, calls, their legs, and satisfaction ratings.

**What.** Every change of a record comes again as a whole record. Key is the id; the cursor is
`generated_timestamp` for tickets, `updated_at` for all else. A deleted ticket comes as
`status=deleted` with scrubbed text.
**Endpoints.** `/api/v2/incremental/{tickets,users}/cursor.json`,
`/api/v2/channels/voice/stats/incremental/{calls,legs}`, `/api/v2/satisfaction_ratings.json`.
Basic authentication with `email/token`; the exports need an administrator.
**Paging.** Exports: `after_cursor` until `end_of_stream` (the last page names a cursor, too).
Talk: `next_page` is never null; the walk ends when its second stands still. Pages overlap by a row.
**Limits.** 10 requests a minute for the exports, Support and Talk together; 1,000 rows a page.
429 with `Retry-After` in seconds.
**Window.** Since-only: reading begins one minute early, ends behind the window's end, and rows
outside are cut and counted. Ratings are asked for with both ends.
**Late data.** The last minute is withheld, so a run waits two minutes after the window's end.
Silent updates move `generated_timestamp` and not `updated_at`.
**Quirks.** `include=metric_sets` puts a `metric_set` into each ticket; sets that are listed beside
the tickets are joined in here. With the newer CSAT feature, ratings answer 403 or 404.
**Try it.** `cxw extract zendesk tickets --from 2026-09-28 --to 2026-09-29`
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from extract import zendesk_model as model
from extract.access import Access, Pace
from extract.paging import by_cursor, by_time
from extract.source import Batch, Kind, Reader, Settings, Source, Stream, Window

if TYPE_CHECKING:
    from extract.http import Client

API = "/api/v2"
FULL = 1000  # rows a page


class ZendeskSettings(Settings, frozen=True, kw_only=True):
    """How to reach an account; `base_url` is like https://northwind.zendesk.com."""

    email: str
    api_token: str
    requests_per_minute: int = 10


def access(settings: ZendeskSettings) -> Access:
    """Return how the account wants to be asked."""
    user, pace = f"{settings.email}/token", Pace(settings.requests_per_minute, 60.0)
    return Access("zendesk", settings.base_url, auth=(user, settings.api_token), pace=pace)


def export(name: str, page: type[model.Export], **extra: str) -> Reader:
    """Return the reader of a cursor export, which ends behind the window's end."""

    def read(client: Client, _: ZendeskSettings, window: Window) -> Iterator[Batch]:
        def fetch(cursor: str | None) -> model.Export:
            begin = {"cursor": cursor} if cursor else {"start_time": epoch(window.start)}
            params = {**begin, "per_page": str(FULL), **extra}
            return client.get(f"{API}/incremental/{name}/cursor.json", params, page)

        pages = by_cursor(fetch, lambda fetched: fetched.following(window.end))
        return (Batch(fetched.rows()) for fetched in pages)

    return read


def talk(name: str, page: type[model.TalkExport]) -> Reader:
    """Return the reader of a time-based export, which ends behind the window's end."""

    def read(client: Client, _: ZendeskSettings, window: Window) -> Iterator[Batch]:
        def fetch(second: int) -> model.TalkExport:
            path = f"{API}/channels/voice/stats/incremental/{name}"
            return client.get(path, {"start_time": str(second)}, page)

        first = int(epoch(window.start))
        pages = by_time(fetch, lambda fetched: fetched.following(window.end), first, FULL)
        return (Batch(fetched.rows()) for fetched in pages)

    return read


def ratings(client: Client, _: ZendeskSettings, window: Window) -> Iterator[Batch]:
    """Read the satisfaction ratings."""
    span = {"start_time": epoch(window.start), "end_time": epoch(window.end), "page[size]": "100"}

    def fetch(cursor: str | None) -> model.RatingList:
        place = {"page[after]": cursor} if cursor else {}
        return client.get(f"{API}/satisfaction_ratings.json", {**span, **place}, model.RatingList)

    pages = by_cursor(fetch, model.RatingList.following)
    return (Batch(page.satisfaction_ratings) for page in pages)


def epoch(moment: datetime) -> str:
    """Write a moment as the exports want it."""
    return str(int(moment.timestamp()))


def stream(name: str, read: Reader, shape: type[msgspec.Struct], **more: Any) -> Stream:
    """Declare a stream with what all of them have in common."""
    minute = timedelta(minutes=1)
    common = {"cursor": "updated_at", "overlap": minute, "settle": 2 * minute, **more}
    return Stream(name, Kind.ENTITY, ("id",), read, model=shape, **common)


PROSE = ("via.source.from", "subject", "description", "satisfaction_rating.comment")
ISSUED = {"cursor": "generated_timestamp", "cursor_unit": "epoch_s", "pii": PROSE}
TICKETS = export("tickets", model.TicketExport, include="metric_sets")
STREAMS = (
    stream("tickets", TICKETS, model.Ticket, deleted=("status", "deleted"), **ISSUED),
    stream("users", export("users", model.UserExport), model.User, pii=("name", "email", "phone")),
    stream("calls", talk("calls", model.CallExport), model.Call),
    stream("legs", talk("legs", model.LegExport), model.Leg),
    stream("satisfaction_ratings", ratings, model.Rating, pii=("comment",)),
)
SOURCE = Source("zendesk", ZendeskSettings, access, STREAMS)
