"""The fields of ServiceNow's tables that staging reads; every value is text, "" stands for none.

A reference that comes as an object instead of an id lands with an error, like any other new type.
"""

from __future__ import annotations

from msgspec import Raw, Struct, ValidationError
from msgspec.json import decode


class Row(Struct):
    """What every table has."""

    sys_id: str
    sys_created_on: str
    sys_updated_on: str


class Task(Row):
    """What incidents and requested items share."""

    number: str
    short_description: str
    state: str
    priority: str
    opened_at: str
    opened_by: str
    assignment_group: str
    assigned_to: str
    closed_at: str
    reassignment_count: str
    sys_mod_count: str


class Incident(Task):
    """Something that does not work for an employee."""

    impact: str
    urgency: str
    category: str
    caller_id: str
    resolved_at: str
    close_code: str
    reopen_count: str
    made_sla: str
    parent_incident: str = ""
    major_incident_state: str = ""  # only with the plug-in for major incidents


class RequestedItem(Task):
    """Something that an employee asked for in the catalogue."""

    request: str
    requested_for: str
    cat_item: str
    stage: str
    due_date: str


class TaskSla(Row):
    """One promise on one task; `planned_end_time` moves when the clock was paused."""

    task: str
    sla: str
    stage: str
    active: str
    has_breached: str
    start_time: str
    end_time: str
    planned_end_time: str
    original_breach_time: str
    duration: str
    business_duration: str
    percentage: str
    business_percentage: str
    time_left: str
    business_time_left: str
    pause_duration: str
    business_pause_duration: str
    pause_time: str
    schedule: str
    timezone: str


class Group(Row):
    """A group of people who work on tasks."""

    name: str
    description: str
    active: str
    manager: str
    email: str
    type: str


class Deletion(Row):
    """A record that is gone: which one, and of which table."""

    tablename: str
    documentkey: str


class Mark(Struct):
    """Which row it is; a row without a readable id is told by the landing."""

    sys_id: str


class Page(Struct):
    """A page of a table."""

    result: list[Raw]

    def last_id(self) -> str | None:
        """Return the id that the next page begins behind, None for an empty page."""
        try:
            return decode(self.result[-1], type=Mark).sys_id if self.result else None
        except ValidationError:
            return None


class Count(Struct):
    """A number, as text."""

    count: str


class Stats(Struct):
    """What the Aggregate API says of a table."""

    stats: Count


class Counted(Struct):
    """An answer of the Aggregate API."""

    result: Stats
