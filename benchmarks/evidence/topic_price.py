"""Posts about the price in the week after it was raised, beyond what the weekdays usually bring."""

from __future__ import annotations

from math import sqrt

from benchmarks.evidence import Analytic, Connection, Estimate
from sandbox.stories import PriceChange

# The company knows when it told its price. A week later the usual days would hold the story itself.
WEEK = f"""
select min(created_on) + {PriceChange().after_days} as from_on from fct_mentions
"""
TRUE = """
select count(*) from truth_posts, truth_stories
where
    story_slug = 'price_change'
    and true_topic = 'price'
    and created_at >= started_at
    and created_at < date_trunc('day', started_at) + interval 7 day
    and post_id not in (select post_id from truth_withdrawn_posts)
"""
FOUND = f"""
select sum(text_delta_count), sum(power(margin_of_error, 2))
from agg_topics_daily, ({WEEK}) as week
where
    topic_slug = 'price'
    and channel_slug = 'x'
    and written_on between from_on and from_on + 6
    and margin_of_error is not null
"""


def planted(connection: Connection) -> float:
    """Count the posts that people truly wrote about it."""
    return float(connection.execute(TRUE).fetchall()[0][0])


def estimate(connection: Connection) -> Estimate | None:
    """Add up the changes of the week's days; their margins add up in squares."""
    [(more, squares)] = connection.execute(FOUND).fetchall()
    if more is None:
        return None
    margin = sqrt(squares)
    return Estimate(float(more), more - margin, more + margin)


ANALYTIC = Analytic(
    slug="topic_price",
    story="price_change",
    title="Posts about the price after it was raised, beyond the usual",
    unit="posts on X",
    planted=planted,
    estimate=estimate,
)
