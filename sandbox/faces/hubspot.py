"""HubSpot's CRM as seen by a private app.

Search, lists with the archived ones, properties, and associations in batches; pipelines, owners and
consent are in `hubspot_settings`, tokens in `hubspot_tokens`. All of it under `/crm/v3` and
`/crm/v4` and under the date-versioned paths (`/crm/objects/2026-03/…`,
`/crm/associations/2026-03/…`, `/crm/owners/2026-03`). Checked against developers.hubspot.com
(search the CRM, batch read of associations): at most 200 rows a search page (10 unless asked),
400 beyond row 10,000, one sorting rule, five filter groups, five searches a second for the whole
account, no associations and no rate headers in search answers, 207 when an object has no
association.

Where it differs: associations of any pair are read from the `from` side only; `toObjectId` is a
string as the reference says (older answers held numbers). Text filters compare whole values;
CONTAINS_TOKEN finds a part. A search sees the company as it was `search_lag_seconds` ago (an
option, 0 unless set). A merged loser is found in neither search nor list, an archived row only
in `archived=true` lists.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import msgspec

from sandbox.faces import hubspot_settings
from sandbox.faces.hubspot_answers import (
    DEFAULTS,
    error,
    invalid,
    link,
    no_association,
    page_of,
    property_type,
    rate_headers,
    shown,
    too_many,
    wanted_properties,
)
from sandbox.faces.hubspot_search import Objects, Refused, Search
from sandbox.faces.hubspot_tokens import Tokens
from sandbox.faces.quota import Limits, Rule
from sandbox.faces.view import View
from sandbox.faces.wire import Reply, Request, json_reply, whole_number, zulu_ms

TEN_SECONDLY = Rule(190, 10.0, rolling=True)
SECONDLY = Rule(5, 1.0, rolling=True)
CEILING = 10_000
SEARCH_PAGE = 200
LIST_PAGE, LIST_PAGE_UNASKED = 100, 10
BATCH = 1000

VERSION = r"\d{4}-\d{2}"
OBJECTS = re.compile(rf"/crm/(?:v3/objects|objects/{VERSION})/(\w+)(/search)?/?")
PROPERTIES = re.compile(rf"/crm/(?:v3/properties|properties/{VERSION})/(\w+)/?")
BATCH_READ = re.compile(rf"/crm/(?:v4/associations|associations/{VERSION})/(\w+)/(\w+)/batch/read")


class BatchInput(msgspec.Struct, frozen=True):
    """One object whose associations are asked for."""

    id: str


class Batch(msgspec.Struct, frozen=True):
    """The body of a batch read of associations."""

    inputs: tuple[BatchInput, ...]


class HubSpot:
    """Answers as one HubSpot account."""

    def __init__(self, view: View, limits: Limits) -> None:
        self._view = view
        self._limits = limits
        self.tokens = Tokens()
        self.search_lag_seconds = 0.0

    def handle(self, request: Request) -> Reply:
        """Answer a request as the vendor would."""
        if answered := self.tokens.answered(request):
            return answered
        objects = OBJECTS.fullmatch(request.path)
        searching = bool(objects and objects[2])
        spent = self._limits.take("hubspot.account", TEN_SECONDLY)
        if not spent.allowed:
            return too_many(request, "TEN_SECONDLY_ROLLING")
        if searching and not self._limits.take("hubspot.search", SECONDLY).allowed:
            return too_many(request, "SECONDLY")
        try:
            reply = self._route(request, objects)
        except (Refused, msgspec.MsgspecError) as problem:
            return invalid(request, str(problem))
        if searching:
            return reply
        return Reply(reply.status, reply.body, rate_headers(spent, self._limits.mode))

    def refusal(self, kind: str, request: Request) -> Reply | None:
        """Give `rate_limited`, `rate_limited_secondly` or `rate_limited_daily`."""
        policies = {
            "rate_limited": "TEN_SECONDLY_ROLLING",
            "rate_limited_secondly": "SECONDLY",
            "rate_limited_daily": "DAILY",
        }
        return too_many(request, policies[kind]) if kind in policies else None

    def _route(self, request: Request, objects: re.Match[str] | None) -> Reply:
        if objects:
            return self._object_route(request, objects[1], bool(objects[2]))
        if (match := BATCH_READ.fullmatch(request.path)) and request.method == "POST":
            return self._associations(request, match[1], match[2])
        if (match := PROPERTIES.fullmatch(request.path)) and match[1] in DEFAULTS:
            return self._properties(request, match[1])
        if found := hubspot_settings.answered(self._view, request):
            return found
        return error(request, 404, "OBJECT_NOT_FOUND", "resource not found")

    def _object_route(self, request: Request, kind: str, searching: bool) -> Reply:
        if kind not in DEFAULTS:
            raise Refused(f"Unable to infer object type from: {kind}")
        if request.method != ("POST" if searching else "GET"):
            return error(request, 405, "METHOD_NOT_ALLOWED", "Method Not Allowed")
        return self._search(request, kind) if searching else self._list(request, kind)

    def _objects(self, kind: str, now: datetime, archived: bool) -> Objects:
        def build() -> Objects:
            records = self._view.newest("hubspot." + kind, now).values()
            kept = [
                record
                for record in records
                if bool(record.get("archived")) is archived and "mergedInto" not in record
            ]
            return Objects(sorted(kept, key=lambda r: int(r["id"])), frozenset(DEFAULTS[kind]))

        return self._view.once(f"hubspot {kind} {archived}", now, build)

    def _search(self, request: Request, kind: str) -> Reply:
        search = msgspec.json.decode(request.body or b"{}", type=Search)
        size, after = search.limit, whole_number(str(search.after or 0))
        if not 1 <= size <= SEARCH_PAGE:
            raise Refused(f"limit is {size}, a search page holds 1 to {SEARCH_PAGE}")
        if after is None or after < 0:
            raise Refused(f"after is {search.after!r}, a search counts rows from 0")
        if after + size > CEILING:
            raise Refused(
                f"rows {after} to {after + size} were asked for; "
                f"a query can be paged up to row {CEILING}"
            )
        size = request.page_size(size)
        lagging = request.now - timedelta(seconds=self.search_lag_seconds)
        objects = self._objects(kind, lagging, archived=False)
        question = (search.filter_groups, search.sorts)
        hits = self._view.once(
            f"hubspot search {kind}", (lagging, question), lambda: objects.matching(search)
        )
        wanted = wanted_properties(kind, search.properties, objects)
        page = [shown(objects.records[i], wanted) for i in hits[after : after + size]]
        body: dict[str, Any] = {"total": len(hits), "results": page}
        if after + size < len(hits):
            following = str(after + size)
            body["paging"] = {"next": {"after": following, "link": f"?after={following}"}}
        return json_reply(200, body)

    def _list(self, request: Request, kind: str) -> Reply:
        archived = request.first("archived") == "true"
        objects = self._objects(kind, request.now, archived)
        first, last, paging = page_of(request, objects.ids, LIST_PAGE, LIST_PAGE_UNASKED)
        wanted = wanted_properties(kind, request.listed("properties"), objects)
        linked = request.listed("associations")
        results = []
        for record in objects.records[first:last]:
            row = shown(record, wanted)
            associations = {
                name: found
                for name, found in (record.get("associations") or {}).items()
                if name in linked
            }
            results.append({**row, "associations": associations} if associations else row)
        return json_reply(200, {"results": results, **paging})

    def _properties(self, request: Request, kind: str) -> Reply:
        known = self._objects(kind, request.now, archived=False).known
        results = [
            {
                "name": name,
                "label": name,
                "groupName": kind,
                "type": property_type(name),
                "archived": False,
            }
            for name in sorted(known)
        ]
        return json_reply(200, {"results": results})

    def _associations(self, request: Request, source: str, target: str) -> Reply:
        inputs = [one.id for one in msgspec.json.decode(request.body or b"{}", type=Batch).inputs]
        if not 1 <= len(inputs) <= BATCH:
            raise Refused(f"{len(inputs)} inputs were sent, a batch holds 1 to {BATCH}")
        records = self._view.newest("hubspot." + source, request.now)
        results, errors = [], []
        for key in inputs:
            found = (records.get(key) or {}).get("associations", {}).get(target, {})
            links = [link(one) for one in found.get("results", [])]
            if links:
                results.append({"from": {"id": key}, "to": links})
            else:
                errors.append(no_association(key, source, target))
        done = zulu_ms(request.now)
        body = {"status": "COMPLETE", "results": results, "startedAt": done, "completedAt": done}
        if errors:
            return json_reply(207, {**body, "numErrors": len(errors), "errors": errors})
        return json_reply(200, body)
