"""A Facebook page as the Graph API shows it to a page access token.

Reproduced: 400 for nearly every refusal, with the code inside; limits told in minutes inside of a
header that is JSON; pages cut before deleted posts are taken out, so that they are short or empty
while `paging.next` is there; links that carry the token; `until` that belongs to the window; one
invalid metric that fails the whole call; insights whose `paging.next` never ends; `end_time` at the
end of the Pacific day; comments that do not move their post's `created_time`.

Where the vendor's words leave room: an expired token answers 400, as clients report it; limits of
pages count 4,800 calls a day. Fields must be known by name, or the call fails with code 100.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import re
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from sandbox.faces.facebook_answers import (
    Invalid,
    NotThere,
    error,
    fields_of,
    listing,
    moment_of,
    order,
    shown,
)
from sandbox.faces.quota import Limits, Rule, Spent
from sandbox.faces.view import Record, View
from sandbox.faces.wire import Reply, Request, json_reply, whole_number
from sandbox.moments import SECOND, as_us
from sandbox.page_counts import METRICS, PACIFIC, end_of
from sandbox.render_facebook import PAGE, grown

TOKEN = "sandbox-facebook-token"  # noqa: S105 - the sandbox's published token
SECRET = "sandbox-facebook-secret"  # noqa: S105 - the same
CALLS = Rule(4_800, 86_400.0, rolling=True)
WAIT = 17 * 60.0
SPAN_DAYS = 93
ROUTE = re.compile(r"/(v\d+\.\d+)/(\w+)(?:/(published_posts|comments|insights|ratings))?")


class Facebook:
    """Answers as the Graph API does for one page."""

    def __init__(self, view: View, limits: Limits) -> None:
        self._view = view
        self._limits = limits

    def handle(self, request: Request) -> Reply:
        """Answer a request as the vendor would."""
        denied = _denied(request)
        if denied is not None:
            return denied
        route = ROUTE.fullmatch(request.path)
        if request.method != "GET" or route is None:
            return error(400, 2500, "Unknown path components: " + request.path)
        spent = self._limits.take("facebook", CALLS)
        if not spent.allowed:
            return _too_many(spent, spent.reset_seconds)
        try:
            reply = self._answer(request, route[2], route[3])
        except NotThere:
            message = f"Unsupported get request. Object with ID '{route[2]}' does not exist"
            return error(400, 100, message, 33)
        except Invalid as wrong:
            return error(400, 100, f"(#100) {wrong}")
        headers = {"facebook-api-version": route[1], **_usage(spent, 0)}
        return Reply(reply.status, reply.body, headers)

    def refusal(self, kind: str, request: Request) -> Reply | None:
        """Give `rate_limited` in the vendor's form."""
        if kind != "rate_limited":
            return None
        return _too_many(Spent(False, CALLS.limit, 0, WAIT), request.told_wait(WAIT))

    def _answer(self, request: Request, node: str, edge: str | None) -> Reply:
        routes: dict[str | None, Callable[[Request], Reply]] = {
            None: self._page,
            "published_posts": self._posts,
            "insights": self._insights,
            "ratings": self._ratings,
        }
        if edge == "comments":
            return self._comments(request, node)
        if node != PAGE:
            raise NotThere
        return routes[edge](request)

    def _page(self, request: Request) -> Reply:
        page = self._view.newest("facebook.page", request.now).get(PAGE)
        if page is None:
            raise NotThere
        return json_reply(200, shown(page, fields_of(request, "page", ("id", "name"))))

    def _by_post(self, now: datetime) -> dict[str, list[Record]]:
        """Give the comments of each post, oldest first, with how many answers they have."""

        def build() -> dict[str, list[Record]]:
            found: defaultdict[str, list[Record]] = defaultdict(list)
            answers: defaultdict[str, int] = defaultdict(int)
            present = [
                one
                for one in self._view.newest("facebook.comments", now).values()
                if "_gone" not in one
            ]
            for one in present:
                answers[one.get("parent", {}).get("id", "")] += 1
            for one in sorted(present, key=order):
                found[one["_post"]].append({**one, "comment_count": answers[one["id"]]})
            return dict(found)

        return self._view.once("facebook comments", now, build)

    def _posts(self, request: Request) -> Reply:
        fields = fields_of(request, "post", ("id", "created_time", "message"))
        since, until = (whole_number(request.first(name)) for name in ("since", "until"))
        posts = [
            post
            for post in self._dated("facebook.published_posts", request.now)
            if (since is None or moment_of(post) >= since)
            and (until is None or moment_of(post) <= until)
        ]
        comments = self._by_post(request.now)
        return listing(
            request,
            sorted(posts, key=order, reverse=True),
            lambda post: shown(_counted(post, comments, request.now), fields),
            TOKEN,
        )

    def _dated(self, name: str, now: datetime) -> list[Record]:
        """Give records with their moment; one that was deleted keeps its place for the paging."""

        def build() -> list[Record]:
            first: dict[str, str] = {}
            for version in self._view.world.versions(name, now):
                first.setdefault(version.key, version.record.get("created_time", ""))
            newest = self._view.newest(name, now)
            return [
                {"created_time": first[key], **record} if key in first else record
                for key, record in newest.items()
            ]

        return self._view.once("dated " + name, now, build)

    def _comments(self, request: Request, post: str) -> Reply:
        known = self._view.newest("facebook.published_posts", request.now).get(post)
        if known is None or "_gone" in known:
            raise NotThere
        fields = fields_of(request, "comment", ("id", "created_time", "from", "message"))
        found = self._by_post(request.now).get(post, [])
        if request.first("filter") != "stream":
            found = [one for one in found if "parent" not in one]
        if request.first("order") != "chronological":
            found = found[::-1]
        return listing(request, found, lambda one: shown(one, fields), TOKEN)

    def _ratings(self, request: Request) -> Reply:
        fields = fields_of(request, "rating", ("created_time", "recommendation_type"))
        found = self._view.newest("facebook.ratings", request.now).values()
        rows = sorted(found, key=order, reverse=True)
        return listing(request, rows, lambda one: shown(one, fields), TOKEN)

    def _insights(self, request: Request) -> Reply:
        metrics = request.listed("metric")
        if not metrics or any(metric not in METRICS for metric in metrics):
            raise Invalid("The value must be a valid insights metric")
        if request.first("period") != "day":
            raise Invalid("The value must be a valid period")
        try:
            since, until = (_day(request.first(name) or "") for name in ("since", "until"))
        except ValueError as wrong:
            raise Invalid("since and until must be dates") from wrong
        if (until - since).days > SPAN_DAYS:
            raise Invalid(f"There cannot be more than {SPAN_DAYS} days between since and until")
        first, last = (end_of(day - timedelta(days=1)) for day in (since, until))
        newest = self._view.newest("facebook.insights", request.now).values()
        data = []
        for metric in metrics:
            mine = [one for one in newest if one["name"] == metric and first < _ends(one) <= last]
            if mine:
                values = [one["values"][0] for one in sorted(mine, key=_ends)]
                data.append({**mine[0], "values": values})
        link = f"https://graph.facebook.com{request.path}?access_token={TOKEN}"
        return json_reply(200, {"data": data, "paging": {"previous": link, "next": link}})


