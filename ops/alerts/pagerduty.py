"""An alert as an event of PagerDuty's Events API v2: triggered by its id, resolved by the same.

The id is the `dedup_key`, so an event that is sent twice is one incident, and the closing resolves
what the opening opened. Sizes: key 255 characters, summary 1,024, the whole event 512 KB.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

ENDPOINT = "https://events.pagerduty.com/v2/enqueue"
KEY, SUMMARY, DETAIL = 255, 1024, 8000
SEVERITIES = {"page": "critical", "ticket": "warning", "notice": "info"}
DETAILS = ("what", "since", "often", "stale", "read_by", "served", "repeat", "runbook", "log")


def payload(filed: dict[str, Any], routing_key: str) -> dict[str, Any]:
    """Return the event that opens or resolves an alert."""
    event: dict[str, Any] = {"routing_key": routing_key, "dedup_key": dedup_key(filed["id"])}
    if filed["closed"]:
        return event | {"event_action": "resolve"}
    summary = f"{filed['title']} · {filed['dag_id']}: {filed['what'][0]}"
    links = [
        {"href": filed[name], "text": name}
        for name in ("runbook", "log")
        if filed[name].startswith(("https://", "http://"))
    ]
    return event | {
        "event_action": "trigger",
        "client": "cx-warehouse",
        "links": links,
        "payload": {
            "summary": summary[:SUMMARY],
            "source": "cx-warehouse",
            "severity": SEVERITIES[filed["severity"]],
            "timestamp": filed["at"],
            "component": filed["dag_id"],
            "class": filed["kind"],
            "custom_details": {name: _detail(filed[name]) for name in DETAILS},
        },
    }


def dedup_key(alert_id: str) -> str:
    """Return the alert's id as PagerDuty takes it: a long one keeps its head and gets a hash."""
    if len(alert_id) <= KEY:
        return alert_id
    return f"{alert_id[: KEY - 17]}-{sha256(alert_id.encode()).hexdigest()[:16]}"


def _detail(value: Any) -> str:
    text = value if isinstance(value, str) else "\n".join(value)
    return text[:DETAIL]
