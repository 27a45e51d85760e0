"""GA4: events of the BigQuery export, which come in columns."""

from expectations.lake.rules import Rule, StreamRules

OWNER = "web analytics data"

STREAMS = {
    "events": StreamRules(
        (Rule("event_timestamp", "event_timestamp", is_moment=True),), fresh_hours=18
    ),
}