def _denied(request: Request) -> Reply | None:
    """Refuse a request without the page's token, or with a proof that does not fit it."""
    told = request.headers.get("authorization", "").removeprefix("Bearer ")
    token, proof = told or request.first("access_token"), request.first("appsecret_proof")
    if not token:
        return error(400, 104, "An access token is required to request this resource.")
    if token != TOKEN:
        return error(400, 190, "Invalid OAuth access token - Cannot parse access token")
    if proof and proof != hmac.digest(SECRET.encode(), TOKEN.encode(), hashlib.sha256).hex():
        return error(400, 100, "Invalid appsecret_proof provided in the API argument")
    return None


def _counted(post: Record, comments: dict[str, list[Record]], now: datetime) -> Record:
    """Show a post with the counts it has reached; without shares, `shares` is absent."""
    if "_gone" in post:
        return post
    mine = comments.get(post["id"], [])
    age = (int(now.timestamp()) - moment_of(post)) * SECOND
    reactions, shares = (grown(final, age) for final in post.get("_ripe", (0, 0)))
    summary: Record = {"total_count": len(mine), "order": "ranked", "can_comment": True}
    moved = [post.get("updated_time", post["created_time"]), *(one["created_time"] for one in mine)]
    return {
        **post,
        "updated_time": max(moved),
        **({"shares": {"count": shares}} if shares else {}),
        "reactions": {"data": [], "summary": {"total_count": reactions}},
        "comments": {"data": [], "summary": summary},
    }


def _ends(insight: Record) -> int:
    return as_us(datetime.fromisoformat(insight["values"][0]["end_time"]))


def _day(text: str) -> date:
    """Read a day, given as a date or as an epoch second."""
    second = whole_number(text) if text.isdigit() else None
    if second is None:
        return date.fromisoformat(text)
    return datetime.fromtimestamp(second, PACIFIC).date()


def _usage(spent: Spent, minutes: int) -> dict[str, str]:
    used = 100 if minutes else 100 * (spent.limit - spent.remaining) // spent.limit
    quota: dict[str, Any] = {
        "type": "pages",
        "call_count": used + (1 if minutes else 0),
        "total_cputime": used // 3,
        "total_time": used // 2,
        "estimated_time_to_regain_access": minutes,
    }
    return {"X-Business-Use-Case-Usage": msgspec.json.encode({PAGE: [quota]}).decode()}


def _too_many(spent: Spent, seconds: float) -> Reply:
    message = (
        "(#80001) There have been too many calls to this Page account. Wait a bit and try again."
    )
    reply = error(400, 80001, message, 2446079)
    return Reply(reply.status, reply.body, _usage(spent, max(1, math.ceil(seconds / 60))))
