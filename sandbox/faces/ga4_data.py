"""GA4's Data API: `POST /v1beta/properties/{id}:runReport` over the days that the export holds.

Rows are positional and all their values are text; `limit` and `offset` are strings (numbers are
taken as well), 10,000 rows unless asked, 250,000 at most; `rows` and `rowCount` are left out when
there are none. A report with too many rows ends in "(other)" and says `dataLossFromOtherRow`. The
property has 200,000 tokens a day, 40,000 an hour and 14,000 an hour and project, each request costs
ten of them, and `returnPropertyQuota` tells what is left.

Where it differs: one date range of one day; no filters, orders, comparisons or sampling; a day that
is not over is empty; concurrent requests are not counted. Thresholding is a fault on `$.metadata`.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import msgspec

from sandbox.faces.google_oauth import Tokens, limited, refused
from sandbox.faces.quota import Limits, Rule, Spent
from sandbox.faces.view import View
from sandbox.faces.wire import Reply, Request, json_reply, whole_number
from sandbox.render_ga4_report import DIMENSIONS, METRICS, OTHER, report_rows

TOKEN = "sandbox-ga4-token"  # noqa: S105 - the sandbox's published token
PROPERTY = "312345678"
COST = 10
QUOTAS = {
    "tokensPerDay": Rule(200_000 // COST, 86_400.0),
    "tokensPerHour": Rule(40_000 // COST, 3600.0),
    "tokensPerProjectPerHour": Rule(14_000 // COST, 3600.0),
}
UNCOUNTED = {
    "concurrentRequests": 10,
    "serverErrorsPerProjectPerHour": 10,
    "potentiallyThresholdedRequestsPerHour": 120,
}
EXHAUSTED = {
    "rate_limited": "Exhausted property tokens for a project per hour. These quota tokens will "
    "return in under an hour.",
    "rate_limited_secondly": "Exhausted concurrent requests quota. Please send fewer requests "
    "concurrently.",
    "rate_limited_daily": "Exhausted property tokens per day. These quota tokens will return in "
    "under 24 hours.",
}
PAGE, MOST = 10_000, 250_000
REPORT = re.compile(r"/v1(?:alpha|beta)/properties/(\d+)(?::|%3A)runReport")


class Named(msgspec.Struct, frozen=True):
    """A dimension or a metric that is asked for."""

    name: str


class DateRange(msgspec.Struct, frozen=True, rename="camel"):
    """The days that are asked for."""

    start_date: str
    end_date: str


class Wish(msgspec.Struct, frozen=True, rename="camel"):
    """The body of a request."""

    date_ranges: tuple[DateRange, ...]
    dimensions: tuple[Named, ...] = ()
    metrics: tuple[Named, ...] = ()
    limit: str | int = str(PAGE)
    offset: str | int = "0"
    return_property_quota: bool = False


class DataApi:
    """Answers as analyticsdata.googleapis.com for one property."""

    def __init__(self, view: View, limits: Limits, tokens: Tokens) -> None:
        self._view = view
        self._limits = limits
        self._tokens = tokens

    def handle(self, request: Request) -> Reply:
        """Answer a request as the vendor would."""
        denied = self._tokens.refusal(request, TOKEN, "analytics.readonly", "analytics")
        if denied is not None:
            return denied
        match = REPORT.fullmatch(request.path)
        if match is None or request.method != "POST":
            return refused(404, "Requested entity was not found.", "NOT_FOUND", "notFound")
        if match[1] != PROPERTY:
            message = "User does not have sufficient permissions for this property."
            return refused(403, message, "PERMISSION_DENIED", "forbidden")
        spent = {name: self._limits.take(f"ga4.{name}", rule) for name, rule in QUOTAS.items()}
        if not all(one.allowed for one in spent.values()):
            daily = not spent["tokensPerDay"].allowed
            return self.refusal("rate_limited_daily" if daily else "rate_limited", request)
        try:
            wish = msgspec.json.decode(request.body, type=Wish)
            return self._report(wish, request, spent)
        except (msgspec.MsgspecError, ValueError) as error:
            return refused(400, str(error), "INVALID_ARGUMENT", "badRequest")

    def refusal(self, kind: str, request: Request) -> Reply:
        """Refuse for the tokens of an hour, of a day, or for too many requests at once."""
        message = EXHAUSTED.get(kind, EXHAUSTED["rate_limited"])
        return limited(request, 429, message, "RESOURCE_EXHAUSTED")

    def _report(self, wish: Wish, request: Request, spent: dict[str, Spent]) -> Reply:
        dimensions = _known(wish.dimensions, DIMENSIONS, "dimension")
        metrics = _known(wish.metrics, METRICS, "metric")
        if len(wish.date_ranges) != 1 or len(set(wish.date_ranges)) != 1:
            raise ValueError("The sandbox answers for one date range.")
        asked = wish.date_ranges[0]
        day = date.fromisoformat(asked.start_date)
        if asked.start_date != asked.end_date:
            raise ValueError("The sandbox answers for one day.")
        limit, offset = whole_number(str(wish.limit)), whole_number(str(wish.offset))
        if limit is None or offset is None or not 1 <= limit <= MOST or offset < 0:
            raise ValueError(f"limit must be 1 to {MOST}, offset 0 or more.")
        self._view.reach(request.now)
        rows = self._view.once(
            "ga4 report",
            (day, request.now, *dimensions, *metrics),
            lambda: report_rows(
                self._view.world.ga4_hits(day, request.now) or [], dimensions, metrics
            ),
        )
        shown = rows[offset : offset + request.page_size(limit)]
        body: dict[str, Any] = {
            "dimensionHeaders": [{"name": name} for name in dimensions],
            "metricHeaders": [{"name": name, "type": METRICS[name][0]} for name in metrics],
        }
        if shown:
            body["rows"] = [
                {
                    "dimensionValues": [{"value": value} for value in keys],
                    "metricValues": [{"value": value} for value in numbers],
                }
                for keys, numbers in shown
            ]
        if rows:
            body["rowCount"] = len(rows)
        metadata: dict[str, Any] = {"currencyCode": "USD", "timeZone": "Etc/UTC"}
        if any(OTHER in keys for keys, _ in rows):
            metadata["dataLossFromOtherRow"] = True
        body["metadata"] = metadata
        if wish.return_property_quota:
            body["propertyQuota"] = _quota(spent)
        return json_reply(200, body | {"kind": "analyticsData#runReport"})


def _known(asked: tuple[Named, ...], known: Any, kind: str) -> list[str]:
    for one in asked:
        if one.name not in known:
            raise ValueError(f"Field {one.name} is not a valid {kind}.")
    return [one.name for one in asked]


def _quota(spent: dict[str, Spent]) -> dict[str, dict[str, int]]:
    """Tell what is left; zeros are left out, as Google does."""
    told = {name: {"consumed": COST, "remaining": one.remaining * COST}
            for name, one in spent.items()}  # fmt: skip
    told |= {name: {"consumed": 0, "remaining": left} for name, left in UNCOUNTED.items()}
    return {name: {k: v for k, v in quota.items() if v} for name, quota in told.items()}
