"""The fields of a Facebook page's records that staging reads, and what a reader asks of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Raw, Struct, ValidationError, field
from msgspec.json import decode, encode

from extract.errors import MissingKey


class Page(Struct):
    """The page's counters at a moment; a page without ratings has no stars."""

    id: str
    fan_count: int
    followers_count: int
    overall_star_rating: float | None = None
    rating_count: int | None = None
    talking_about_count: int | None = None


class Summary(Struct):
    """How many there are of what is not listed."""

    total_count: int | None = None


class Counted(Struct):
    """A list of which only the summary is asked for."""

    summary: Summary | None = None


class Shares(Struct):
    """How often a post was shared; absent when it never was."""

    count: int


class Post(Struct):
    """A post of the page; one without words has no `message`."""

    id: str
    created_time: datetime
    updated_time: datetime | None = None
    message: str | None = None
    status_type: str | None = None
    permalink_url: str | None = None
    is_hidden: bool | None = None
    shares: Shares | None = None
    reactions: Counted | None = None
    comments: Counted | None = None


class Someone(Struct):
    """A person or a page."""

    id: str
    name: str | None = None


class Parent(Struct):
    """The comment that another one answers."""

    id: str


class Comment(Struct):
    """A comment on a post or on another comment; `post_id` is put in by the connector."""

    id: str
    created_time: datetime
    post_id: str
    message: str | None = None
    from_: Someone | None = field(name="from", default=None)
    like_count: int | None = None
    comment_count: int | None = None
    parent: Parent | None = None
    is_hidden: bool | None = None


class Value(Struct):
    """A measure of one day, which ends at `end_time`."""

    value: int | float | None
    end_time: datetime


class Insight(Struct):
    """A metric of the page; one that Meta withdrew has no values and says so."""

    id: str
    name: str
    period: str
    values: list[Value]
    metric_unavailable: bool = False


class Story(Struct):
    """The story that a recommendation is; its id is the only one it has."""

    id: str


class Rating(Struct):
    """A recommendation of the page; only old ones carry stars."""

    open_graph_story: Story
    created_time: datetime
    recommendation_type: str | None = None
    rating: int | None = None
    review_text: str | None = None
    reviewer: Someone | None = None


class Cursors(Struct):
    """The places of a page within its list."""

    after: str


class Paging(Struct):
    """Where the list goes on; `next` is absent on the last page and holds the token elsewhere."""

    cursors: Cursors | None = None
    next: str | None = None

    def __post_init__(self) -> None:
        if self.next and not self.cursors:
            message = "`paging` names a next page and no cursor"
            raise ValueError(message)


class Listed(Struct):
    """A page of a list; it may hold fewer records than asked for, even none."""

    data: list[Raw]
    paging: Paging | None = None

    def following(self) -> str | None:
        """Return the cursor of the next page."""
        paging = self.paging
        return paging.cursors.after if paging and paging.next and paging.cursors else None

    def is_behind(self, moment: datetime) -> bool:
        """Tell whether a list that is newest first has come behind a moment."""
        last = moment_of(self.data[-1]) if self.data else None
        return last is not None and last < moment


class Insights(Struct):
    """The answer about one metric; its `paging` leads to other days, for ever."""

    data: list[Raw]

    def has_values(self) -> bool:
        """Tell whether the metric has a value; an odd one counts, the landing judges it."""
        try:
            return any(decode(one, type=Insight).values for one in self.data)
        except ValidationError:
            return True


class _Mark(Struct):
    id: Any = None
    created_time: datetime | None = None


def moment_of(record: Raw) -> datetime | None:
    """Return when a record was made, None when it does not tell in its usual form."""
    try:
        return decode(record, type=_Mark).created_time
    except ValidationError:
        return None


def mark_of(number: int, post: Raw) -> tuple[str, datetime]:
    """Return the id of a post and when it was published; `number` is its place on the page."""
    made = moment_of(post)
    key = decode(post, type=_Mark).id if made else None
    if made is None or not isinstance(key, str):
        raise MissingKey(
            f"facebook.published_posts: record {number} has no usable id or created_time",
            "without them its comments cannot be asked for, so nothing of the window is landed",
            "compare an answer of published_posts with the connector's model",
        )
    return key, made


def unavailable(page: str, metric: str) -> Raw:
    """Return the row that stands for a metric which Meta withdrew: no value, never a zero."""
    record = {
        "id": f"{page}/insights/{metric}/day",
        "name": metric,
        "period": "day",
        "values": [],
        "metric_unavailable": True,
    }
    return Raw(encode(record))
