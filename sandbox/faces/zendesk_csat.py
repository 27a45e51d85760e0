"""Zendesk's two CSAT features over the same answers; an account has one of them.

Ratings (legacy) select by `updated_at`, survey responses only by the creation of the response, in
epoch milliseconds, and are ordered by id. A response is shown for each rating that is good or bad,
since an offer without an answer is no response. It can be changed for 28 days.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlencode

import msgspec

from sandbox.chance import stable_hash
from sandbox.faces.view import Record, View
from sandbox.faces.wire import Reply, Request, epoch, epoch_ms, json_reply, whole_number

Csat = Literal["ratings", "survey_responses", "both"]  # both: for tests of either reader
LAST = 1 << 62
PAGE = 100
OPEN = timedelta(days=28)
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's, as ULIDs are written
SURVEY: Mapping[str, Any] = {"id": "01HZXR6M5T0000000000SURVEY", "state": "enabled", "version": 3}
FORBIDDEN = {
    "error": {
        "title": "Forbidden",
        "message": "You do not have access to this page. Please contact the account owner of this "
        "help desk for further help.",
    }
}


def ratings_page(view: View, request: Request) -> Reply:
    """Answer a page of satisfaction ratings."""
    since = whole_number(request.first("start_time")) or 0
    until = whole_number(request.first("end_time")) or LAST
    rows = [one for one in _ratings(view, request) if since <= epoch(one["updated_at"]) <= until]
    return _page(request, "satisfaction_ratings", rows)


def responses_page(view: View, request: Request) -> Reply:
    """Answer a page of survey responses."""
    since = whole_number(request.first("filter[created_at_start]")) or 0
    until = whole_number(request.first("filter[created_at_end]")) or LAST
    rows = [
        response(one)
        for one in _ratings(view, request)
        if one["score"] in {"good", "bad"} and since <= epoch_ms(one["created_at"]) <= until
    ]
    rows.sort(key=lambda row: str(row["id"]))
    return _page(request, "survey_responses", rows)


def absent(name: str) -> Reply:
    """Answer for the feature that the account does not have."""
    if name == "satisfaction_ratings":
        return json_reply(403, FORBIDDEN)
    return json_reply(404, {"error": "InvalidEndpoint", "description": "Not found"})


def response(rating: Record) -> Record:
    """Show a rating as the newer feature does: a rating of 1 to 5 and, if there is one, a text."""
    created, updated = rating["created_at"], rating["updated_at"]
    is_good, is_strong = rating["score"] == "good", int(rating["id"]) % 3 > 0
    answers = [
        {
            "type": "rating_scale",
            "created_at": created,
            "updated_at": updated,
            "rating": (5 if is_strong else 4) if is_good else (1 if is_strong else 2),
            "rating_category": rating["score"],
            "question": {
                "id": "01HZXR6M5T000000000RATING1",
                "type": "rating_scale_numeric",
                "sub_type": "customer_satisfaction",
                "alias": "csat",
            },
        }
    ]
    if rating["comment"]:
        text = {"id": "01HZXR6M5T00000000COMMENT1", "type": "open_ended", "alias": "comment"}
        answers.append(
            {
                "type": "open_ended",
                "created_at": updated,
                "updated_at": updated,
                "value": rating["comment"],
                "question": text,
            }
        )
    zrn = f"zen:ticket:{rating['ticket_id']}"
    expires = datetime.fromisoformat(created) + OPEN
    return {
        "id": _ulid(epoch_ms(created), int(rating["id"])),
        "expires_at": f"{expires:%Y-%m-%dT%H:%M:%SZ}",
        "responder_id": rating["requester_id"],
        "subject_zrns": [zrn],
        "subjects": [{"id": str(rating["ticket_id"]), "type": "ticket", "zrn": zrn}],
        "survey": dict(SURVEY),
        "answers": answers,
    }


def _ulid(moment_ms: int, number: int) -> str:
    """Write a moment and a number as a ULID, the same for the same rating."""
    tail = stable_hash("survey response", number) + (number << 64)
    return _digits(moment_ms, 10) + _digits(tail, 16)


def _digits(value: int, size: int) -> str:
    return "".join(DIGITS[value >> 5 * place & 31] for place in reversed(range(size)))


def _ratings(view: View, request: Request) -> list[Record]:
    def build() -> list[Record]:
        records = view.newest("zendesk.satisfaction_ratings", request.now).values()
        return sorted(records, key=lambda record: int(record["id"]))

    return view.once("zendesk ratings by id", request.now, build)


def _page(request: Request, name: str, rows: list[Record]) -> Reply:
    asked = whole_number(request.first("page[size]")) or PAGE
    size = request.page_size(min(asked, PAGE))
    if token := request.first("page[after]"):
        try:
            after = _rank(msgspec.json.decode(base64.urlsafe_b64decode(token))["v"])
        except (ValueError, KeyError, TypeError, msgspec.DecodeError):
            wrong = {"error": "InvalidPaginationParameter"}
            return json_reply(400, {**wrong, "description": "page[after] is not valid"})
        rows = [row for row in rows if _rank(row["id"]) > after]
    page, more = rows[:size], len(rows) > size
    link = None
    if more:
        keep = {key: values[0] for key, values in request.query.items() if key != "page[after]"}
        query = urlencode({**keep, "page[after]": _cursor(page[-1])})
        link = f"{request.base_url}{request.path}?{query}"
    return json_reply(
        200,
        {
            name: page,
            "meta": {
                "has_more": more,
                "after_cursor": _cursor(page[-1]) if page else None,
                "before_cursor": _cursor(page[0]) if page else None,
            },
            "links": {"prev": None, "next": link},
        },
    )


def _rank(key: int | str) -> str:
    """Write a number or a ULID so that texts sort as the ids do."""
    return str(key).zfill(26)


def _cursor(record: Record) -> str:
    token = msgspec.json.encode({"o": "id", "v": record["id"]})
    return base64.urlsafe_b64encode(token).decode()
