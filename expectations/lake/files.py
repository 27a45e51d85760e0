"""Files of the drop folder: figures of the queue, the roster, posts elsewhere, audits."""

from expectations.lake.rules import Rule, StreamRules, counts, moments, seconds

OWNER = "exported files"
FIGURES = ("offered", "answered", "answered_in_target", "abandoned", "short_abandoned")

STREAMS = {
    "acd_intervals": StreamRules(
        (
            *moments("interval_start"),
            *counts(*FIGURES),
            *seconds("mean_answered_wait_seconds", "mean_abandoned_wait_seconds"),
            *seconds("mean_handle_seconds", "longest_wait_seconds"),
        ),
        fresh_hours=24,
    ),
    "agent_roster": StreamRules((Rule("agent_id", "$.agent_id", 1),), fresh_hours=336),
    "brand_posts": StreamRules(counts("likes", "comments", "shares"), fresh_hours=72),
    "interaction_audits": StreamRules(
        (*moments("audited_at"), *counts("earned", "possible")), fresh_hours=168
    ),
}
