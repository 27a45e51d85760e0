"""Facebook: the page's counters, its posts, comments on them, its insights, recommendations of it.

A metric that Meta withdrew has no value, which breaks no rule.
"""

from expectations.lake.rules import Rule, StreamRules, counts, moments

OWNER = "social data"

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
    ),
    "comments": StreamRules(
        (*moments("created_time"), *counts("like_count", "comment_count")), fresh_hours=336
    ),
    "page_insights": StreamRules(
        (
            Rule("value", "$.values[0].value", 0),
            Rule("end_time", "$.values[0].end_time", is_moment=True),
        )
    ),
    "ratings": StreamRules(
        (*moments("created_time"), Rule("rating", "$.rating", 1, 5)), fresh_hours=2_160
    ),
}
