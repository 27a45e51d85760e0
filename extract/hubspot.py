"""HubSpot CRM: contacts, deals, answers to surveys, and owners.

**What.** Contacts, deals and feedback submissions that changed, as whole records; owners as a daily
snapshot. Key is the id; the cursor is `lastmodifieddate` of contacts, `hs_lastmodifieddate` of all
else, `archivedAt` of a tombstone.
**Endpoints.** `{prefix}/objects/{object}/search`, `{prefix}/objects/{object}?archived=true`,
`/crm/v4/associations/{from}/{to}/batch/read`, `{prefix}/owners`; bearer token of a private app.
`path_prefix` may be a dated version such as `/crm/objects/2026-03`.
**Paging.** Search by `hs_object_id > last` inside the modified window: rows that leave the window
move no other, and no query meets the ceiling of 10,000 rows. Lists by `paging.next.after`.
**Limits.** 5 searches a second, 200 rows each; 190 requests in 10 s; a daily quota, after which the
run is put off to midnight of `time_zone`. The 429 names its policy in the body.
**Window.** Both ends are honoured; reading begins ten minutes early, because the index lags.
**Late data.** A run waits five minutes after the window's end.
**Quirks.** Properties are text or null. Associations are read in batches and put in as
`associations.<object>.results[].id`. A merged contact vanishes: its tombstone is made of the
winner's `hs_merged_object_ids` and times. A GDPR deletion leaves no trace. Archived records have no
filter for time: the list is read whole.
**Try it.** `cxw extract hubspot contacts --from 2026-09-28 --to 2026-09-29`
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import fields

from extract import hubspot_model as model
from extract.access import Access, Pace, Verdict, body_of, default_verdict
from extract.hubspot_search import archived, changed, merged_away, with_links
from extract.paging import by_cursor
from extract.source import DAY, Batch, Kind, Reader, Settings, Source, Stream, Window

if TYPE_CHECKING:
    import httpx

    from extract.http import Client

POLICIES = {"TEN_SECONDLY_ROLLING": 10.0, "SECONDLY": 1.0}


class HubSpotSettings(Settings, frozen=True, kw_only=True):
    """How to reach a portal; `base_url` is like https://api.hubapi.com."""

    token: str
    path_prefix: str = "/crm/v3"
    requests_per_second: int = 5
    time_zone: str = "UTC"

    def path(self, name: str) -> str:
        """Return the path of an object's records, or of the owners."""
        head, _, version = self.path_prefix.partition("/objects/")
        parts = ("owners", version) if name == "owners" else ("objects", version, name)
        return "/".join((head, *filter(None, parts)))


def access(settings: HubSpotSettings) -> Access:
    """Return how the portal wants to be asked; a limit is told by its policy's name."""

    def verdict(response: httpx.Response, now: datetime) -> Verdict:
        usual, policy = default_verdict(response, now), body_of(response).get("policyName")
        wait = POLICIES.get(str(policy)) if usual.after is None else usual.after
        if policy == "DAILY":
            local = now.astimezone(ZoneInfo(settings.time_zone))
            midnight = (local + DAY).replace(hour=0, minute=0, second=0, microsecond=0)
            wait = (midnight - local).total_seconds()
        return Verdict(usual.action, wait, usual.reason)

    token, pace = f"Bearer {settings.token}", Pace(settings.requests_per_second, 1.0)
    return Access("hubspot", settings.base_url, {"Authorization": token}, None, verdict, pace)


def changes(name: str, shape: type[Struct], cursor: str, *links: str) -> Reader:
    """Return the reader of an object's changes, its associations and its tombstones."""
    properties = [one.name for one in fields(fields(shape)[1].type)]

    def read(client: Client, settings: HubSpotSettings, window: Window) -> Iterator[Batch]:
        path = settings.path(name)
        for records in changed(client, path, cursor, properties, window):
            yield Batch(with_links(client, name, links, records))
            if name == "contacts":
                yield Batch(merged_away(records))
        if name != "feedback_submissions":  # an answer cannot be archived
            yield from map(Batch, archived(client, path, properties, window))

    return read


def owners(client: Client, settings: HubSpotSettings, _: Window) -> Iterator[Batch]:
    """Read all owners."""

    def fetch(after: str | None) -> model.Listed:
        place = {"after": after} if after else {}
        return client.get(settings.path("owners"), {"limit": "100", **place}, model.Listed)

    return (Batch(page.results) for page in by_cursor(fetch, model.Listed.following))


def entity(name: str, shape: type[Struct], cursor: str, *links: str, **more: Any) -> Stream:
    """Declare a stream of changes."""
    lag = timedelta(minutes=5)
    more |= {"cursor": f"properties.{cursor}", "overlap": 2 * lag, "settle": lag, "bounded": True}
    reader = changes(name, shape, cursor, *links)
    return Stream(name, Kind.ENTITY, ("id",), reader, model=shape, **more)


WHO = ("properties.email", "properties.firstname", "properties.lastname", "properties.phone")
GONE: dict[str, Any] = {"deleted": ("archived", True), "deleted_cursor": "archivedAt"}
CHANGED = "hs_lastmodifieddate"
STREAMS = (
    entity("contacts", model.Contact, "lastmodifieddate", pii=WHO, **GONE),
    entity("deals", model.Deal, CHANGED, "contacts", **GONE),
    entity("feedback_submissions", model.Feedback, CHANGED, "contacts", "tickets"),
    Stream("owners", Kind.SNAPSHOT, ("id",), owners, model=model.Owner, full_share=0.8),
)
SOURCE = Source("hubspot", HubSpotSettings, access, STREAMS)
