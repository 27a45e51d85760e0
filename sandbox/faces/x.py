"""X's API v2 as seen by an app-only client: search, mentions, own posts, look-up by ids.

Checked against docs.x.com (search pagination, response codes and errors) and clients' issues:
newest first, 10 to 100 rows a page (10 unless asked), `next_token` absent on the last page, seven
days of horizon with a 400 behind it, 400 for since_id or until_id beside start_time or end_time
in search, problem types under `https://api.x.com/2/problems/`. Limits are told in
`x-rate-limit-*` with an absolute reset and never in `Retry-After`.

The reset is counted from the company's clock, which the `Date` header of every answer shows.
Where it differs: timelines take 5 to 100 rows and reach 800 mentions or 3,200 own posts; a
retweet is no mention; search leaves out the last 30 seconds unless `end_time` is given. Billed
reads are counted as the price list says (a resource once per UTC day) and shown in the log.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.faces import x_query
from sandbox.faces.quota import Limits, Rule, Spent
from sandbox.faces.view import Record, View
from sandbox.faces.wire import Reply, Request, json_reply, whole_number, zulu_ms
from sandbox.faces.x_bill import Bill
from sandbox.faces.x_compliance import BUCKET, JOBS, Compliance
from sandbox.faces.x_fields import answer
from sandbox.faces.x_problems import (
    ACCOUNT_ID,
    Invalid,
    invalid,
    missing_reply,
    not_found,
    problem,
    rate_headers,
    too_many,
    usage_capped,
)

TOKEN = "sandbox-x-token"  # noqa: S105 - the sandbox's published token

QUARTER_HOUR = 900.0
SEARCH_LIMIT = Rule(450, QUARTER_HOUR)
MENTIONS_LIMIT = Rule(450, QUARTER_HOUR)
OWN_LIMIT = Rule(10_000, QUARTER_HOUR)
LOOKUP_LIMIT = Rule(3_500, QUARTER_HOUR)
JOBS_LIMIT = Rule(150, QUARTER_HOUR)
HORIZON = timedelta(days=7)
MENTIONS_REACH, OWN_REACH = 800, 3_200
EXCLUDED = {"retweets": "retweeted", "replies": "replied_to"}

TIMELINE = re.compile(r"/2/users/(\d+)/(mentions|tweets)")


@dataclass(frozen=True, slots=True)
class Range:
    """Which posts a request asks for, by moment and by id."""

    start: str | None
    end: str | None
    since: int
    until: int

    def holds(self, post: Record) -> bool:
        """Tell whether a post lies inside."""
        key, created = int(post["id"]), str(post["created_at"])
        return (
            self.since < key < self.until
            and (self.start is None or created >= self.start)
            and (self.end is None or created < self.end)
        )


class X:
    """Answers as X does to one app."""

    def __init__(self, view: View, limits: Limits) -> None:
        self._view = view
        self._limits = limits
        self.bill = Bill()
        self._compliance = Compliance(view)

    def handle(self, request: Request) -> Reply:
        """Answer a request as the vendor would."""
        if request.path.startswith(BUCKET):
            return self._compliance.store(request)
        if request.headers.get("authorization") != "Bearer " + TOKEN:
            return problem(401, "Unauthorized", "Unauthorized")
        if request.path.startswith(JOBS):
            return self._counted(request, "compliance", JOBS_LIMIT, self._compliance.handle)
        if request.method != "GET":
            return problem(405, "Method Not Allowed", "Method Not Allowed")
        timeline = TIMELINE.fullmatch(request.path)
        routes = {
            "/2/tweets/search/recent": ("search", SEARCH_LIMIT, self._search),
            "/2/tweets": ("lookup", LOOKUP_LIMIT, self._lookup),
            "mentions": ("mentions", MENTIONS_LIMIT, self._mentions),
            "tweets": ("own", OWN_LIMIT, self._own),
        }
        route = routes.get(timeline[2] if timeline else request.path)
        return self._counted(request, *route) if route else problem(404, "Not Found", "Not Found")

    def refusal(self, kind: str, request: Request) -> Reply | None:
        """Give `rate_limited` or `usage_capped` in the vendor's form."""
        if kind == "rate_limited":
            return too_many(Spent(False, 450, 0, request.told_wait(QUARTER_HOUR)), request.now)
        return usage_capped() if kind == "usage_capped" else None

    def _counted(
        self, request: Request, name: str, rule: Rule, route: Callable[[Request], Reply]
    ) -> Reply:
        spent = self._limits.take("x." + name, rule)
        if not spent.allowed:
            return too_many(spent, request.now)
        if self.bill.is_capped():
            return usage_capped()
        try:
            reply = route(request)
        except Invalid as error:
            reply = invalid(error)
        return Reply(reply.status, reply.body, rate_headers(spent, request.now))

    def _search(self, request: Request) -> Reply:
        query = request.first("query") or ""
        self._within_horizon(request)
        span = _range(request)
        if span.end is None:
            span = Range(span.start, zulu_ms(request.now - timedelta(seconds=30)), span.since,
                         span.until)  # fmt: skip
        oldest = zulu_ms(request.now - HORIZON)

        def build() -> list[Record]:
            test = x_query.compile_query(query)
            users = self._view.world.x_users()
            names = {key: str(user["username"]) for key, user in users.items()}
            return [
                post
                for post in self._view.posts(request.now)
                if post["created_at"] >= oldest
                and test(post, names.get(str(post["author_id"]), ""))
            ]

        try:
            found = self._view.once("x search", (query, request.now), build)
        except x_query.InvalidQuery as error:
            raise Invalid("query", query, str(error)) from error
        return self._page(request, [post for post in found if span.holds(post)], 10)

    def _within_horizon(self, request: Request) -> None:
        by_id = any(request.first(name) for name in ("since_id", "until_id"))
        if by_id and any(request.first(name) for name in ("start_time", "end_time")):
            raise Invalid(
                "since_id",
                request.first("since_id") or "",
                "Invalid use of 'since_id' or 'until_id' in conjunction with 'start_time' or "
                "'end_time'.",
            )
        oldest = request.now - HORIZON
        start = request.first("start_time")
        if start and _moment("start_time", start) < zulu_ms(oldest):
            bound = oldest.strftime("%Y-%m-%dT%H:%MZ")
            raise Invalid("start_time", start, f"'start_time' must be on or after {bound}.")
        end = request.first("end_time")
        if end and _moment("end_time", end) > zulu_ms(request.now - timedelta(seconds=10)):
            raise Invalid(
                "end_time",
                end,
                "'end_time' must be a minimum of 10 seconds prior to the request time.",
            )
        since = whole_number(request.first("since_id"))
        if since is not None:
            edge = next((int(post["id"]) for post in self._view.posts(request.now)
                         if post["created_at"] < zulu_ms(oldest)), 0)  # fmt: skip
            if since < edge:
                raise Invalid(
                    "since_id",
                    str(since),
                    "'since_id' must be a tweet id created within the last 7 days. Please use a "
                    f"'since_id' that is larger than {edge}.",
                )

    def _mentions(self, request: Request) -> Reply:
        account = request.path.split("/")[3]
        users = self._view.world.x_users()
        if account not in users:
            return missing_reply([account], "user", "id")
        username = str(users[account]["username"])

        def build() -> list[Record]:
            named = (
                post
                for post in self._view.posts(request.now)
                if str(post["author_id"]) != account
                and x_query.mentions(post, username)
                and "retweeted" not in x_query.reference_types(post)
            )
            return list(named)[:MENTIONS_REACH]

        found = self._view.once("x mentions", (account, request.now), build)
        span = _range(request)
        owned = account == ACCOUNT_ID
        return self._page(request, [post for post in found if span.holds(post)], 5, owned)

    def _own(self, request: Request) -> Reply:
        account = request.path.split("/")[3]
        if account not in self._view.world.x_users():
            return missing_reply([account], "user", "id")

        def build() -> list[Record]:
            posts = self._view.posts(request.now)
            return [post for post in posts if str(post["author_id"]) == account][:OWN_REACH]

        unwanted = {EXCLUDED.get(name, "") for name in request.listed("exclude")}
        span = _range(request)
        found = [
            post
            for post in self._view.once("x own", (account, request.now), build)
            if span.holds(post) and not unwanted & x_query.reference_types(post)
        ]
        return self._page(request, found, 5, account == ACCOUNT_ID)

    def _lookup(self, request: Request) -> Reply:
        ids = request.listed("ids")
        if not 1 <= len(ids) <= 100:
            raise Invalid(
                "ids",
                ",".join(ids[:3]),
                f"size of 'ids' is {len(ids)}, expected between 1 and 100 entries",
            )
        known = self._view.posts_by_id(request.now)
        found = [known[key] for key in ids if key in known]
        missing = [key for key in ids if key not in known]
        body = answer(request, found, self._view)
        self.bill.charge(request.now, found, body)
        if missing:
            body["errors"] = [not_found(key, "tweet", "ids") for key in missing]
        return json_reply(200, body)

    def _page(
        self, request: Request, found: list[Record], least: int, owned: bool = False
    ) -> Reply:
        asked = request.first("max_results") or "10"
        size = whole_number(asked)
        if size is None or not least <= size <= 100:
            raise Invalid(
                "max_results",
                asked,
                f"The `max_results` query parameter value [{asked}] is not between {least} and 100",
            )
        size = request.page_size(size)
        token = request.first("next_token") or request.first("pagination_token")
        if token:
            below = _token_id(token)
            found = [post for post in found if int(post["id"]) < below]
        page = found[:size]
        body = answer(request, page, self._view)
        self.bill.charge(request.now, page, body, owned)
        meta: dict[str, Any] = {"result_count": len(page)}
        if page:
            meta = {"newest_id": page[0]["id"], "oldest_id": page[-1]["id"], **meta}
        if len(found) > size:
            meta["next_token"] = f"b26v{int(page[-1]['id']):x}"
        return json_reply(200, {**body, "meta": meta})


def _token_id(token: str) -> int:
    try:
        return int(token.removeprefix("b26v"), 16)
    except ValueError as error:
        raise Invalid("next_token", token, "'next_token' is not valid.") from error


def _moment(name: str, text: str) -> str:
    try:
        when = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(name, text, f"'{name}' must be YYYY-MM-DDTHH:mm:ssZ.") from error
    return zulu_ms(when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC))


def _range(request: Request) -> Range:
    bounds = {}
    for name in ("start_time", "end_time"):
        text = request.first(name)
        bounds[name] = _moment(name, text) if text else None
    ids = {}
    for name in ("since_id", "until_id"):
        text = request.first(name)
        ids[name] = whole_number(text)
        if text and ids[name] is None:
            raise Invalid(name, text, f"'{name}' must be a Post id.")
    since, until = ids["since_id"], ids["until_id"]
    return Range(
        bounds["start_time"],
        bounds["end_time"],
        -1 if since is None else since,
        1 << 64 if until is None else until,
    )
