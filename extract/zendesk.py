"""Zendesk Support and Talk: tickets, what happens to their clocks, who writes, calls and ratings.

**What.** Every change of a record comes again as a whole record. Key is the id; the cursor is
`generated_timestamp` of tickets, `time` of metric events, `changed_at` of survey responses (put in
here: the last change of an answer), `updated_at` of all else. `agent_activity` is a snapshot by
`agent_id`. A deleted ticket comes as `status=deleted` with scrubbed text, a deleted organization
with `deleted_at`.
**Endpoints.** `/api/v2/incremental/{tickets,users}/cursor.json`, `/api/v2/incremental/` with
`{ticket_metric_events,organizations}.json`, `/api/v2/channels/voice/stats/incremental/{calls,legs}`
and `.../stats/agents_activity.json`, `/api/v2/satisfaction_ratings.json`,
`/api/v2/guide/survey_responses`. Basic authentication with `email/token`, by an administrator.
**Paging.** Cursor exports: `after_cursor` until `end_of_stream` (the last page has a cursor, too).
Time-based: `next_page` is never null; the walk ends at `end_of_stream`, in Talk, which has none,
when its second stands still. Pages overlap by a second's rows. Lists: `page[after]`.
**Limits.** 10 requests a minute for the exports, Support and Talk together; 1,000 rows a page.
429 with `Retry-After` in seconds.
**Window.** Since-only: reading begins one minute early, ends behind the window's end, and rows
outside are cut and counted. Ratings are asked for with both ends. Survey responses can be asked for
by creation only: the 28 days in which one can change are read again.
**Late data.** The last minute is withheld, so a run waits two minutes after the window's end.
Silent updates move `generated_timestamp` and not `updated_at`. A breach that is withdrawn
(`deleted`) keeps its `time`: metric events of the two days before are read again, and a breach that
is withdrawn later still counts.
**Quirks.** `include=metric_sets` puts a `metric_set` into each ticket; sets that are listed beside
the tickets are joined in here. An account has ratings or survey responses: the other one answers
403 or 404 and lands an empty file with a note; a token that may not read it looks the same, so
this is refused where accepted files hold rows. A response without answers is left out. The counters
of `agent_activity` begin at midnight of the account's time zone, whenever they are read. Metric
events could also be paged by cursor, at a tenth of the rows a page.
**Try it.** `cxw extract zendesk tickets --from 2026-09-28 --to 2026-09-29`
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from extract import zendesk_model as model
from extract import zendesk_pages as pages
from extract import zendesk_talk_model as talk_model
from extract.access import Access, Pace
from extract.paging import by_cursor, by_time
from extract.source import Batch, Kind, Reader, Settings, Source, Stream, Window
from extract.zendesk_csat import ratings, responses

if TYPE_CHECKING:
    from extract.http import Client

EXPORTS = "/api/v2/incremental"
TALK = "/api/v2/channels/voice/stats"
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


def export(name: str, page: type[pages.CursorPage], **extra: str) -> Reader:
    """Return the reader of a cursor export, which ends behind the window's end."""

    def read(client: Client, _: ZendeskSettings, window: Window) -> Iterator[Batch]:
        def fetch(cursor: str | None) -> pages.CursorPage:
            begin = {"cursor": cursor} if cursor else {"start_time": epoch(window.start)}
            params = {**begin, "per_page": str(FULL), **extra}
            return client.get(f"{EXPORTS}/{name}/cursor.json", params, page)

        found = by_cursor(fetch, lambda fetched: pages.next_cursor(fetched, window.end))
        return (Batch(fetched.rows) for fetched in found)

    return read


def timed(path: str, page: type[pages.TimePage]) -> Reader:
    """Return the reader of a time-based export, which ends behind the window's end."""

    def read(client: Client, _: ZendeskSettings, window: Window) -> Iterator[Batch]:
        def fetch(second: int) -> pages.TimePage:
            return client.get(path, {"start_time": str(second)}, page)

        begin = int(window.start.timestamp())
        found = by_time(fetch, lambda one: pages.next_second(one, window.end), begin, FULL)
        return (Batch(fetched.rows) for fetched in found)

    return read


def activity(client: Client, _: ZendeskSettings, __: Window) -> Iterator[Batch]:
    """Read what every agent did since midnight."""
    yield Batch(client.get(f"{TALK}/agents_activity.json", {}, pages.Activities).rows)


def epoch(moment: datetime) -> str:
    """Write a moment as the exports want it."""
    return str(int(moment.timestamp()))


def stream(name: str, read: Reader, shape: type[msgspec.Struct], **more: Any) -> Stream:
    """Declare a stream with what most of them have in common."""
    minute = timedelta(minutes=1)
    common = {"kind": Kind.ENTITY, "cursor": "updated_at", "overlap": minute, "settle": 2 * minute}
    return Stream(name, pk=("id",), read=read, model=shape, **{**common, **more})


VALUES = ("answers.value",)
PERSON = ("name", "email", "phone", "external_id")
PROSE = ("via.source.from", "subject", "description", "satisfaction_rating.comment")
ISSUED = {"cursor": "generated_timestamp", "cursor_unit": "epoch_s", "pii": PROSE}
TICKETS = export("tickets", pages.Tickets, include="metric_sets")
EVENTS = timed(f"{EXPORTS}/ticket_metric_events.json", pages.MetricEvents)
HAPPENED = {"kind": Kind.EVENT, "cursor": "time", "overlap": timedelta(days=2)}
COMPANIES = timed(f"{EXPORTS}/organizations.json", pages.Organizations)
CALLS = timed(f"{TALK}/incremental/calls", pages.Calls)
LEGS = timed(f"{TALK}/incremental/legs", pages.Legs)
AGENT: dict[str, Any] = {
    "pk": ("agent_id",),
    "full_share": 0.8,
    "pii": ("name", "avatar_url", "forwarding_number"),
}
STREAMS = (
    stream("tickets", TICKETS, model.Ticket, deleted=("status", "deleted"), **ISSUED),
    stream("ticket_metric_events", EVENTS, model.MetricEvent, **HAPPENED),
    stream("users", export("users", pages.Users), model.User, pii=PERSON),
    stream("organizations", COMPANIES, model.Organization, pii=("details", "notes")),
    stream("calls", CALLS, talk_model.Call),
    stream("legs", LEGS, talk_model.Leg),
    Stream("agent_activity", Kind.SNAPSHOT, read=activity, model=talk_model.Activity, **AGENT),
    stream("satisfaction_ratings", ratings, model.Rating, pii=("comment",)),
    stream("survey_responses", responses, model.SurveyResponse, cursor="changed_at", pii=VALUES),
)
SOURCE = Source("zendesk", ZendeskSettings, access, STREAMS)
