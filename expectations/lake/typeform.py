"""Typeform: responses to forms, and the ids of those that are still there.

Which answer is a score, and on which scale, is the company's choice; staging tests that.
A response may be deleted, so a small day that is read again may hold fewer.
"""

from expectations.lake.rules import StreamRules, moments

OWNER = "survey data"

STREAMS = {
    "responses": StreamRules(
        moments("submitted_at", "landed_at"), fresh_hours=168, may_lose_below=30
    ),
    "responses_ids": StreamRules(moments("submitted_at")),
}
