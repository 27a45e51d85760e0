"""ServiceNow: incidents, requested items, the promises on them, groups, and what was deleted.

**What.** Every change of a row of `incident`, `sc_req_item`, `task_sla`, `sys_user_group` comes
again as a whole row; `sys_audit_delete` tells which rows of any table are gone, and staging makes
tombstones of it. Key is `sys_id`, the cursor `sys_updated_on`.
**Endpoints.** `GET /api/now/table/{table}`, `/api/now/stats/{table}`; name and password, or the
token of `POST /oauth_token.do` by client credentials when `client_id` is set.
**Paging.** By `sys_id > last` inside the modified window, until a page is empty: access rules
shorten pages after the query, so a short one is not the last. Where they leave nothing of a page,
the count of the rest says how far to go on.
**Limits.** Rules of the instance, per hour; 429 with `Retry-After` in seconds and
`X-RateLimit-Reset`, an epoch second.
**Window.** Both ends are honoured; reading begins five minutes early, because a row's stamp is set
before its transaction ends. Any row outside refuses the window: an unknown name in a query is
ignored in silence and the rest runs, unless `glide.invalid_query.returns_no_rows` is set.
**Late data.** A run waits five minutes after the window's end.
**Quirks.** Values are text, "" is null, times are UTC without a zone, durations are moments after
1970-01-01. An account in another zone may shift the window of a query: give it UTC. What the
Aggregate API counts and the table does not show is noted, and refused above `hidden_share`; newer
releases answer 403 to a count when rows are hidden, which is noted as well. A user who may not read
`sys_audit_delete` gets the note `not enabled`, unless it was read before: then deletions stay
unknown. The elapsed times of a running promise are stale: reckon with its moments.
**Try it.** `cxw extract servicenow incident --from 2026-09-28 --to 2026-09-29`
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import fields

from extract import servicenow_model as model
from extract.access import Access, Action, Grant, Verdict, default_verdict, until_reset
from extract.enabled import if_enabled
from extract.servicenow_table import FORBIDDEN, changed
from extract.source import Batch, Kind, Reader, Settings, Source, Stream, Window

if TYPE_CHECKING:
    import httpx

    from extract.http import Client

DELETIONS = "sys_audit_delete"


class ServiceNowSettings(Settings, frozen=True, kw_only=True):
    """How to reach an instance; `base_url` is like https://northwind.service-now.com."""

    username: str = ""
    password: str = ""
    client_id: str = ""
    client_secret: str = ""
    page_rows: int = 1000
    hidden_share: float = 0.2


def access(settings: ServiceNowSettings) -> Access:
    """Return how the instance wants to be asked: with a grant where a client is named."""

    def grant(_: datetime) -> httpx.Request:
        import httpx  # noqa: PLC0415  (only who asks pays for it)

        client = {"client_id": settings.client_id, "client_secret": settings.client_secret}
        form = {"grant_type": "client_credentials", **client}
        return httpx.Request("POST", f"{settings.base_url.rstrip('/')}/oauth_token.do", data=form)

    user = (settings.username, settings.password)
    auth = Grant(grant) if settings.client_id else user
    return Access("servicenow", settings.base_url, {"Accept": "application/json"}, auth, verdict)


def verdict(response: httpx.Response, now: datetime) -> Verdict:
    """Judge an answer; a limit without `Retry-After` is told by its reset."""
    usual = default_verdict(response, now)
    if usual.action is Action.RETRY and usual.after is None:
        return replace(usual, after=until_reset(response, "x-ratelimit-reset", now))
    return usual


def table(name: str, shape: type[Struct]) -> Reader:
    """Return the reader of a table's changes."""
    wanted = ",".join(field.encode_name for field in fields(shape))

    def read(client: Client, settings: ServiceNowSettings, window: Window) -> Iterator[Batch]:
        rows, share = settings.page_rows, settings.hidden_share
        found = changed(client, name, wanted, window, rows, share)
        return if_enabled(found, {FORBIDDEN}) if name == DELETIONS else found

    return read


def stream(name: str, shape: type[Struct], *pii: str) -> Stream:
    """Declare the stream of a table."""
    lag, read = timedelta(minutes=5), table(name, shape)
    how = {"overlap": lag, "settle": lag, "bounded": True, "pii": pii, "model": shape}
    cursor = {"cursor": "sys_updated_on", "cursor_unit": "utc"}
    return Stream(name, Kind.ENTITY, ("sys_id",), read, **cursor, **how)  # type: ignore[arg-type]


WHO = ("opened_by", "assigned_to", "short_description")
STREAMS = (
    stream("incident", model.Incident, "caller_id", *WHO),
    stream("sc_req_item", model.RequestedItem, "requested_for", *WHO),
    stream("task_sla", model.TaskSla),
    stream("sys_user_group", model.Group, "manager", "email"),
    stream(DELETIONS, model.Deletion),
)
SOURCE = Source("servicenow", ServiceNowSettings, access, STREAMS)
