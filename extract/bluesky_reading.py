"""How Bluesky is read: a search backwards in time, a feed until it is old enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Raw
from msgspec.json import decode, encode

from extract.bluesky_model import Feed, Found, Mark, Shown
from extract.errors import EndlessPaging
from extract.joining import with_key
from extract.paging import by_cursor

if TYPE_CHECKING:
    from extract.http import Client

XRPC = "/xrpc/"
FULL = 100
STEP = timedelta(milliseconds=1)  # the least that two moments differ by
Dated = tuple[datetime | None, Raw]


def backwards(fetch: Callable[[datetime, str | None], Found], end: datetime) -> Iterator[list[Raw]]:
    """Yield the posts before a moment, newest first, each with its `sortAt`.

    A cursor need not lead through all that was found, so each page asks for what lies before the
    last post of the page before; that post comes again. Where time stands still, in posts of one
    millisecond or on a page whose posts are all hidden, the cursor helps on; without one the walk
    ends.
    """
    until, cursor = end, None
    tried: set[str] = set()
    while True:
        page = fetch(until, cursor)
        posts = [dated(post, decode(post, type=Mark)) for post in page.posts]
        yield [post for _, post in posts]
        following = min((at for at, _ in posts if at), default=until) + STEP
        if following < until:
            until, cursor = following, None
            tried.clear()
        elif page.cursor and page.cursor not in tried:
            cursor = page.cursor
            tried.add(cursor)
        elif len(posts) < FULL:
            return
        else:
            raise EndlessPaging(
                f"bluesky: {len(posts)} posts of one millisecond on a page, and no way past them",
                "what lies before them cannot be reached",
                "ask for windows that end before and begin behind that moment",
            )


def own_feed(client: Client, actor: str, since: datetime) -> Iterator[list[Dated]]:
    """Yield the account's own posts, newest first, until they are older than a moment.

    What the account passed on is left out: it is not its own, and stands where it was passed on.
    """
    asked = {
        "actor": actor,
        "limit": str(FULL),
        "filter": "posts_with_replies",
        "includePins": "false",
    }

    def fetch(cursor: str | None) -> Feed:
        place = {"cursor": cursor} if cursor else {}
        return client.get(f"{XRPC}app.bsky.feed.getAuthorFeed", {**asked, **place}, Feed)

    for page in by_cursor(fetch, lambda fetched: fetched.cursor):
        shown = [(item, decode(item, type=Shown)) for item in page.feed]
        own = [dated(item, told.post) for item, told in shown if told.reason is None]
        yield own
        if any(at < since for at, _ in own if at):
            return


def dated(record: Raw, mark: Mark) -> Dated:
    """Return when Bluesky sorts a post, and the record with that moment as `sortAt`.

    It is the earlier of what the author's device says and what the server saw. A post without
    either is left as it is, and the landing refuses it.
    """
    made = mark.record.get("createdAt") if isinstance(mark.record, dict) else None
    moments = [moment for moment in map(_moment, (made, mark.indexedAt)) if moment]
    if not moments:
        return None, record
    return min(moments), with_key(record, "sortAt", encode(min(moments)))


def uri_of(item: Raw) -> str:
    """Return the address of the post that a feed's item shows."""
    return str(decode(item, type=Shown).post.uri)


def _moment(value: Any) -> datetime | None:
    try:
        moment = msgspec.convert(value, datetime)
    except msgspec.ValidationError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None
