"""Zendesk Support and Talk as seen by an API client.

Tickets and users by cursor export, calls and legs by time-based export, legacy satisfaction
ratings by cursor pages. Checked against developer.zendesk.com (incremental exports of Support and
Talk, satisfaction ratings): 10 requests a minute to the exports, items of the last minute left
out, `after_cursor` on every page, Talk's `next_page` never null.

Where the vendor's words leave room: a `start_time` younger than one minute is refused with 422
`InvalidValue`, as clients report it (older pages say five minutes). A cursor page begins with the
row that ended the page before. Talk pages hold up to 1,000 rows and are not cut inside a second,
so the last page serves every row of the last second again, one as a rule. `per_page` works on
Talk too, which the vendor does not promise. `start_time` of ratings selects by `updated_at`.
Ids are whole numbers; a missing record answers 404 `InvalidEndpoint`.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from sandbox.faces.quota import Limits, Rule, Spent
from sandbox.faces.view import Record, View
from sandbox.faces.wire import Reply, Request, epoch, json_reply, whole_number

EMAIL = "ops@northwind.example"
TOKEN = "sandbox-zendesk-token"  # noqa: S105 - the sandbox's published token

EXPORTS = Rule(10, 60.0)
ACCOUNT = Rule(400, 60.0)
WITHHELD_SECONDS = 60
PAGE = 1000
RATINGS_PAGE = 100
LAST = 1 << 62

CURSOR_EXPORT = re.compile(r"/api/v2/incremental/(tickets|users)/cursor(?:\.json)?")
TALK_EXPORT = re.compile(r"/api/v2/channels/voice/stats/incremental/(calls|legs)(?:\.json)?")
RATINGS = re.compile(r"/api/v2/satisfaction_ratings(?:\.json)?")


@dataclass(frozen=True, slots=True)
class Sorted:
    """Newest records in the order of an export, with the keys they are ordered by."""

    keys: list[tuple[int, int]]
    records: list[Record]


class Zendesk:
    """Answers as one Zendesk account."""

    def __init__(self, view: View, limits: Limits) -> None:
        self._view = view
        self._limits = limits
        plain = f"{EMAIL}/token:{TOKEN}".encode()
        self._accepted = {
            "Basic " + base64.b64encode(plain).decode(),
            "Bearer " + TOKEN,
        }

    def handle(self, request: Request) -> Reply:
        """Answer a request as the vendor would."""
        if request.headers.get("authorization") not in self._accepted:
            return json_reply(
                401,
                {"error": "Couldn't authenticate you"},
                {"WWW-Authenticate": 'Basic realm="Web Password"'},
            )
        if request.method != "GET":
            return _refused(405, "MethodNotAllowed", "Only GET is served here")
        if match := CURSOR_EXPORT.fullmatch(request.path):
            return self._counted(request, match[1], EXPORTS, self._cursor_export)
        if match := TALK_EXPORT.fullmatch(request.path):
            return self._counted(request, match[1], EXPORTS, self._talk_export)
        if RATINGS.fullmatch(request.path):
            return self._counted(request, "satisfaction_ratings", ACCOUNT, self._ratings)
        return _refused(404, "InvalidEndpoint", "Not found")

    def refusal(self, kind: str, request: Request) -> Reply | None:
        """Give `rate_limited` in the vendor's form."""
        if kind != "rate_limited":
            return None
        spent = Spent(False, EXPORTS.limit, 0, request.told_wait(41.0))
        return _too_many(spent, "incremental export ")

    def _counted(
        self, request: Request, name: str, rule: Rule, answer: Callable[[Request, str], Reply]
    ) -> Reply:
        family = "account" if rule is ACCOUNT else "exports"
        spent = self._limits.take("zendesk." + family, rule)
        if not spent.allowed:
            return _too_many(spent, "" if rule is ACCOUNT else "incremental export ")
        reply = answer(request, name)
        shown = {
            "X-Rate-Limit": str(spent.limit),
            "X-Rate-Limit-Remaining": str(spent.remaining),
        }
        return Reply(reply.status, reply.body, {**reply.headers, **shown}, reply.content_type)

    def _sorted(self, name: str, now: datetime) -> Sorted:
        def build() -> Sorted:
            records = self._view.newest("zendesk." + name, now).values()
            rows = sorted(
                ((_stamp(record), int(record["id"])), i, record) for i, record in enumerate(records)
            )
            return Sorted([row[0] for row in rows], [row[2] for row in rows])

        return self._view.once("zendesk " + name, now, build)

    def _cursor_export(self, request: Request, name: str) -> Reply:
        begin = _begin(request)
        if isinstance(begin, Reply):
            return begin
        rows = self._sorted(name, request.now)
        end = bisect_right(rows.keys, (_horizon(request.now), LAST))
        first = min(bisect_left(rows.keys, begin), end)
        size = max(_page_size(request, PAGE), 2)  # the row served twice must not stop progress
        last = min(first + size, end)
        cursor = _encode(rows.keys[last - 1]) if last > first else request.first("cursor")
        wanted = request.listed("include")
        after = f"{request.base_url}/api/v2/incremental/{name}/cursor.json?cursor="
        return json_reply(
            200,
            {
                name: _shown(rows.records[first:last], request, wanted),
                "after_url": after + quote(cursor, safe="") if cursor else None,
                "after_cursor": cursor,
                "before_url": None,
                "before_cursor": None,
                "end_of_stream": last >= end,
            },
        )

    def _talk_export(self, request: Request, name: str) -> Reply:
        begin = _begin(request)
        if isinstance(begin, Reply):
            return begin
        rows = self._sorted(name, request.now)
        end = bisect_right(rows.keys, (_horizon(request.now), LAST))
        first = min(bisect_left(rows.keys, begin), end)
        last = min(first + _page_size(request, PAGE), end)
        if last > first:  # a second is never cut, or the next page could not begin behind it
            last = min(bisect_right(rows.keys, (rows.keys[last - 1][0], LAST)), end)
        since = rows.keys[last - 1][0] if last > first else begin[0]
        again: dict[str, Any] = {"start_time": since}
        if per_page := request.first("per_page"):
            again["per_page"] = per_page
        return json_reply(
            200,
            {
                name: rows.records[first:last],
                "next_page": f"{request.base_url}{request.path}?{urlencode(again)}",
                "count": last - first,
            },
        )

    def _ratings(self, request: Request, name: str) -> Reply:
        asked = whole_number(request.first("page[size]")) or RATINGS_PAGE
        size = request.page_size(min(asked, RATINGS_PAGE))
        since = whole_number(request.first("start_time")) or 0
        until = whole_number(request.first("end_time")) or LAST
        after = 0
        if token := request.first("page[after]"):
            try:
                after = int(msgspec.json.decode(base64.urlsafe_b64decode(token))["v"])
            except (ValueError, KeyError, TypeError, msgspec.DecodeError):
                return _refused(400, "InvalidPaginationParameter", "page[after] is not valid")
        records = [
            record
            for record in self._by_id(request.now)
            if int(record["id"]) > after and since <= epoch(record["updated_at"]) <= until
        ]
        page, more = records[:size], len(records) > size
        link = None
        if more:
            keep = {k: v[0] for k, v in request.query.items() if k != "page[after]"}
            token = _rating_cursor(page[-1])
            link = f"{request.base_url}{request.path}?{urlencode({**keep, 'page[after]': token})}"
        return json_reply(
            200,
            {
                name: page,
                "meta": {
                    "has_more": more,
                    "after_cursor": _rating_cursor(page[-1]) if page else None,
                    "before_cursor": _rating_cursor(page[0]) if page else None,
                },
                "links": {"prev": None, "next": link},
            },
        )

    def _by_id(self, now: datetime) -> list[Record]:
        def build() -> list[Record]:
            records = self._view.newest("zendesk.satisfaction_ratings", now).values()
            return sorted(records, key=lambda record: int(record["id"]))

        return self._view.once("zendesk ratings by id", now, build)


