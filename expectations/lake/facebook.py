"""Facebook: the page's counters, its posts, comments on them, its insights, recommendations of it.

A metric that Meta withdrew has no value, which breaks no rule. A day holds few posts and comments,
and people delete them: a day read again may hold fewer.
"""

from expectations.lake.rules import Rule, StreamRules, counts, moments

OWNER = "social data"
FEW = 30  # rows of a file

STREAMS = {
    "page_counters": StreamRules(
        (
            *counts("fan_count", "followers_count", "rating_count", "talking_about_count"),
            Rule("overall_star_rating", "$.overall_star_rating", 0, 5),
        )
    ),
    "published_posts": StreamRules(
        (
            *moments("created_time", "updated_time"),
            Rule("shares", "$.shares.count", 0),
            Rule("reactions", "$.reactions.summary.total_count", 0),
            Rule("comments", "$.comments.summary.total_count", 0),
        ),
        fresh_hours=336,
        may_lose_below=FEW,
    ),
    "comments": StreamRules(
        (*moments("created_time"), *counts("like_count", "comment_count")),
        fresh_hours=336,
        may_lose_below=FEW,
    ),
    "page_insights": StreamRules(
        (
            Rule("value", "$.values[0].value", 0),
            Rule("end_time", "$.values[0].end_time", is_moment=True),
        )
    ),
    "ratings": StreamRules(
        (*moments("created_time"), Rule("rating", "$.rating", 1, 5)),
        fresh_hours=2_160,
        may_lose_below=FEW,
    ),
}
