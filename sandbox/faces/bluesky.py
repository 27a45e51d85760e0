"""Bluesky as its own server shows it to one account that signs in with an app password.

Checked against the lexicons, docs.bsky.app (rate limits, timestamps) and clients' issues: a session
is made by `com.atproto.server.createSession`; its token lives two hours and then earns a 400
`ExpiredToken`, a token never given a 400 `InvalidToken`; without one a search answers 403 and all
else 401. Search takes `since` (inclusive) and `until` (exclusive) by `sortAt`, the earlier of
`createdAt` and `indexedAt`, which no answer shows; its cursor ends after a few pages although more
was found. A feed holds what an account passed on, too. `getPosts` takes 25 addresses and leaves out
what is gone. Limits are told in `ratelimit-*` with an absolute reset, never in `Retry-After`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from sandbox.faces.quota import Limits, Rule, Spent
from sandbox.faces.view import Record, View
from sandbox.faces.wire import Reply, Request, json_reply, whole_number
from sandbox.moments import as_us, iso_millis
from sandbox.render_bluesky import BRAND, BRAND_DID, BRAND_HANDLE, SkyPost, post_view, profile_view

APP_PASSWORD = "sandbox-bluesky-password"  # noqa: S105 - the sandbox's published password
ALL = Rule(3_000, 300.0)
SESSIONS = Rule(30, 300.0)
LIFE = timedelta(hours=2)
FULL, SCROLLED = 100, 3  # rows a page, and pages that the cursor of a search leads through
LOOKED_UP = 25
XRPC = "/xrpc/"
WORD = re.compile(r"\w+")


class Wrong(Exception):
    """The request is refused: status, the vendor's code, its prose."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class Bluesky:
    """Answers as the server of the company's account does."""

    def __init__(self, view: View, limits: Limits) -> None:
        self._view = view
        self._limits = limits
        self._sessions: list[datetime] = []

    def handle(self, request: Request) -> Reply:
        """Answer a request as the vendor would."""
        method = request.path.removeprefix(XRPC)
        makes_session = method == "com.atproto.server.createSession"
        rule = SESSIONS if makes_session else ALL
        spent = self._limits.take("bluesky." + ("sessions" if makes_session else "all"), rule)
        if not spent.allowed:
            return self._limited(spent, request)
        routes: dict[tuple[str, str], Callable[[Request], Record]] = {
            ("POST", "com.atproto.server.createSession"): self._session,
            ("GET", "app.bsky.feed.searchPosts"): self._search,
            ("GET", "app.bsky.feed.getAuthorFeed"): self._feed,
            ("GET", "app.bsky.feed.getPosts"): self._posts,
            ("GET", "app.bsky.actor.getProfile"): self._profile,
        }
        route = routes.get((request.method, method))
        try:
            if route is None:
                raise Wrong(501, "MethodNotImplemented", "Method Not Implemented")
            if not makes_session:
                self._signed_in(request, method)
            reply = json_reply(200, self._view.locked(lambda: route(request)))
        except Wrong as error:
            reply = json_reply(error.status, {"error": error.code, "message": str(error)})
        return Reply(reply.status, reply.body, _told(spent, request.now))

    def refusal(self, kind: str, request: Request) -> Reply | None:
        """Give `rate_limited` in the vendor's form."""
        if kind != "rate_limited":
            return None
        return self._limited(Spent(False, ALL.limit, 0, request.told_wait(ALL.seconds)), request)

    def _limited(self, spent: Spent, request: Request) -> Reply:
        body = {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}
        return json_reply(429, body, _told(spent, request.now))

    def _session(self, request: Request) -> Record:
        try:
            given = msgspec.json.decode(request.body, type=dict[str, str])
        except msgspec.MsgspecError:
            given = {}
        known = (given.get("identifier"), given.get("password"))
        if known not in {(BRAND_HANDLE, APP_PASSWORD), (BRAND_DID, APP_PASSWORD)}:
            raise Wrong(401, "AuthenticationRequired", "Invalid identifier or password")
        self._sessions.append(request.now)
        number = len(self._sessions)
        return {
            "did": BRAND_DID,
            "handle": BRAND_HANDLE,
            "accessJwt": f"sandbox-bluesky-access-{number}",
            "refreshJwt": f"sandbox-bluesky-refresh-{number}",
            "active": True,
        }

    def _signed_in(self, request: Request, method: str) -> None:
        given = request.headers.get("authorization", "")
        if not given and method.endswith("searchPosts"):
            raise Wrong(403, "Forbidden", "Search wants an account")
        if not given:
            raise Wrong(401, "AuthMissing", "Authentication Required")
        number = whole_number(given.removeprefix("Bearer sandbox-bluesky-access-"))
        if number is None or not 1 <= number <= len(self._sessions):
            raise Wrong(400, "InvalidToken", "Token could not be verified")
        if not timedelta(0) <= request.now - self._sessions[number - 1] < LIFE:
            raise Wrong(400, "ExpiredToken", "Token has expired")

    def _all(self, request: Request) -> Sequence[SkyPost]:
        self._view.reach(request.now)
        return self._view.once(
            "sky posts", request.now, lambda: self._view.world.sky_posts(request.now)
        )

    def _search(self, request: Request) -> Record:
        wanted = WORD.findall(_required(request, "q").lower())
        since, until = (_bound(request, name) for name in ("since", "until"))
        found = [
            post
            for post in self._all(request)
            if (since is None or post.sort_us >= since)
            and (until is None or post.sort_us < until)
            and set(wanted) <= set(WORD.findall(post.text.lower()))
        ]
        size, begin = _limit(request), whole_number(request.first("cursor")) or 0
        page = found[begin : begin + size]
        body: Record = {"hitsTotal": len(found), "posts": _views(page, request)}
        if len(found) > begin + size and begin + size < SCROLLED * size:
            body["cursor"] = str(begin + size)
        return body

    def _feed(self, request: Request) -> Record:
        actor = _required(request, "actor")
        now_us = as_us(request.now)
        items = [
            (post.sort_us, post, False)
            for post in self._all(request)
            if actor in {post.author.did, post.author.handle}
        ]
        if actor in {BRAND_DID, BRAND_HANDLE}:
            items += [
                (post.reposted_us, post, True)
                for post in self._all(request)
                if post.reposted_us is not None and post.reposted_us <= now_us
            ]
        items.sort(key=lambda item: (item[0], item[1].uri), reverse=True)
        size, begin = _limit(request), whole_number(request.first("cursor")) or 0
        page = items[begin : begin + size]
        feed = [_item(us, post, passed_on, now_us) for us, post, passed_on in page]
        more = len(items) > begin + size
        return {"feed": feed, "cursor": str(begin + size)} if more else {"feed": feed}

    def _posts(self, request: Request) -> Record:
        uris = request.query.get("uris", [])
        if not 1 <= len(uris) <= LOOKED_UP:
            raise Wrong(400, "InvalidRequest", "Error: uris must not have more than 25 elements")
        known = {post.uri: post for post in self._all(request)}
        return {"posts": _views([known[uri] for uri in uris if uri in known], request)}

    def _profile(self, request: Request) -> Record:
        if _required(request, "actor") not in {BRAND_DID, BRAND_HANDLE}:
            raise Wrong(400, "InvalidRequest", "Profile not found")
        own = sum(post.author == BRAND for post in self._all(request))
        return profile_view(own, (request.now.date() - self._view.world.start).days)


