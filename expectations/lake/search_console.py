"""Search Console: a position begins at 1, and there is no click without an impression."""

from expectations.lake.rules import Rule, StreamRules, counts

OWNER = "web analytics data"
RESULTS = (
    *counts("clicks"),
    Rule("impressions", "$.impressions", 1),
    Rule("ctr", "$.ctr", 0, 1),
    Rule("position", "$.position", 1),
)

STREAMS = {"by_query_page": StreamRules(RESULTS), "by_date": StreamRules(RESULTS)}
