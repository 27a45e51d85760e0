"""The truth of what is said in public: crises and their causes, campaigns, and what people think.

A crisis is a story that makes people angry in public at the setting it has; a placebo makes none.
Opinions are told by the way on which people came, and origins say who came on which.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from sandbox.moments import DAY, as_datetime
from sandbox.stories import Campaign, ClumsyPost, Outage, OutsideRumour, PriceChange
from sandbox.world import World

_TEXT, _REAL, _AT = pa.string(), pa.float64(), pa.timestamp("us", tz="UTC")

SCHEMAS: dict[str, list[tuple[str, pa.DataType]]] = {
    "crises": [("story_slug", _TEXT), ("cause_type", _TEXT), ("onset_at", _AT), ("ended_at", _AT)],
    "campaigns": [("story_slug", _TEXT), ("started_at", _AT), ("ended_at", _AT)],
    "origins": [("person_id", _TEXT), ("origin_type", _TEXT)],
    "rival_posts": [("post_id", _TEXT), ("brand_slug", _TEXT), ("created_at", _AT)],
    "opinions": [
        ("week_on", pa.date32()),
        ("origin_type", _TEXT),
        ("person_count", pa.int64()),
        ("net_sentiment", _REAL),
        ("voice_count", _REAL),  # persons expected to be heard within four weeks
        ("voiced_net_sentiment", _REAL),
    ],
}


def rows(world: World, until_us: int) -> dict[str, list[tuple[Any, ...]]]:
    """Give the rows of these tables before a moment."""
    start_us = world.company.start_us
    crises, campaigns = [], []
    for story in world.company.climate.stories:
        begins, ends = story.begins(start_us), story.ends(start_us)
        if begins >= until_us:
            continue
        when = (as_datetime(begins), None if ends is None else as_datetime(ends))
        if isinstance(story, Campaign) and story.posts_per_customer:
            campaigns.append((story.slug, *when))
        cause = _cause(story)
        if cause is not None:
            crises.append((story.slug, cause, *when))
    opinions = [
        (
            as_datetime(week_us).date(),
            kind,
            told.persons,
            told.net / told.persons,
            told.voices,
            told.voiced_net / told.voices if told.voices else None,
        )
        for week_us, kind, told in world.opinions.weeks
        if week_us + 7 * DAY <= until_us
    ]
    rivals = [
        (post.post_id, post.brand, as_datetime(post.us))
        for post in world.company.rival_posts
        if post.us < until_us
    ]
    people = world.company.people
    known = {one.person for one in world.company.books.contacts if one.created_us < until_us}
    origins = [
        (people[number].person_id, "sales" if people[number].comes_offline else "web")
        for number in sorted(known)
    ]
    return {
        "crises": crises,
        "campaigns": campaigns,
        "origins": origins,
        "rival_posts": rivals,
        "opinions": opinions,
    }


def _cause(story: object) -> str | None:
    """Give what a story's crisis is due to, None when it makes none."""
    match story:
        case Outage(is_felt=True):
            return "it_incident"
        case PriceChange(post_share=share) if share:
            return "price"
        case ClumsyPost(posts_per_customer=share) if share:
            return "own_post"
        case OutsideRumour(posts_per_customer=share) if share:
            return "outside"
    return None