def _stamp(record: Record) -> int:
    generated = record.get("generated_timestamp")
    return int(generated) if generated is not None else epoch(record["updated_at"])


def _horizon(now: datetime) -> int:
    return math.floor(now.timestamp()) - WITHHELD_SECONDS


def _page_size(request: Request, most: int) -> int:
    asked = whole_number(request.first("per_page"))
    return request.page_size(most if asked is None or asked < 1 else min(asked, most))


def _begin(request: Request) -> tuple[int, int] | Reply:
    """Read where a page begins: at the cursor's own row, or at `start_time`."""
    if cursor := request.first("cursor"):
        try:
            stamp, _, key, _ = base64.b64decode(cursor, validate=True).decode().split("|")
            return int(float(stamp)), int(key)
        except (ValueError, binascii.Error):
            return _refused(400, "InvalidPaginationParameter", "cursor is not valid")
    start = whole_number(request.first("start_time"))
    if start is None:
        return _refused(400, "InvalidParameter", "start_time is missing or not a Unix epoch time")
    if start > _horizon(request.now):
        return _refused(
            422,
            "InvalidValue",
            "Too recent start_time. Use a start_time older than 1 minute",
        )
    return start, 0


def _shown(records: list[Record], request: Request, wanted: list[str]) -> list[Record]:
    if request.first("exclude_deleted") == "true":
        records = [record for record in records if record.get("status") != "deleted"]
    if "metric_sets" in wanted:
        return records
    return [{k: v for k, v in record.items() if k != "metric_set"} for record in records]


def _encode(key: tuple[int, int]) -> str:
    return base64.b64encode(f"{key[0]}.0||{key[1]}|".encode()).decode()


def _rating_cursor(record: Record) -> str:
    token = msgspec.json.encode({"o": "id", "v": int(record["id"])})
    return base64.urlsafe_b64encode(token).decode()


def _refused(status: int, error: str, description: str) -> Reply:
    return json_reply(status, {"error": error, "description": description})


def _too_many(spent: Spent, what: str) -> Reply:
    return json_reply(
        429,
        {
            "error": "APIRateLimitExceeded",
            "description": f"Number of allowed {what}API requests per minute exceeded",
        },
        {
            "Retry-After": str(max(1, math.ceil(spent.reset_seconds))),
            "X-Rate-Limit": str(spent.limit),
            "X-Rate-Limit-Remaining": "0",
        },
    )
