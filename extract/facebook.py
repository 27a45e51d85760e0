"""Facebook Pages: the page's counters, its posts, comments on them, daily insights, ratings.

**What.** Key is the id, of a rating its story's id. `page_counters` is what holds now; a post lies
in the file of the day it was published on, a comment and a rating in that of their own moment.
**Endpoints.** `/{version}/{page}`, `/{page}/published_posts`, `/{post}/comments?filter=stream`,
`/{page}/insights`, `/{page}/ratings`; page access token as bearer, and `appsecret_proof` when
`app_secret` is given. Permissions `pages_read_engagement`, `pages_read_user_content`,
`read_insights`.
**Paging.** `paging.cursors.after` for as long as there is a `paging.next`. Pages may be short or
empty. The link itself carries the token and is never followed.
**Limits.** 4,800 calls in 24 hours for each engaged user. 400 with code 4, 17, 32, 613 or 800xx;
`X-Business-Use-Case-Usage` tells the wait in minutes, and the run is put off so long.
**Window.** `since` and `until` select posts; whether `until` belongs to it is not promised, so rows
outside are cut. Comments are cut here. Insights are asked for one report day, in Pacific time.
**Late data.** Edits and counts do not move `created_time`: posts of the last 7 days are read again
and replaced, ratings of 7 days read again. Comments are looked for on posts of the last
`comment_days`; one that comes later is never read, and a deleted one stays. Insights of 3 days are
read again; a day that has not ended in Pacific time gives the note `not ready yet`, which is
expected for 60 hours.
**Quirks.** Metrics are asked for one by one, because one invalid metric fails the whole call; one
that was withdrawn (`page_fans`, `page_impressions*` since 2025-11-15) lands as `metric_unavailable`
without a value. `end_time` is the end of the day. Values that are objects are not read. Code 190
with status 400 is a token that expired. Ratings are taken to be newest first.
**Try it.** `cxw extract facebook published_posts --from 2026-09-28 --to 2026-09-29`
"""

from __future__ import annotations

from datetime import timedelta

from extract import facebook_model as model
from extract import facebook_reading as reading
from extract.access import Access, Pace
from extract.facebook_limits import verdict
from extract.source import DAY, Kind, Settings, Source, Stream

LATE = timedelta(days=2, hours=12)  # until then a day without insights may not be ready yet


class FacebookSettings(Settings, frozen=True, kw_only=True):
    """How to reach a page; `base_url` is https://graph.facebook.com."""

    token: str
    page_id: str
    app_secret: str = ""
    api_version: str = "v26.0"
    metrics: str = "page_follows,page_media_view,page_total_media_view_unique,page_post_engagements"
    comment_days: int = 28
    requests_per_minute: int = 200


def access(settings: FacebookSettings) -> Access:
    """Return how the page wants to be asked."""
    headers, pace = {"Authorization": f"Bearer {settings.token}"}, settings.requests_per_minute
    return Access("facebook", settings.base_url, headers, None, verdict, Pace(pace, 60.0))


STREAMS = (
    Stream("page_counters", Kind.SNAPSHOT, ("id",), reading.counters, model=model.Page),
    Stream(
        "published_posts",
        Kind.RESTATE,
        ("id",),
        reading.posts,
        "created_time",
        restate_days=7,
        model=model.Post,
    ),
    Stream(
        "comments",
        Kind.EVENT,
        ("id",),
        reading.comments,
        "created_time",
        pii=("message", "from"),
        model=model.Comment,
    ),
    Stream(
        "page_insights",
        Kind.RESTATE,
        ("id",),
        reading.insights,
        restate_days=3,
        late=LATE,
        model=model.Insight,
    ),
    Stream(
        "ratings",
        Kind.EVENT,
        ("open_graph_story.id",),
        reading.ratings,
        "created_time",
        overlap=7 * DAY,
        pii=("review_text", "reviewer"),
        model=model.Rating,
    ),
)
SOURCE = Source("facebook", FacebookSettings, access, STREAMS)
