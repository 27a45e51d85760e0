"""A task of the IT desk and what is written down of it: its states, its promises, its end."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.books import PromiseFact, ServiceTaskFact
from sandbox.company import Company
from sandbox.moments import SECOND
from sandbox.render_servicenow import (
    GONE,
    deletion_record,
    promise_id,
    promise_record,
    stamp,
    sys_id,
    task_record,
)
from sandbox.service_clock import Promise, Schedule, promise


@dataclass(slots=True)
class Task:
    """An incident or a requested item as the desk holds it now."""

    table: str
    number: str
    caller: str
    subject: str
    category: str
    priority: str
    group: str
    opened_us: int
    state: str = "1"
    stage: str = "waiting_for_approval"
    assignee: str = ""
    parent: str = ""
    close_code: str = ""
    is_major: bool = False
    is_broken: bool = False
    resolved_us: int | None = None
    closed_us: int | None = None
    due_us: int | None = None
    reassigned: int = 0
    reopened: int = 0
    changes: int = 0
    promises: list[Promise] = field(default_factory=list)
    states: list[tuple[int, int | None, int]] = field(default_factory=list)

    @property
    def sys_id(self) -> str:
        """The id of the row."""
        return sys_id(self.table, self.number)


def give_promise(
    company: Company, task: Task, name: str, schedule: Schedule, target: int, us: int
) -> None:
    """Let the clock of a promise on a task begin."""
    made = promise(company.books.number("promise", 1), name, schedule, target, us)
    task.promises.append(made)
    show_promise(company, task, made, us + SECOND)


def break_promise(company: Company, task: Task, one: Promise, us: int) -> None:
    """Show that a promise was broken, if that came before the moment."""
    broken = one.breaks_before(us)
    if broken is not None:
        one.is_broken = task.is_broken = True
        show_promise(company, task, one, broken)


def stop_promise(company: Company, task: Task, one: Promise, us: int) -> None:
    """End a promise, kept or broken."""
    break_promise(company, task, one, us)
    if us > one.due_us:
        one.is_broken = task.is_broken = True
    one.stop(us)
    show_promise(company, task, one, us + 2 * SECOND)


def show_promise(company: Company, task: Task, one: Promise, us: int) -> None:
    """Write a promise's state from a moment on."""
    record = promise_record(one, task.sys_id, us)
    company.books.emit("servicenow.task_sla", us, record["sys_id"], record)


def write(company: Company, task: Task, us: int) -> None:
    """Write a task's state from a moment on."""
    task.changes += 1
    over_us = task.resolved_us if task.table == "incident" else task.closed_us
    task.states.append((us, over_us, task.reopened))
    company.books.emit(f"servicenow.{task.table}", us, task.sys_id, task_record(task, us))


def delete(company: Company, task: Task, us: int) -> None:
    """Let a task and its promises vanish; the audit tells it."""
    rows = [("task_sla", promise_id(one), task.number) for one in task.promises]
    for table, key, shown in [*rows, (task.table, task.sys_id, task.number)]:
        gone = {"sys_id": key, "sys_updated_on": stamp(us), GONE: True}
        company.books.emit(f"servicenow.{table}", us, key, gone)
        record = deletion_record(table, key, shown, us)
        company.books.emit("servicenow.sys_audit_delete", us, record["sys_id"], record)
    company.books.deleted_tasks[task.sys_id] = us


def note(company: Company, task: Task) -> None:
    """Write the true life of a task down."""
    books = company.books
    gone_us = books.deleted_tasks.get(task.sys_id)
    books.service_tasks.append(
        ServiceTaskFact(
            task.sys_id, task.table, task.opened_us, tuple(task.states), gone_us, task.is_major
        )
    )
    books.promises += [
        PromiseFact(promise_id(one), task.sys_id, one.definition, one.schedule, one.target,
                    tuple(one.running), one.ended_us)
        for one in task.promises
    ]  # fmt: skip
