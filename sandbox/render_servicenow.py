"""ServiceNow's records: every value is text, an empty one stands for none, times are UTC."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from sandbox.books import Record
from sandbox.moments import as_datetime
from sandbox.service_clock import Promise

if TYPE_CHECKING:
    from sandbox.service_task import Task

GONE = "_gone"  # marks the state of a row that was deleted; no table shows it
IMPACT = {"1": ("1", "1"), "2": ("1", "2"), "3": ("2", "2"), "4": ("2", "3"), "5": ("3", "3")}


def sys_id(*parts: object) -> str:
    """Give the id of a row: 32 hexadecimal digits that do not grow with time."""
    return blake2b("|".join(map(str, parts)).encode(), digest_size=16).hexdigest()


def stamp(us: int | None) -> str:
    """Write a moment as 2026-07-01 09:20:01."""
    return "" if us is None else as_datetime(us).strftime("%Y-%m-%d %H:%M:%S")


def span(us: int) -> str:
    """Write a duration as a moment after 1970-01-01, or before it when it is negative."""
    return stamp(us)


def flag(value: bool) -> str:
    """Write a truth value."""
    return "true" if value else "false"


def task_record(task: Task, us: int) -> Record:
    """Show an incident or a requested item."""
    shared = {
        "sys_id": task.sys_id,
        "number": task.number,
        "short_description": task.subject,
        "state": task.state,
        "active": flag(task.closed_us is None),
        "priority": task.priority,
        "opened_at": stamp(task.opened_us),
        "opened_by": task.caller,
        "assignment_group": task.group,
        "assigned_to": task.assignee,
        "closed_at": stamp(task.closed_us),
        "reassignment_count": str(task.reassigned),
        "sys_created_on": stamp(task.opened_us),
        "sys_updated_on": stamp(us),
        "sys_mod_count": str(task.changes),
    }
    impact, urgency = IMPACT[task.priority]
    if task.table == "sc_req_item":
        return shared | {
            "request": task.parent,
            "requested_for": task.caller,
            "cat_item": task.category,
            "stage": task.stage,
            "due_date": stamp(task.due_us),
        }
    return shared | {
        "impact": impact,
        "urgency": urgency,
        "category": task.category,
        "caller_id": task.caller,
        "resolved_at": stamp(task.resolved_us),
        "close_code": task.close_code,
        "reopen_count": str(task.reopened),
        "made_sla": flag(not task.is_broken),
        "parent_incident": task.parent,
        "major_incident_state": "accepted" if task.is_major else "",
    }


def promise_id(one: Promise) -> str:
    """Give the id of a promise."""
    return sys_id("task_sla", one.number)


def promise_record(one: Promise, task: str, us: int) -> Record:
    """Show a promise; elapsed and left are those of its last change, as the vendor's are."""
    real, business = one.spent(us, "always"), one.spent(us)
    return {
        "sys_id": promise_id(one),
        "task": task,
        "sla": sys_id("contract_sla", one.definition),
        "stage": one.stage,
        "active": flag(one.ended_us is None),
        "has_breached": flag(one.is_broken),
        "start_time": stamp(one.started_us),
        "end_time": stamp(one.ended_us),
        "planned_end_time": stamp(one.due_us),
        "original_breach_time": stamp(one.first_due_us),
        "duration": span(real),
        "business_duration": span(business),
        "percentage": f"{100 * real / one.target:.2f}",
        "business_percentage": f"{100 * business / one.target:.2f}",
        "time_left": span(one.target - real),
        "business_time_left": span(one.target - business),
        "pause_duration": span(one.paused) if one.paused else "",
        "business_pause_duration": span(one.paused_in_schedule) if one.paused else "",
        "pause_time": stamp(one.paused_us),
        "schedule": "" if one.schedule == "always" else sys_id("schedule", one.schedule),
        "timezone": "UTC",
        "sys_created_on": stamp(one.started_us),
        "sys_updated_on": stamp(us),
    }


def group_record(name: str, manager: str, created_us: int, us: int) -> Record:
    """Show a group."""
    return {
        "sys_id": sys_id("sys_user_group", name),
        "name": name,
        "description": f"{name} of Northwind's IT",
        "active": "true",
        "manager": manager,
        "email": f"{name.lower().replace(' ', '.')}@northwind.example",
        "type": "",
        "sys_created_on": stamp(created_us),
        "sys_updated_on": stamp(us),
    }


def deletion_record(table: str, key: str, shown: str, us: int) -> Record:
    """Show that a row was deleted."""
    return {
        "sys_id": sys_id("sys_audit_delete", table, key),
        "tablename": table,
        "documentkey": key,
        "display_value": shown,
        "sys_created_on": stamp(us),
        "sys_updated_on": stamp(us),
    }
