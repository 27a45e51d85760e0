"""X: posts about the brand, mentions of it, its own posts, and how their counters grow.

**What.** `search_posts` for the configured query, `mentions` of the account, `own_posts`;
`post_metrics`, the counters of own posts on the day they are 1, 3 and 7 days old; `compliance`, the
tombstones of posts that we hold and must delete. Key is the id.
**Endpoints.** `GET /2/tweets/search/recent`, `/2/users/{id}/mentions`, `/2/users/{id}/tweets`;
`/2/compliance/jobs` with the signed addresses that a job names; app-only bearer token.
**Paging.** Newest first, up to 100 posts, `next_token` until it is absent.
**Limits.** 450 requests in 15 minutes; 429 with `x-rate-limit-reset`, an epoch second, never
`Retry-After`. A 429 of type `usage-capped` means that the month's reads are used up. Prices, USD:

    a post 0.005 · an author 0.010 · an own post or mention 0.001 · at most 3 M posts a month

A resource is billed once a UTC day. `read_budget` is for posts and authors of all streams and tries
of a run on one UTC day; a page that might cost more than the rest is not asked for, and nothing
lands. What another stream read that day counts again, so the bill lies below the budget.
**Window.** By time of posting, both ends honoured. Search reaches seven days back, mentions 800
posts and own posts 3,200: an older window of the first two, and one as full as that, is refused,
because its file would miss posts in silence.
**Late data.** None is awaited; counters keep moving, hence `post_metrics`, a snapshot. Deletions
are asked for on Thursdays, for all posts in the lake; other days land an empty file with a note.
**Quirks.** The author (`expansions=author_id`) is joined in from `includes.users` as `author`.
Retweets are excluded by the query; the counters hold them. Of a post that is gone staging keeps the
key alone; `scrub_geo` changes nothing, since no place is read. The documentation does not say how a
second job is refused while one runs; ours are found again by their name.
**Try it.** `cxw extract x mentions --from 2026-09-28 --to 2026-09-29`
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from extract.access import Access, Action, Pace, Verdict, body_of, default_verdict, until_reset
from extract.ages import days_due
from extract.source import Batch, Kind, Reader, Settings, Source, Stream, Window
from extract.x_compliance import withdrawn
from extract.x_model import Post, Reading, Withdrawal
from extract.x_reading import pages

if TYPE_CHECKING:
    import httpx

    from extract.http import Client

HELD = ("search_posts", "mentions", "own_posts")
COUNTERS = "created_at,public_metrics"
SHOWN = {
    "tweet.fields": f"{COUNTERS},author_id,conversation_id,referenced_tweets,in_reply_to_user_id,"
    "lang,edit_history_tweet_ids,entities",
    "expansions": "author_id",
    "user.fields": "username,name,public_metrics,verified",
}


class XSettings(Settings, frozen=True, kw_only=True):
    """How to reach X, and how much a run may read of it; `base_url` is https://api.x.com."""

    bearer_token: str
    account_id: str
    query: str
    read_budget: int
    requests_per_window: int = 450


def access(settings: XSettings) -> Access:
    """Return how X wants to be asked."""
    headers = {"Authorization": f"Bearer {settings.bearer_token}"}
    pace = Pace(settings.requests_per_window, 900.0)
    return Access("x", settings.base_url, headers, verdict=verdict, pace=pace)


def verdict(response: httpx.Response, now: datetime) -> Verdict:
    """Read X's limits: the epoch second of the reset, or a quota that is used up."""
    usual = default_verdict(response, now)
    if response.status_code != 429:
        return usual
    if str(body_of(response).get("type", "")).endswith("usage-capped"):
        return Verdict(Action.EXHAUSTED, None, "status 429 usage-capped")
    return replace(usual, after=until_reset(response, "x-rate-limit-reset", now))


def search(client: Client, settings: XSettings, window: Window) -> Iterator[Batch]:
    """Read the posts that the query finds."""
    asked, path = {"query": settings.query, **SHOWN}, "/2/tweets/search/recent"
    found = pages(client, path, "next_token", asked, window, settings.read_budget)
    return (Batch(page.posts()) for page in found)


def timeline(name: str, **more: str) -> Reader:
    """Return the reader of one of the account's timelines."""

    def read(client: Client, settings: XSettings, window: Window) -> Iterator[Batch]:
        path, asked = f"/2/users/{settings.account_id}/{name}", {**SHOWN, **more}
        found = pages(client, path, "pagination_token", asked, window, settings.read_budget)
        return (Batch(page.posts()) for page in found)

    return read


def counters(client: Client, settings: XSettings, window: Window) -> Iterator[Batch]:
    """Read the counters of own posts that are as many days old as the window's last day says."""
    path = f"/2/users/{settings.account_id}/tweets"
    asked = {"tweet.fields": COUNTERS, "exclude": "retweets"}
    for day in days_due(window):
        for page in pages(client, path, "pagination_token", asked, day, settings.read_budget):
            yield Batch(page.data)


def posts(name: str, read: Reader, **more: Any) -> Stream:
    """Declare a stream of posts."""
    common = {"cursor": "created_at", "bounded": True, "settle": timedelta(seconds=30), **more}
    pii = ("text", "author_id", "author", "entities.mentions")
    return Stream(name, Kind.EVENT, ("id",), read, model=Post, pii=pii, **common)


WEEK = timedelta(days=7)
GONE: dict[str, Any] = {"deleted": ("action", "delete"), "model": Withdrawal}
STREAMS = (
    posts("search_posts", search, horizon=WEEK),
    posts("mentions", timeline("mentions"), horizon=WEEK),
    posts("own_posts", timeline("tweets", exclude="retweets")),
    Stream("post_metrics", Kind.SNAPSHOT, ("id",), counters, model=Reading),
    Stream("compliance", Kind.SNAPSHOT, ("id",), withdrawn, asks_for=HELD, **GONE),
)
SOURCE = Source("x", XSettings, access, STREAMS)
