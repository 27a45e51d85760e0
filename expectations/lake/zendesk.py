"""Zendesk: tickets and their clocks, users and accounts, calls, agents, both kinds of CSAT."""

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
    "ticket_metric_events": StreamRules(
        (
            *moments("time"),
            Rule("instance_id", "$.instance_id", 0),
            Rule("target_minutes", "$.sla.target", 0),
            Rule("calendar_minutes", "$.status.calendar", 0),
            Rule("business_minutes", "$.status.business", 0),
        ),
        fresh_hours=24,
    ),
    "users": StreamRules(STAMPS, fresh_hours=48),
    "organizations": StreamRules((*STAMPS, *moments("deleted_at")), fresh_hours=96),
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
    "agent_activity": StreamRules(
        (
            *counts("calls_accepted", "calls_denied", "calls_missed"),
            *seconds("online_time", "available_time", "away_time", "average_talk_time"),
            *seconds("total_talk_time", "total_hold_time", "total_wrap_up_time"),
            *seconds("total_call_duration"),
        )
    ),
    "satisfaction_ratings": StreamRules(STAMPS, fresh_hours=72),
    "survey_responses": StreamRules(moments("changed_at"), fresh_hours=72),
}
