"""Typeform's Responses API as a personal token sees it.

Reproduced: newest first; `since` and `until` belong to the window to the second; `before` and
`after` name a response and leave it out, and are refused beside `sort`; completed responses only
unless `response_type` says more, and then it is `landed_at` that `since` and `until` select by;
`total_items` of what is left; a response is hidden for its first 30 minutes, and a deleted one
vanishes without a trace; two requests a second.

Where the vendor's words leave room: the pace is counted over ten seconds; a wrong token is
answered with 401; a token that names no response any more is refused with 400.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta

from sandbox.faces.quota import Limits, Rule
from sandbox.faces.view import Record, View
from sandbox.faces.wire import Reply, Request, epoch, json_reply, whole_number
from sandbox.render_typeform import NPS_FORM, ONBOARDING_FORM

TOKEN = "sandbox-typeform-token"  # noqa: S105 - the sandbox's published token
PACE = Rule(20, 10.0, rolling=True)
USUAL, MOST = 25, 1_000
HIDDEN = timedelta(minutes=30)  # so long a response may be missing
FORMS = (NPS_FORM, ONBOARDING_FORM)
RESPONSES = re.compile(r"/forms/(\w+)/responses")
KINDS = {"started", "partial", "completed"}


class Invalid(Exception):
    """A parameter that the API refuses."""


class Typeform:
    """Answers as one Typeform account."""

    def __init__(self, view: View, limits: Limits) -> None:
        self._view = view
        self._limits = limits

    def handle(self, request: Request) -> Reply:
        """Answer a request as the vendor would."""
        if request.headers.get("authorization") != "Bearer " + TOKEN:
            text = "Authentication credentials not found on the Request Headers"
            return _refused(401, "AUTHENTICATION_FAILED", text)
        spent = self._limits.take("typeform", PACE)
        if not spent.allowed:
            return _too_many(spent.reset_seconds)
        route = RESPONSES.fullmatch(request.path)
        if request.method != "GET" or route is None:
            return _refused(404, "NOT_FOUND", "Requested resource not found")
        if route[1] not in FORMS:
            return _refused(404, "FORM_NOT_FOUND", f"Form with ID {route[1]} was not found")
        try:
            return self._responses(request, route[1])
        except Invalid as wrong:
            return _refused(400, "VALIDATION_ERROR", str(wrong))

    def refusal(self, kind: str, request: Request) -> Reply | None:
        """Give `rate_limited` in the vendor's form."""
        return _too_many(request.told_wait(1.0)) if kind == "rate_limited" else None

    def _responses(self, request: Request, form: str) -> Reply:
        size = whole_number(request.first("page_size") or str(USUAL))
        if size is None or not 1 <= size <= MOST:
            raise Invalid(f"page_size must be between 1 and {MOST}")
        kinds = set(request.listed("response_type")) or {"completed"}
        if not kinds <= KINDS:
            raise Invalid("response_type must be started, partial or completed")
        field = "submitted_at" if kinds == {"completed"} else "landed_at"
        found = [
            one for one in self._of_form(form, request.now, field) if one["response_type"] in kinds
        ]
        since, until = (_second(request.first(name)) for name in ("since", "until"))
        found = [
            one
            for one in found
            if (since is None or epoch(one[field]) >= since)
            and (until is None or epoch(one[field]) <= until)
        ]
        found = _beside(request, found)
        page = found[: request.page_size(size)]
        pages = math.ceil(len(found) / size)
        items = [_shown(one) for one in page]
        body = {"total_items": len(found), "page_count": pages, "items": items}
        return json_reply(200, body)

    def _of_form(self, form: str, now: datetime, field: str) -> list[Record]:
        """Give a form's responses that are still there, newest first."""
        shown = int((now - HIDDEN).timestamp())

        def build() -> list[Record]:
            present = [
                one
                for one in self._view.newest("typeform.responses", now).values()
                if one["_form"] == form and "_gone" not in one and epoch(one[field]) <= shown
            ]
            return sorted(present, key=lambda one: (one[field], one["token"]), reverse=True)

        return self._view.once("typeform " + form, (now, field), build)


def _beside(request: Request, found: list[Record]) -> list[Record]:
    """Give the responses before or after the one that a token names."""
    before, after = request.first("before"), request.first("after")
    if not before and not after:
        return found
    if request.first("sort"):
        raise Invalid("sort can not be used together with after or before")
    token = before or after
    place = next((n for n, one in enumerate(found) if one["token"] == token), None)
    if place is None:
        raise Invalid("before and after must be the token of a response")
    return found[place + 1 :] if before else found[:place]


def _shown(record: Record) -> Record:
    return {name: value for name, value in record.items() if not name.startswith("_")}


def _second(text: str | None) -> int | None:
    """Read a moment, given in ISO 8601 or as an epoch second; without a zone it is UTC."""
    if not text:
        return None
    if text.isdigit():
        return int(text)
    try:
        when = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise Invalid("since and until must be ISO 8601 or epoch seconds") from wrong
    return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp())


def _refused(status: int, code: str, description: str) -> Reply:
    return json_reply(status, {"code": code, "description": description})


def _too_many(seconds: float) -> Reply:
    reply = _refused(429, "TOO_MANY_REQUESTS", "Request rate limit exceeded")
    return Reply(reply.status, reply.body, {"Retry-After": str(max(1, math.ceil(seconds)))})
