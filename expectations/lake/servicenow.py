"""ServiceNow: incidents, requested items, promises on them, groups, deletions.

Values are text and an empty one stands for none, which breaks no rule. A promise's planned end lies
ahead, so it is no moment of the past.
"""

from expectations.lake.rules import Rule, StreamRules, counts, moments

OWNER = "it service data"
STAMPS = moments("sys_created_on", "sys_updated_on")
TASK = (
    *STAMPS,
    *moments("opened_at", "closed_at"),
    Rule("priority", "$.priority", 1, 5),
    *counts("reassignment_count", "sys_mod_count"),
)

STREAMS = {
    "incident": StreamRules(
        (*TASK, *moments("resolved_at"), *counts("reopen_count")), fresh_hours=72
    ),
    "sc_req_item": StreamRules(TASK, fresh_hours=96),
    "task_sla": StreamRules(
        (
            *STAMPS,
            *moments("start_time", "end_time", "pause_time"),
            Rule("percentage", "$.percentage", 0),
            Rule("business_percentage", "$.business_percentage", 0),
        ),
        fresh_hours=72,
    ),
    "sys_user_group": StreamRules(STAMPS, fresh_hours=720),
    "sys_audit_delete": StreamRules(STAMPS, fresh_hours=336),
}
