"""Zendesk: tickets and users, Talk calls and legs, satisfaction ratings."""

from expectations.lake.rules import Rule, StreamRules, counts, moments, seconds

OWNER = "service desk data"
STAMPS = moments("created_at", "updated_at")
REPLY = "$.metric_set.reply_time_in_minutes.calendar"

STREAMS = {
    "tickets": StreamRules(
        (
            *STAMPS,
            Rule("first_reply_minutes", REPLY, 0),
            *counts("metric_set.replies", "metric_set.reopens"),
        ),
        fresh_hours=18,
    ),
    "users": StreamRules(STAMPS, fresh_hours=48),
    "calls": StreamRules(
        (
            *STAMPS,
            *seconds("duration", "talk_time", "hold_time", "wrap_up_time", "wait_time"),
            *seconds("time_to_answer", "ivr_time_spent", "consultation_time", "recording_time"),
        ),
        fresh_hours=48,
    ),
    "legs": StreamRules(
        (*STAMPS, *seconds("duration", "talk_time", "hold_time", "wrap_up_time")), fresh_hours=48
    ),
    "satisfaction_ratings": StreamRules(STAMPS, fresh_hours=72),
}
