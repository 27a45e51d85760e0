"""X: posts found by search, mentions, own posts, snapshots of their counters, and withdrawals."""

from expectations.lake.rules import StreamRules, counts, moments

OWNER = "social data"
COUNTERS = ("retweet_count", "reply_count", "like_count", "quote_count", "impression_count")
POST = (*moments("created_at"), *counts(*(f"public_metrics.{name}" for name in COUNTERS)))

STREAMS = {
    "search_posts": StreamRules(POST, fresh_hours=48),
    "mentions": StreamRules(POST, fresh_hours=48),
    "own_posts": StreamRules(POST, fresh_hours=336),
    "post_metrics": StreamRules(POST),
    "compliance": StreamRules(moments("created_at", "redacted_at")),
}