def _views(posts: Sequence[SkyPost], request: Request) -> list[Record]:
    now_us = as_us(request.now)
    return [post_view(post, now_us) for post in posts]


def _item(us: int, post: SkyPost, passed_on: bool, now_us: int) -> Record:
    item: Record = {"post": post_view(post, now_us)}
    if passed_on:
        item["reason"] = {
            "$type": "app.bsky.feed.defs#reasonRepost",
            "by": {"did": BRAND_DID, "handle": BRAND_HANDLE},
            "indexedAt": iso_millis(us),
        }
    return item


def _told(spent: Spent, now: datetime) -> dict[str, str]:
    rule = SESSIONS if spent.limit == SESSIONS.limit else ALL
    return {
        "ratelimit-limit": str(spent.limit),
        "ratelimit-remaining": str(spent.remaining),
        "ratelimit-reset": str(math.ceil(now.timestamp() + spent.reset_seconds)),
        "ratelimit-policy": f"{rule.limit};w={rule.seconds:.0f}",
    }


def _required(request: Request, name: str) -> str:
    value = request.first(name)
    if not value:
        raise Wrong(400, "InvalidRequest", f'Error: Params must have the property "{name}"')
    return value


def _limit(request: Request) -> int:
    size = whole_number(request.first("limit") or "25")
    if size is None or not 1 <= size <= FULL:
        raise Wrong(400, "InvalidRequest", "Error: limit can not be greater than 100")
    return request.page_size(size)


def _bound(request: Request, name: str) -> int | None:
    text = request.first(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Wrong(400, "InvalidRequest", f"Error: {name} must be a datetime") from None
    return as_us(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
