"""HubSpot CRM: contacts, companies, deals, line items, tickets, surveys, consent, and owners.

**What.** Contacts, companies, deals, line items, tickets and feedback submissions that changed, as
whole records; what the contacts that changed have consented to; pipelines and owners as daily
snapshots; the ids of all contacts on Sundays, because a GDPR deletion leaves no trace. Key is the
id; the cursor is `lastmodifieddate` of contacts (and of consent, which is read with them),
`hs_lastmodifieddate` of all else, `archivedAt` of a tombstone.
**Endpoints.** `{prefix}/objects/{object}/search`, `{prefix}/objects/{object}?archived=true`,
`/crm/v4/associations/{from}/{to}/batch/read`, `{prefix}/pipelines/{object}`, `{prefix}/owners`,
`/communication-preferences/v4/statuses/batch/read`. Bearer token of a private app, or of an OAuth
app: `/oauth/v1/token` gives one for thirty minutes, and a 401 renews it. `path_prefix` may be a
dated version such as `/crm/objects/2026-03`; then all of these paths bear the date.
**Paging.** Search by `hs_object_id > last` inside the modified window: rows that leave the window
move no other, and no query meets the ceiling of 10,000 rows. Lists by `paging.next.after`.
**Limits.** 5 searches a second, 200 rows each; 190 requests in 10 s; a daily quota, after which the
run is put off to midnight of `time_zone`. The 429 names its policy in the body.
**Window.** Both ends are honoured; reading begins ten minutes early, because the index lags.
**Late data.** A run waits five minutes after the window's end.
**Quirks.** Properties are text or null. Associations are read in batches and put in as
`associations.<object>.results[].id`. A merged record vanishes: its tombstone is made of the
winner's `hs_merged_object_ids` and times. Archived records have no filter for time: the list is
read whole. Consent has no filter for time either: it is asked for by the addresses of the contacts
that changed, whose `id` and `properties.lastmodifieddate` are put in. Status 530 is a malformed
token. Status 403 to a stream's own first question means that the portal lacks the product or the
scope: it lands a note, and is refused where accepted files hold rows of it.
OAuth v1 ends in February 2027: a dated `path_prefix` asks at `/oauth/2026-03/token`.
**Try it.** `cxw extract hubspot contacts --from 2026-09-28 --to 2026-09-29`
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec import Struct

from extract import hubspot_model as model
from extract.hubspot_access import HubSpotSettings, access
from extract.hubspot_reading import (
    changes,
    contact_ids,
    one_after_another,
    owners,
    pipelines,
    subscriptions,
)
from extract.source import Kind, Reader, Source, Stream

LAG = timedelta(minutes=5)  # of the search index
LIVE: dict[str, Any] = {"overlap": 2 * LAG, "settle": LAG, "bounded": True}
CHANGED = "hs_lastmodifieddate"
GONE: dict[str, Any] = {"deleted": ("archived", True), "deleted_cursor": "archivedAt"}
WHO = (
    *("properties.email", "properties.firstname", "properties.lastname", "properties.phone"),
    *("properties.customer_number", "properties.ga_client_id", "properties.twitterhandle"),
)
ADDRESS = ("subscriberIdString", "statuses.subscriberIdString", "statuses.legalBasisExplanation")


def entity(
    name: str, shape: type[Struct], cursor: str, *links: str, is_basic: bool = False, **more: Any
) -> Stream:
    """Declare a stream of changes; what is not basic, a portal may lack."""
    read = changes(name, shape, cursor, *links, is_basic=is_basic)
    path = f"properties.{cursor}"
    return Stream(name, Kind.ENTITY, ("id",), read, path, model=shape, **LIVE, **more)


def whole(name: str, read: Reader, shape: type[Struct], *pk: str, **more: Any) -> Stream:
    """Declare a list that is read whole and shows what is true now."""
    return Stream(name, Kind.SNAPSHOT, pk or ("id",), read, model=shape, full_share=0.8, **more)


CONSENT = Stream(
    "subscriptions",
    Kind.ENTITY,
    ("id",),
    subscriptions,
    "properties.lastmodifieddate",
    model=model.Subscriptions,
    pii=ADDRESS,
    **LIVE,
)
PIPELINES = one_after_another(pipelines("deals", is_basic=True), pipelines("tickets"))
PROSE = ("properties.subject", "properties.content")
NAMED, SAID = ("properties.dealname",), ("properties.hs_content",)
STAFF = ("email", "firstName", "lastName")
STREAMS = (
    entity("contacts", model.Contact, "lastmodifieddate", is_basic=True, pii=WHO, **GONE),
    entity("companies", model.Company, CHANGED, "contacts", **GONE),
    entity("deals", model.Deal, CHANGED, "contacts", is_basic=True, pii=NAMED, **GONE),
    entity("line_items", model.LineItem, CHANGED, "deals", **GONE),
    entity("tickets", model.Ticket, CHANGED, "contacts", pii=PROSE, **GONE),
    entity("feedback_submissions", model.Feedback, CHANGED, "contacts", "tickets", pii=SAID),
    CONSENT,
    whole("pipelines", PIPELINES, model.Pipeline, "objectType", "id"),
    whole("owners", owners, model.Owner, pii=STAFF),
    whole("contacts_ids", contact_ids, model.ContactId),
)
SOURCE = Source("hubspot", HubSpotSettings, access, STREAMS)
