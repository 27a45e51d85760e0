"""What a portal is set to: pipelines with their stages, owners, and what addresses consent to."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from sandbox.faces.hubspot_answers import error, page_of
from sandbox.faces.hubspot_search import Refused
from sandbox.faces.view import Record, View
from sandbox.faces.wire import Reply, Request, json_reply, zulu_ms

VERSION = r"\d{4}-\d{2}"
PIPELINES = re.compile(rf"/crm/(?:v3/pipelines|pipelines/{VERSION})/(\w+)/?")
OWNERS = re.compile(rf"/crm/(?:v3/owners|owners/{VERSION})/?")
STATUSES = re.compile(rf"/communication-preferences/(?:v4|{VERSION})/statuses/batch/read")
OWNERS_PAGE, UNASKED = 500, 100
ADDRESSES = 100


class Addresses(msgspec.Struct, frozen=True):
    """The body of a question for consent."""

    inputs: tuple[str, ...]


def answered(view: View, request: Request) -> Reply | None:
    """Answer a request that asks for one of these, None when it asks for something else."""
    if (match := PIPELINES.fullmatch(request.path)) and request.method == "GET":
        return _pipelines(view, request, match[1])
    if OWNERS.fullmatch(request.path) and request.method == "GET":
        return _owners(view, request)
    if STATUSES.fullmatch(request.path) and request.method == "POST":
        return _statuses(view, request)
    return None


def _pipelines(view: View, request: Request, kind: str) -> Reply:
    record = view.newest("hubspot.pipelines", request.now).get(kind)
    if record is None and kind not in {"deals", "tickets"}:
        return error(request, 400, "VALIDATION_ERROR", f"Unable to infer object type from: {kind}")
    return json_reply(200, {"results": [record] if record else []})


def _owners(view: View, request: Request) -> Reply:
    def build() -> list[Record]:
        found = view.newest("hubspot.owners", request.now).values()
        return sorted(found, key=lambda owner: int(owner["id"]))

    archived = request.first("archived") == "true"
    email = request.first("email")
    owners = [
        owner
        for owner in view.once("hubspot owners", request.now, build)
        if bool(owner.get("archived")) is archived
        and (email is None or owner.get("email") == email)
    ]
    ids = [int(owner["id"]) for owner in owners]
    first, last, paging = page_of(request, ids, OWNERS_PAGE, UNASKED)
    return json_reply(200, {"results": owners[first:last], **paging})


def _statuses(view: View, request: Request) -> Reply:
    """Answer by address; an address that nobody has was never asked."""
    if request.first("channel") != "EMAIL":
        raise Refused("channel is missing; EMAIL is the only one")
    inputs = msgspec.json.decode(request.body or b"{}", type=Addresses).inputs
    if not 1 <= len(inputs) <= ADDRESSES:
        raise Refused(f"{len(inputs)} inputs were sent, a batch holds 1 to {ADDRESSES}")

    def build() -> dict[str, str]:
        contacts = view.newest("hubspot.contacts", request.now).items()
        return {
            email.lower(): key
            for key, contact in contacts
            if (email := contact["properties"].get("email")) and not contact.get("archived")
        }

    whose = view.once("hubspot addresses", request.now, build)
    said = view.newest("hubspot.consents", request.now)
    some: Record = next(iter(said.values()), {"statuses": []})
    results = []
    for address in dict.fromkeys(one.lower() for one in inputs):
        record = said.get(whose.get(address, ""))
        statuses = record["statuses"] if record else map(_unasked, some["statuses"])
        shown = [{**status, "subscriberIdString": address} for status in statuses]
        results.append({"subscriberIdString": address, "statuses": shown})
    done = zulu_ms(request.now)
    body: dict[str, Any] = {"status": "COMPLETE", "results": results}
    return json_reply(200, {**body, "startedAt": done, "completedAt": done})


def _unasked(status: Record) -> Record:
    kept = {name: status[name] for name in ("channel", "subscriptionId", "subscriptionName")}
    return {**kept, "source": "Not specified", "status": "NOT_SPECIFIED", "timestamp": None}
