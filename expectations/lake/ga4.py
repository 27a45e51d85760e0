"""GA4: events of the BigQuery export, which come in columns, and the Data API's daily report."""

from expectations.lake.rules import Rule, StreamRules, counts

OWNER = "web analytics data"

STREAMS = {
    "events": StreamRules(
        (Rule("event_timestamp", "event_timestamp", is_moment=True),), fresh_hours=18
    ),
    "report_daily": StreamRules(
        counts("sessions", "engagedSessions", "activeUsers", "keyEvents", "screenPageViews")
    ),
}
