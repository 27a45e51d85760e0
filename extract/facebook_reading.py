"""How a Facebook page is read: lists page by page, comments by their posts, metrics one by one."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from itertools import count
from typing import TYPE_CHECKING, TypeVar

from msgspec import Raw
from msgspec.json import encode

from extract.errors import CredentialsRefused, RequestRefused
from extract.facebook_limits import GONE, WITHDRAWN
from extract.facebook_model import Insights, Listed, mark_of, moment_of, unavailable
from extract.joining import with_key
from extract.paging import by_cursor
from extract.source import DAY, Batch, Window

if TYPE_CHECKING:
    from extract.facebook import FacebookSettings
    from extract.http import Client

T = TypeVar("T")
COUNTERS = "id,name,fan_count,followers_count,overall_star_rating,rating_count,talking_about_count"
POST = (
    "id,created_time,updated_time,message,status_type,permalink_url,is_hidden,shares,"
    "reactions.summary(total_count).limit(0),comments.summary(total_count).limit(0)"
)
COMMENT = "id,created_time,message,from,like_count,comment_count,parent,is_hidden"
FEW = 5  # posts that may all be gone by chance
RATING = "created_time,recommendation_type,rating,review_text,reviewer,open_graph_story"


def counters(client: Client, settings: FacebookSettings, _: Window) -> Iterator[Batch]:
    """Read the page's counters."""
    yield Batch([_ask(client, settings, settings.page_id, {"fields": COUNTERS}, Raw)])


def posts(client: Client, settings: FacebookSettings, window: Window) -> Iterator[Batch]:
    """Read the posts of one day."""
    return (Batch(page.data) for page in _published(client, settings, window))


def comments(client: Client, settings: FacebookSettings, window: Window) -> Iterator[Batch]:
    """Read the comments on the posts of the last days.

    How old a comment may be is counted from its post, not from the window: so days give together
    what a longer window gives. A post that is deleted before its comments are asked for looks like
    one that may not be read: a note counts them, and when all are so, the window is refused.
    """
    age, seen, gone = DAY * settings.comment_days, 0, 0
    asked = {"fields": COMMENT, "filter": "stream", "order": "chronological"}
    for page in _published(client, settings, Window(window.start - age, window.end)):
        for key, made in map(mark_of, count(1), page.data):
            seen += 1
            try:
                for found in _listed(client, settings, f"{key}/comments", **asked):
                    young = [
                        with_key(comment, "post_id", encode(key))
                        for comment in found.data
                        if (moment := moment_of(comment)) is None or moment < made + age
                    ]
                    yield Batch(young)
            except RequestRefused as error:
                if not error.seen.endswith(GONE):
                    raise
                gone += 1
    if gone == seen > FEW:
        raise CredentialsRefused(
            f"facebook: all {gone} posts answer that they are gone, or hidden from the token",
            "posts that were listed a moment ago are not all deleted since, so comments would lack",
            "check the token's permission pages_read_user_content",
        )
    if gone:
        yield Batch(note=f"{gone} posts are gone or hidden")


def insights(client: Client, settings: FacebookSettings, window: Window) -> Iterator[Batch]:
    """Read the metrics of one report day, each by itself."""
    span = {"since": f"{window.start:%Y-%m-%d}", "until": f"{window.start + DAY:%Y-%m-%d}"}
    for metric in filter(None, settings.metrics.split(",")):
        asked = {"metric": metric, "period": "day", **span}
        try:
            answer = _ask(client, settings, f"{settings.page_id}/insights", asked, Insights)
        except RequestRefused as error:
            if not error.seen.endswith(WITHDRAWN):
                raise
            yield Batch([unavailable(settings.page_id, metric)])
            continue
        yield Batch(answer.data) if answer.has_values() else Batch(note="not ready yet")


def ratings(client: Client, settings: FacebookSettings, window: Window) -> Iterator[Batch]:
    """Read the recommendations, newest first, until they are older than the window."""
    for page in _listed(client, settings, f"{settings.page_id}/ratings", fields=RATING):
        yield Batch(page.data)
        if page.is_behind(window.start):
            return


def _published(client: Client, settings: FacebookSettings, window: Window) -> Iterator[Listed]:
    """Yield the pages of the posts that were published in a window."""
    since, until = (str(int(moment.timestamp())) for moment in (window.start, window.end))
    place = f"{settings.page_id}/published_posts"
    return _listed(client, settings, place, fields=POST, since=since, until=until)


def _listed(
    client: Client, settings: FacebookSettings, place: str, **asked: str
) -> Iterator[Listed]:
    """Yield the pages of a list."""

    def fetch(after: str | None) -> Listed:
        params = {"limit": "100", **asked, **({"after": after} if after else {})}
        return _ask(client, settings, place, params, Listed)

    return by_cursor(fetch, Listed.following)


def _ask(
    client: Client,
    settings: FacebookSettings,
    place: str,
    params: Mapping[str, str],
    shape: type[T],
) -> T:
    """Read one answer, with the proof that the app sends it where the app's secret is known."""
    if settings.app_secret:
        proof = hmac.digest(settings.app_secret.encode(), settings.token.encode(), hashlib.sha256)
        params = {**params, "appsecret_proof": proof.hex()}
    return client.get(f"/{settings.api_version}/{place}", params, shape)
