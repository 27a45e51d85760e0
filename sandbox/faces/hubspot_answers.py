"""What HubSpot's answers hold: chosen properties, associations, errors and limits."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from sandbox.faces.hubspot_search import MOMENTS, NUMBERS, Objects, Refused
from sandbox.faces.quota import Spent
from sandbox.faces.view import Record
from sandbox.faces.wire import Reply, Request, json_reply, stable_id, whole_number

DAILY_LIMIT = 650_000

_CHANGED = ("createdate", "hs_lastmodifieddate", "hs_object_id")
DEFAULTS = {
    "companies": (*_CHANGED, "domain", "name"),
    "line_items": (*_CHANGED, "amount", "price", "quantity"),
    "tickets": (*_CHANGED, "content", "hs_pipeline", "hs_pipeline_stage",
                "hs_ticket_category", "hs_ticket_priority", "subject"),
    "contacts": ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate",
                 "lastname"),
    "deals": ("amount", "closedate", "createdate", "dealname", "dealstage",
              "hs_lastmodifieddate", "hs_object_id", "pipeline"),
    "feedback_submissions": ("hs_createdate", "hs_lastmodifieddate", "hs_object_id"),
}  # fmt: skip
ALWAYS = {
    **dict.fromkeys(("companies", "line_items", "tickets"), _CHANGED),
    "contacts": ("createdate", "hs_object_id", "lastmodifieddate"),
    "deals": ("createdate", "hs_lastmodifieddate", "hs_object_id"),
    "feedback_submissions": ("hs_createdate", "hs_lastmodifieddate", "hs_object_id"),
}
SINGULAR = {
    "contacts": "contact",
    "deals": "deal",
    "tickets": "ticket",
    "companies": "company",
    "line_items": "line_item",
    "feedback_submissions": "feedback_submission",
}


def wanted_properties(kind: str, asked: Sequence[str], objects: Objects) -> list[str]:
    """Name the properties an answer shows: the asked ones that exist, and the constant ones."""
    names = {*asked, *ALWAYS[kind]} if asked else set(DEFAULTS[kind])
    return sorted(names & objects.known)


def shown(record: Record, wanted: list[str]) -> Record:
    """Show a record with the named properties, empty ones as null."""
    held = record["properties"]
    row: Record = {"id": record["id"], "properties": {name: held.get(name) for name in wanted}}
    row |= {key: record[key] for key in ("createdAt", "updatedAt") if key in record}
    row["archived"] = bool(record.get("archived"))
    if record.get("archivedAt"):
        row["archivedAt"] = record["archivedAt"]
    return row


def property_type(name: str) -> str:
    """Name a property's type."""
    if name in MOMENTS:
        return "datetime"
    return "number" if name in NUMBERS else "string"


def link(one: Record) -> Record:
    """Show one association as version 4 of the API does."""
    kind = {"category": "HUBSPOT_DEFINED", "typeId": 3, "label": None}
    return {"toObjectId": str(one["id"]), "associationTypes": [kind]}


def no_association(key: str, source: str, target: str) -> Record:
    """Describe an object that has no association of a kind."""
    origin, goal = SINGULAR.get(source, source), SINGULAR.get(target, target)
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No {goal} is associated with {origin} {key}.",
        "context": {"fromObjectId": [key], "fromObjectType": [origin], "toObjectType": [goal]},
    }


def rate_headers(spent: Spent, mode: str) -> dict[str, str]:
    """Tell the rolling limit as lists and batches do."""
    return {
        "X-HubSpot-RateLimit-Daily": str(DAILY_LIMIT),
        "X-HubSpot-RateLimit-Max": str(spent.limit),
        "X-HubSpot-RateLimit-Remaining": str(spent.remaining),
        "X-HubSpot-RateLimit-Interval-Milliseconds": "1000" if mode == "fast" else "10000",
    }


def page_of(
    request: Request, ids: list[int], most: int, unasked: int
) -> tuple[int, int, dict[str, Any]]:
    """Find a list page by ids, so that rows which come or go move no other row."""
    size = whole_number(request.first("limit") or str(unasked))
    if size is None or not 1 <= size <= most:
        raise Refused(f"limit is {request.first('limit')}, a page holds 1 to {most}")
    after = whole_number(request.first("after") or "0")
    if after is None:
        raise Refused(f"after is {request.first('after')!r}, expected the value of paging.next")
    first = bisect_left(ids, after)
    last = min(first + request.page_size(size), len(ids))
    if last >= len(ids):
        return first, last, {}
    following = str(ids[last - 1] + 1)
    keep = "&".join(
        f"{name}={values[0]}" for name, values in sorted(request.query.items()) if name != "after"
    )
    here = f"{request.base_url}{request.path}?{keep}&after={following}".replace("?&", "?")
    return first, last, {"paging": {"next": {"after": following, "link": here}}}


def _correlation(request: Request) -> str:
    return stable_id(request.path, request.body.hex(), sorted(request.query.items()))


def error(request: Request, status: int, category: str, message: str) -> Reply:
    """Refuse in HubSpot's form."""
    return json_reply(
        status,
        {
            "status": "error",
            "message": message,
            "correlationId": _correlation(request),
            "category": category,
        },
    )


def invalid(request: Request, message: str) -> Reply:
    """Refuse what cannot be understood."""
    return error(request, 400, "VALIDATION_ERROR", message)


def unauthorized(request: Request) -> Reply:
    """Refuse a missing or wrong token."""
    return error(
        request,
        401,
        "INVALID_AUTHENTICATION",
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and "
        "you can find more details at https://developers.hubspot.com/docs/methods/auth/"
        "oauth-overview",
    )


def malformed_token(request: Request) -> Reply:
    """Refuse what cannot be a token at all."""
    message = "The access token must have the correct format"
    return error(request, 530, "INVALID_AUTHENTICATION", message)


def too_many(request: Request, policy: str) -> Reply:
    """Refuse for a limit; the body names its policy."""
    named = policy.lower()
    return json_reply(
        429,
        {
            "status": "error",
            "message": f"You have reached your {named} limit.",
            "errorType": "RATE_LIMIT",
            "correlationId": _correlation(request),
            "policyName": policy,
            "requestId": stable_id("request", request.path, policy),
        },
        {} if request.wait_seconds is None else {"Retry-After": f"{request.wait_seconds:g}"},
    )
