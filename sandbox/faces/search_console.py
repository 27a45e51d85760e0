"""Search Console: `POST /webmasters/v3/sites/{site}/searchAnalytics/query` for one property.

A row's `keys` stand in the order of the request's `dimensions`; without a row, `rows` is left out,
and nothing says which page is the last. At most 25,000 rows a page (1,000 unless asked) and 50,000
a day. Results are final two to three days after their day, in California. Queries that few people
type are in every total, and in no row once `query` is a dimension. Refused for a quota: 403 or 429
with "Search Analytics QPS quota exceeded"; 1,200 requests a minute and site.

Where it differs: no filters; `type` is `web`. Results that are not final are never shown: with
`dataState: all` and the dimension `date` only `metadata.firstIncompleteDate` tells of them. A
total and a sum over pages count the same impressions.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import msgspec

from sandbox.faces.google_oauth import Tokens, limited, refused
from sandbox.faces.quota import Limits, Rule
from sandbox.faces.view import View
from sandbox.faces.wire import Reply, Request, json_reply

TOKEN = "sandbox-search-token"  # noqa: S105 - the sandbox's published token
SITE = "sc-domain:northwind.example"
QPS = "Search Analytics QPS quota exceeded. Learn about usage limits."
LOAD = "Search Analytics load quota exceeded. Learn about usage limits."
DAILY = "Daily Limit Exceeded. The quota will be reset at midnight Pacific Time (PT)."
MINUTELY = Rule(1200, 60.0)
PAGE, MOST, DAY_MOST = 1000, 25_000, 50_000
LONGEST_SPAN = 40  # days that a query of the sandbox may span
CALIFORNIA = timedelta(hours=-7)
DIMENSIONS = ("date", "query", "page", "country", "device")
QUERY = re.compile(r"/webmasters/v3/sites/([^/]+)/searchAnalytics/query")


class Wish(msgspec.Struct, frozen=True, rename="camel"):
    """The body of a request."""

    start_date: str
    end_date: str
    dimensions: tuple[str, ...] = ()
    type: str = "web"
    aggregation_type: str = "auto"
    data_state: str = "final"
    row_limit: int = PAGE
    start_row: int = 0


class SearchConsole:
    """Answers as searchconsole.googleapis.com for one property."""

    def __init__(self, view: View, limits: Limits, tokens: Tokens) -> None:
        self._view = view
        self._limits = limits
        self._tokens = tokens

    def handle(self, request: Request) -> Reply:
        """Answer a request as the vendor would."""
        denied = self._tokens.refusal(request, TOKEN, "webmasters.readonly", "webmasters")
        if denied is not None:
            return denied
        match = QUERY.fullmatch(request.path)
        if match is None or request.method != "POST":
            return refused(404, "Not Found", "NOT_FOUND", "notFound")
        if unquote(match[1]) != SITE:
            message = f"User does not have sufficient permission for site '{unquote(match[1])}'."
            return refused(403, message, "PERMISSION_DENIED", "forbidden")
        if not self._limits.take("search_console.site", MINUTELY).allowed:
            return self.refusal("rate_limited", request)
        try:
            wish = msgspec.json.decode(request.body, type=Wish)
            return self._answer(wish, request)
        except (msgspec.MsgspecError, ValueError) as error:
            return refused(400, str(error), "INVALID_ARGUMENT", "invalidParameter")

    def refusal(self, kind: str, request: Request) -> Reply:
        """Refuse for the requests of a second (403, or 429), the load, or the requests of a day."""
        if kind == "rate_limited_daily":
            return limited(request, 403, DAILY, "PERMISSION_DENIED", "dailyLimitExceeded")
        if kind == "rate_limited_secondly":
            return limited(request, 429, QPS, "RESOURCE_EXHAUSTED", "rateLimitExceeded")
        message = LOAD if kind == "usage_capped" else QPS
        return limited(request, 403, message, "PERMISSION_DENIED", "quotaExceeded")

    def _answer(self, wish: Wish, request: Request) -> Reply:
        first, last = date.fromisoformat(wish.start_date), date.fromisoformat(wish.end_date)
        _check(wish, first, last)
        self._view.reach(request.now)
        rows: list[dict[str, Any]] = []
        incomplete: list[date] = []
        for passed in range((last - first).days + 1):
            day = first + timedelta(days=passed)
            found = self._day(day, request.now, wish.dimensions)
            if found is None and day <= (request.now + CALIFORNIA).date():
                incomplete.append(day)
            rows += found or []
        if "date" not in wish.dimensions and first != last:
            raise ValueError("The sandbox adds up days only with the dimension date.")
        body: dict[str, Any] = {}
        end = min(wish.start_row + request.page_size(wish.row_limit), DAY_MOST)
        if shown := rows[wish.start_row : end]:
            body["rows"] = shown
        body["responseAggregationType"] = "byPage" if "page" in wish.dimensions else "byProperty"
        if wish.data_state == "all" and "date" in wish.dimensions and incomplete:
            body["metadata"] = {"firstIncompleteDate": incomplete[0].isoformat()}
        return json_reply(200, body)

    def _day(
        self, day: date, now: datetime, dimensions: tuple[str, ...]
    ) -> list[dict[str, Any]] | None:
        return self._view.once(
            "searches", (day, now, dimensions), lambda: self._grouped(day, now, dimensions)
        )

    def _grouped(
        self, day: date, now: datetime, dimensions: Sequence[str]
    ) -> list[dict[str, Any]] | None:
        """Give a day's rows, most clicks first; None while the day is not final."""
        found = self._view.world.search_day(day, now)
        if found is None:
            return None
        sums: defaultdict[tuple[str, ...], list[float]] = defaultdict(lambda: [0, 0, 0.0])
        for one in found:
            if one.is_rare and "query" in dimensions:
                continue
            told = {"date": day.isoformat(), "query": one.query, "page": one.page,
                    "country": one.country, "device": one.device}  # fmt: skip
            row = sums[tuple(told[name] for name in dimensions)]
            row[0] += one.clicks
            row[1] += one.impressions
            row[2] += one.impressions * one.position
        ordered = sorted(sums.items(), key=lambda row: (-row[1][0], row[0]))
        return [
            {"keys": list(keys), "clicks": clicks, "impressions": shown,
             "ctr": clicks / shown, "position": places / shown}
            for keys, (clicks, shown, places) in ordered
        ]  # fmt: skip


def _check(wish: Wish, first: date, last: date) -> None:
    """Refuse what the vendor refuses, and what the sandbox does not know."""
    unknown = [name for name in wish.dimensions if name not in DIMENSIONS]
    if unknown or len(set(wish.dimensions)) != len(wish.dimensions):
        raise ValueError(f"Invalid value at 'dimensions': {', '.join(unknown) or 'repeated'}")
    if not first <= last <= first + timedelta(days=LONGEST_SPAN):
        raise ValueError(f"startDate must be before or equal to endDate, {LONGEST_SPAN} days apart")
    if not 1 <= wish.row_limit <= MOST or wish.start_row < 0:
        raise ValueError(f"rowLimit must be between 1 and {MOST}, startRow 0 or more")
    if wish.type != "web" or wish.data_state not in {"final", "all"}:
        raise ValueError("type must be web, dataState final or all")
    if wish.aggregation_type not in {"auto", "byPage", "byProperty"}:
        raise ValueError("aggregationType must be auto, byPage or byProperty")
    if wish.aggregation_type == "byProperty" and "page" in wish.dimensions:
        raise ValueError("aggregationType byProperty is not supported with the dimension page")
