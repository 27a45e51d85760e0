"""How the Graph API shapes its answers: fields by name, lists with their paging, and errors."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import urlencode

from sandbox.faces.view import Record
from sandbox.faces.wire import Reply, Request, json_reply, whole_number

MOST, USUAL = 100, 25
NESTED = re.compile(r"\([^()]*\)|\{[^{}]*\}|\.\w+")
FIELDS = {
    "page": "id,name,category,fan_count,followers_count,overall_star_rating,rating_count,"
    "talking_about_count",
    "post": "id,created_time,updated_time,message,status_type,permalink_url,is_hidden,shares,"
    "reactions,comments",
    "comment": "id,created_time,message,from,like_count,comment_count,parent,is_hidden",
    "rating": "created_time,recommendation_type,rating,has_rating,has_review,review_text,reviewer,"
    "open_graph_story",
}


class Invalid(Exception):
    """A parameter that the API refuses with code 100."""


class NotThere(Exception):
    """An object that does not exist, or that the token may not see."""


def error(status: int, code: int, message: str, subcode: int | None = None) -> Reply:
    """Refuse as the Graph API does."""
    body: Record = {"message": message, "type": "OAuthException", "code": code}
    if subcode is not None:
        body["error_subcode"] = subcode
    return json_reply(status, {"error": {**body, "fbtrace_id": "Axyz"}})


def fields_of(request: Request, kind: str, usual: Sequence[str]) -> Sequence[str]:
    """Read which fields are asked for; one that the API does not know fails the call."""
    asked = NESTED.sub("", NESTED.sub("", request.first("fields") or ""))
    names = [name.strip() for name in asked.split(",") if name.strip()]
    known = FIELDS[kind].split(",")
    for name in names:
        if name not in known:
            raise Invalid(f"Tried accessing nonexisting field ({name}) on node type ({kind})")
    return names or usual


def shown(record: Record, fields: Sequence[str]) -> Record:
    """Show the fields of a record that it has; those it lacks are left out."""
    wanted = ["id", *fields] if "id" in record else fields
    return {name: record[name] for name in dict.fromkeys(wanted) if name in record}


def moment_of(record: Record) -> int:
    """Give the epoch second of a record's creation."""
    return int(datetime.fromisoformat(record["created_time"]).timestamp())


def order(record: Record) -> tuple[int, str]:
    """Give what a list is ordered by."""
    return moment_of(record), str(record.get("id") or record["open_graph_story"]["id"])


def listing(
    request: Request, rows: list[Record], show: Callable[[Record], Record], token: str
) -> Reply:
    """Cut a page, then take out what was deleted: a page may be short, or empty, and not the last.

    The place in the list is a record's own key, so that rows which come or go move no other.
    """
    size = request.page_size(min(whole_number(request.first("limit")) or USUAL, MOST))
    first = 0
    if after := request.first("after"):
        place = _place(after)
        first = next((n + 1 for n, row in enumerate(rows) if order(row) == place), len(rows))
    page, more = rows[first : first + size], len(rows) > first + size
    body: Record = {"data": [show(row) for row in page if "_gone" not in row]}
    if page:
        cursors = {"before": _cursor(page[0]), "after": _cursor(page[-1])}
        body["paging"] = {"cursors": cursors}
        if more:
            asked = {name: values[0] for name, values in request.query.items()}
            link = urlencode({**asked, "access_token": token, "after": cursors["after"]})
            body["paging"]["next"] = f"https://graph.facebook.com{request.path}?{link}"
    return json_reply(200, body)


def _cursor(record: Record) -> str:
    second, key = order(record)
    return base64.urlsafe_b64encode(f"{second}|{key}".encode()).decode().rstrip("=")


def _place(cursor: str) -> tuple[int, str]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        second, _, key = base64.urlsafe_b64decode(padded).decode().partition("|")
        return int(second), key
    except (ValueError, binascii.Error) as wrong:
        raise Invalid("Invalid cursors values") from wrong
