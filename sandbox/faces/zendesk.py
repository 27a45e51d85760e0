"""Zendesk Support and Talk as seen by an API client.

Tickets and users by cursor export; organizations, ticket metric events, calls and legs by
time-based export; one of the two CSAT features by cursor pages; the agents' activity. Checked
against developer.zendesk.com (incremental exports of Support and Talk, ticket metric events,
satisfaction ratings, survey responses): 10 requests a minute to the exports, items of the last
minute left out, `after_cursor` on every page, `next_page` never null.

Where the vendor's words leave room: a `start_time` younger than one minute is refused with 422
`InvalidValue`, as clients report it (older pages say five minutes). A cursor page begins with the
row that ended the page before. Time-based pages hold up to 1,000 rows and are not cut inside a
second, so a page begins with every row of the second that ended the one before; a page that would
hold nothing else takes in the next second. Support says `end_of_stream` and `end_time`, Talk does
not. `per_page` works there too, which the vendor does not promise. `start_time` of ratings selects
by `updated_at`. Ids are whole numbers; a missing record answers 404 `InvalidEndpoint`.
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

from sandbox.faces.quota import Limits, Rule, Spent
from sandbox.faces.view import Record, View
from sandbox.faces.wire import Reply, Request, epoch, json_reply, whole_number
from sandbox.faces.zendesk_agents import agents_page
from sandbox.faces.zendesk_csat import Csat, absent, ratings_page, responses_page

EMAIL = "ops@northwind.example"
TOKEN = "sandbox-zendesk-token"  # noqa: S105 - the sandbox's published token

EXPORTS = Rule(10, 60.0)
ACCOUNT = Rule(400, 60.0)
WITHHELD_SECONDS = 60
PAGE = 1000
LAST = 1 << 62

CURSOR_EXPORT = re.compile(r"/api/v2/incremental/(tickets|users)/cursor(?:\.json)?")
TIME_EXPORT = re.compile(
    r"/api/v2/(?:channels/voice/stats/incremental/(calls|legs)"
    r"|incremental/(organizations|ticket_metric_events))(?:\.json)?"
)
AGENTS = re.compile(r"/api/v2/channels/voice/stats/(agents_activity)(?:\.json)?")
CSAT = re.compile(r"/api/v2/(?:(satisfaction_ratings)|guide/(survey_responses))(?:\.json)?")


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
        self.csat: Csat = "ratings"
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
        routes = (
            (CURSOR_EXPORT, EXPORTS, self._cursor_export),
            (TIME_EXPORT, EXPORTS, self._time_export),
            (AGENTS, ACCOUNT, self._agents),
            (CSAT, ACCOUNT, self._csat),
        )
        for pattern, rule, answer in routes:
            if match := pattern.fullmatch(request.path):
                name = next(group for group in match.groups() if group)
                return self._counted(request, name, rule, answer)
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

    def _time_export(self, request: Request, name: str) -> Reply:
        begin = _begin(request)
        if isinstance(begin, Reply):
            return begin
        rows = self._sorted(name, request.now)
        end = bisect_right(rows.keys, (_horizon(request.now), LAST))
        first = min(bisect_left(rows.keys, begin), end)
        last = min(first + _page_size(request, PAGE), end)
        if last > first:  # a second is never cut, or the next page could not begin behind it
            last = min(bisect_right(rows.keys, (rows.keys[last - 1][0], LAST)), end)
        if first < last < end and rows.keys[last - 1][0] == begin[0]:
            last = min(bisect_right(rows.keys, (rows.keys[last][0], LAST)), end)
        since = rows.keys[last - 1][0] if last > first else begin[0]
        again: dict[str, Any] = {"start_time": since}
        if per_page := request.first("per_page"):
            again["per_page"] = per_page
        is_talk = "/voice/" in request.path
        return json_reply(
            200,
            {
                name: rows.records[first:last],
                "next_page": f"{request.base_url}{request.path}?{urlencode(again)}",
                "count": last - first,
                **({} if is_talk else {"end_time": since, "end_of_stream": last >= end}),
            },
        )

    def _agents(self, request: Request, _: str) -> Reply:
        return agents_page(self._view, request)

    def _csat(self, request: Request, name: str) -> Reply:
        feature = name.removeprefix("satisfaction_")
        if self.csat not in {feature, "both"}:
            return absent(name)
        page = ratings_page if feature == "ratings" else responses_page
        return page(self._view, request)


def _stamp(record: Record) -> int:
    generated = record.get("generated_timestamp")
    if generated is not None:
        return int(generated)
    return epoch(record.get("updated_at") or record["time"])


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
