"""Bluesky: posts about the brand, its own posts, how their counters grow, and its followers.

**What.** `search_posts` for the configured query, `own_posts`; `post_metrics`, the counters of own
posts on the day they are 1, 3 and 7 days old; `profile`, the account's counters of the day. Key is
the post's `uri`, of the account the `did`.
**Endpoints.** `app.bsky.feed.searchPosts`, `app.bsky.feed.getAuthorFeed`, `app.bsky.feed.getPosts`,
`app.bsky.actor.getProfile` under `/xrpc/`. Each reading signs in with an app password by
`com.atproto.server.createSession`; a search without an account answers 403.
**Paging.** A search goes backwards by `until`, since its cursor need not lead through all that was
found; the post at the seam comes twice, and the cursor helps past posts of one moment. A feed goes
by `cursor`, newest first, until it is old enough.
**Limits.** 3,000 requests in 5 minutes, 30 sessions; 300 sessions a day (some servers allow 100).
429 with `ratelimit-reset`, an epoch second, never `Retry-After`.
**Window.** By `sortAt`, the earlier of `record.createdAt` and `indexedAt`. No answer shows it, so
it is put in. A search honours both ends; a feed has no bounds and newer rows are cut.
**Late data.** A run waits five minutes after the window's end. A post that claims to be old lies in
a window that was read long before: read it again to get it. Counters keep moving, hence the two
snapshots. A deleted post vanishes without a trace.
**Quirks.** An expired session is a 400 `ExpiredToken`, not a 401. `createdAt` is what the author's
device says. What the account passed on stands in its feed with a `reason` and is left out.
**Try it.** `cxw extract bluesky search_posts --from 2026-09-28 --to 2026-09-29`
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
from msgspec import Raw

from extract.access import Access, Grant, Pace, Verdict, code_of, default_verdict, until_reset
from extract.ages import days_due
from extract.bluesky_model import FeedItem, Found, Post, Profile, Reading
from extract.bluesky_reading import FULL, XRPC, backwards, own_feed, uri_of
from extract.paging import chunks
from extract.source import Batch, Kind, Reader, Settings, Source, Stream, Window

if TYPE_CHECKING:
    from extract.http import Client

LOOKED_UP = 25  # posts a request


class BlueskySettings(Settings, frozen=True, kw_only=True):
    """How to reach an account and its server; `base_url` is like https://bsky.social."""

    handle: str
    app_password: str
    query: str
    requests_per_window: int = 3_000


def access(settings: BlueskySettings) -> Access:
    """Return how the account's server wants to be asked."""

    def sign_in(_: datetime) -> httpx.Request:
        known = {"identifier": settings.handle, "password": settings.app_password}
        url = f"{settings.base_url.rstrip('/')}{XRPC}com.atproto.server.createSession"
        return httpx.Request("POST", url, json=known)

    grant, pace = Grant(sign_in, "accessJwt", expired), Pace(settings.requests_per_window, 300.0)
    return Access("bluesky", settings.base_url, auth=grant, verdict=verdict, pace=pace)


def expired(response: httpx.Response) -> bool:
    """Tell whether a session has ended: a 400 with a code, or an answer as if there were none."""
    if response.status_code != 400:
        return response.status_code in (401, 403)
    response.read()
    return code_of(response) in ("ExpiredToken", "InvalidToken")


def verdict(response: httpx.Response, now: datetime) -> Verdict:
    """Read Bluesky's limit: the epoch second of the reset."""
    usual = default_verdict(response, now)
    if response.status_code != 429:
        return usual
    return replace(usual, after=until_reset(response, "ratelimit-reset", now))


def search(client: Client, settings: BlueskySettings, window: Window) -> Iterator[Batch]:
    """Read the posts that the query finds."""
    asked = {"q": settings.query, "sort": "latest", "limit": str(FULL), "since": zulu(window.start)}

    def fetch(until: datetime, cursor: str | None) -> Found:
        place = {"until": zulu(until), "cursor": cursor} if cursor else {"until": zulu(until)}
        return client.get(f"{XRPC}app.bsky.feed.searchPosts", {**asked, **place}, Found)

    return map(Batch, backwards(fetch, window.end))


def own(client: Client, settings: BlueskySettings, window: Window) -> Iterator[Batch]:
    """Read the account's posts."""
    for page in own_feed(client, settings.handle, window.start):
        yield Batch([item for _, item in page])


def counters(client: Client, settings: BlueskySettings, window: Window) -> Iterator[Batch]:
    """Read the counters of own posts that are as many days old as the window's last day says."""
    days = {day.start for day in days_due(window)}
    pages = own_feed(client, settings.handle, min(days))
    uris = [
        uri_of(one) for page in pages for at, one in page if at and Window.of_day(at).start in days
    ]
    for chunk in chunks(list(dict.fromkeys(uris)), LOOKED_UP):
        yield Batch(client.get(f"{XRPC}app.bsky.feed.getPosts", {"uris": chunk}, Found).posts)


def profile(client: Client, settings: BlueskySettings, _: Window) -> Iterator[Batch]:
    """Read the account's counters."""
    yield Batch([client.get(f"{XRPC}app.bsky.actor.getProfile", {"actor": settings.handle}, Raw)])


def zulu(moment: datetime) -> str:
    """Write a moment with milliseconds."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def posts(name: str, key: str, read: Reader, **more: Any) -> Stream:
    """Declare a stream of posts."""
    common = {"cursor": "sortAt", "settle": timedelta(minutes=5), **more}
    return Stream(name, Kind.EVENT, (key,), read, **common)


PII = ("author", "record.text", "record.facets", "record.embed", "embed")
STREAMS = (
    posts("search_posts", "uri", search, bounded=True, model=Post, pii=PII),
    posts("own_posts", "post.uri", own, model=FeedItem),
    Stream("post_metrics", Kind.SNAPSHOT, ("uri",), counters, model=Reading),
    Stream("profile", Kind.SNAPSHOT, ("did",), profile, model=Profile),
)
SOURCE = Source("bluesky", BlueskySettings, access, STREAMS)
