"""Facebook's records: posts, comments, recommendations, counters and insights.

A post keeps what its counts will be as `_ripe` and a comment its post as `_post`: what begins with
an underscore is the sandbox's own and is not shown.
"""

from __future__ import annotations

from sandbox.books import Record
from sandbox.moments import HOUR, as_datetime

PAGE = "100200300400"
HALF_AFTER = 9 * HOUR  # a post has half of its final counts after nine hours


def stamp(us: int) -> str:
    """Write a moment as the Graph API does: 2026-07-01T07:00:00+0000."""
    return as_datetime(us).strftime("%Y-%m-%dT%H:%M:%S+0000")


def post_record(
    key: str, us: int, text: str, ripe: tuple[int, int], edited_us: int | None = None
) -> Record:
    """Show a post of the page, without its counts."""
    return {
        "id": key,
        "created_time": stamp(us),
        "updated_time": stamp(us if edited_us is None else edited_us),
        "message": text,
        "status_type": "mobile_status_update",
        "permalink_url": f"https://www.facebook.com/{key.replace('_', '/posts/')}",
        "is_hidden": False,
        "_ripe": list(ripe),
    }


def comment_record(
    key: str, post: str, us: int, text: str, writer: Record, likes: int, parent: str | None = None
) -> Record:
    """Show a comment on a post, or on another comment."""
    record: Record = {
        "id": key,
        "created_time": stamp(us),
        "message": text,
        "from": writer,
        "like_count": likes,
        "comment_count": 0,
        "is_hidden": False,
        "_post": post,
    }
    if parent is not None:
        record["parent"] = {"id": parent}
    return record


def rating_record(key: str, us: int, is_good: bool, text: str, writer: Record) -> Record:
    """Show a recommendation; it has no id of its own, its story has."""
    return {
        "created_time": stamp(us),
        "recommendation_type": "positive" if is_good else "negative",
        "review_text": text,
        "reviewer": writer,
        "open_graph_story": {"id": key, "type": "recommendations.create"},
    }


def page_record(fans: int, followers: int, stars: float, ratings: int, talking: int) -> Record:
    """Show the page with its counters."""
    return {
        "id": PAGE,
        "name": "Northwind",
        "category": "Utility company",
        "fan_count": fans,
        "followers_count": followers,
        "overall_star_rating": stars,
        "rating_count": ratings,
        "talking_about_count": talking,
    }


def insight_record(metric: str, value: int, end_us: int) -> Record:
    """Show a metric's value of one day."""
    return {
        "id": f"{PAGE}/insights/{metric}/day",
        "name": metric,
        "period": "day",
        "values": [{"value": value, "end_time": stamp(end_us)}],
        "title": metric.replace("_", " ").capitalize(),
        "description": "",
    }


def grown(final: int, age_us: int) -> int:
    """Give the count that a post has reached at an age: whole, never falling."""
    return final * max(age_us, 0) // (max(age_us, 0) + HALF_AFTER)
