"""Records of the service desks, with the few fields that matter: clocks, promises, incidents."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.dbt.tiny_lake import Row, at, iso

WORK, WAIT, REPLY = "agent_work_time", "requester_wait_time", "reply_time"


class Clocks:
    """Metric events of tickets, numbered as they are told."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def tell(self, ticket: int, metric: str, kind: str, when: str, **more: Any) -> None:
        """Tell one event of one clock."""
        key = 1000 + len(self.rows)
        payload = {
            "id": key, "ticket_id": ticket, "metric": metric, "instance_id": 1, "type": kind,
            "time": iso(when), **more,
        }  # fmt: skip
        self.rows.append(Row(str(key), payload, when))

    def status(self, ticket: int, kind: str, when: str) -> None:
        """Tell the same of both clocks that a status moves."""
        for metric in (WORK, WAIT):
            self.tell(ticket, metric, kind, when)

    def promise(self, ticket: int, minutes: int, when: str, *, is_business: bool = True) -> None:
        """Tell that a first reply is promised within so many minutes."""
        policy = {"id": "360900101", "title": "First reply"}
        sla = {"target": minutes, "business_hours": is_business, "policy": policy}
        self.tell(ticket, REPLY, "apply_sla", when, sla=sla)


def quarter(queue: str, start: str, **figures: int | float) -> Row:
    """Make a queue's figures of a quarter of an hour."""
    record = {"queue": queue, "interval_start": f"{start}Z".replace(" ", "T"), **figures}
    return Row(f"{queue}|{record['interval_start']}", record, start)


def promise(
    key: str,
    task: str,
    started: str,
    due: str,
    *,
    definition: str = "P4",
    schedule: str = "",
    ended: str = "",
    paused: str = "",
    pause_seconds: int = 0,
    planned: str = "",
    changed: str | None = None,
) -> Row:
    """Make a promise on a task of the IT desk; `due` is the first planned breach."""
    span = (at("1970-01-01") + timedelta(seconds=pause_seconds)).strftime("%Y-%m-%d %H:%M:%S")
    payload = {
        "sys_id": key, "task": task, "sla": definition, "schedule": schedule,
        "stage": "completed" if ended else "paused" if paused else "in_progress",
        "start_time": _full(started), "end_time": _full(ended), "pause_time": _full(paused),
        "planned_end_time": _full(planned or due), "original_breach_time": _full(due),
        "business_pause_duration": span if pause_seconds else "", "timezone": "UTC",
    }  # fmt: skip
    return Row(key, payload, changed or started)


def incident(key: str, opened: str, **values: str) -> Row:
    """Make an incident of the IT desk."""
    record = {
        "sys_id": key, "number": f"INC-{key}", "opened_at": _full(opened), "priority": "3",
        "assignment_group": "network", "category": "network", **values,
    }  # fmt: skip
    return Row(key, record, opened)


def _full(text: str) -> str:
    return f"{text}:00" if len(text) == len("2026-07-01 08:00") else text
