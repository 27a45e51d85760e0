"""Bluesky: posts found by search, own posts, snapshots of their counters and of the account."""

from expectations.lake.rules import StreamRules, counts, moments

OWNER = "social data"
COUNTERS = ("likeCount", "repostCount", "replyCount", "quoteCount")

STREAMS = {
    "search_posts": StreamRules((*moments("sortAt", "indexedAt"), *counts(*COUNTERS)), 48),
    "own_posts": StreamRules(
        (
            *moments("sortAt", "post.indexedAt"),
            *counts(*(f"post.{name}" for name in COUNTERS)),
        ),
        fresh_hours=336,
    ),
    "post_metrics": StreamRules((*moments("indexedAt"), *counts(*COUNTERS))),
    "profile": StreamRules(counts("followersCount", "followsCount", "postsCount")),
}
