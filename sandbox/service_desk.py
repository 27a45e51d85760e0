"""The IT desk of Northwind's own employees: incidents, requested items, and the promises on them.

A task's whole life is drawn on the day it is opened, from draws of its own, so that no other vendor
sees another number because of it. The planted outage of the company is its major incident here, in
the same moments; the employees' reports of it are its children.
"""

from __future__ import annotations

from random import Random

from sandbox.books import EmergencyFact
from sandbox.chance import count, exponential, pick
from sandbox.company import Company
from sandbox.moments import DAY, HOUR, MINUTE, SECOND, to_seconds, weekday
from sandbox.render_servicenow import group_record, sys_id
from sandbox.service_clock import Schedule, after
from sandbox.service_task import (
    Task,
    break_promise,
    delete,
    give_promise,
    note,
    show_promise,
    stop_promise,
    write,
)
from sandbox.stories import Outage
from sandbox.stories.emergencies import FalseAlarm, Missed

GROUPS = ("Service Desk", "Workplace", "Network", "Applications", "Telephony")
SUBJECTS = (
    ("software", 3, "Application does not start"),
    ("software", 3, "Report shows no data since the update"),
    ("inquiry", 0, "Password expired"),
    ("inquiry", 0, "No access to the shared folder"),
    ("hardware", 1, "Laptop does not charge"),
    ("hardware", 1, "Second screen stays black"),
    ("network", 2, "VPN drops every few minutes"),
    ("telephony", 4, "Softphone drops calls"),
)
ITEMS = ("Laptop", "Headset", "Access to the CRM", "Software licence", "Mobile phone")
PRIORITIES = [("2", 0.07), ("3", 0.3), ("4", 0.5), ("5", 0.13)]
BY_WEEKDAY = (1.3, 1.1, 1.0, 1.0, 0.9, 0.12, 0.08)
# Of each priority: response and resolution promised, by which schedule, and what work takes.
PROMISED: dict[str, tuple[int, int, Schedule, int]] = {
    "1": (15 * MINUTE, 4 * HOUR, "always", 3 * HOUR),
    "2": (30 * MINUTE, 8 * HOUR, "always", 4 * HOUR),
    "3": (2 * HOUR, 16 * HOUR, "office", 8 * HOUR),
    "4": (4 * HOUR, 30 * HOUR, "office", 14 * HOUR),
    "5": (8 * HOUR, 50 * HOUR, "office", 20 * HOUR),
}
FULFILMENT = 30 * HOUR
CLOSED_AFTER = 7 * DAY


def service_day(company: Company, day_us: int) -> None:
    """Let the employees of one day report and request, and the desk change its groups."""
    day = company.day_index(day_us)
    rng = company.rng("service desk", day)
    _groups(company, day_us, day)
    staff = max(20, company.customers // 10)
    usual = BY_WEEKDAY[weekday(day_us)] * staff
    for _ in range(count(rng, 0.03 * usual)):
        _incident(company, rng, day_us + _hour(rng), staff)
    for _ in range(count(rng, 0.02 * usual)):
        _item(company, rng, day_us + _hour(rng), staff)
    if day % 3 == 1:
        _mistake(company, rng, day_us + 10 * HOUR + rng.randrange(4 * HOUR), staff)
    for begin, end, story in company.climate.incidents_of(day_us):
        if isinstance(story, (Missed, FalseAlarm)):
            _misjudged(company, begin, end, story, staff)
        else:
            _outage(company, rng, begin, end, story, staff)


def _hour(rng: Random) -> int:
    return to_seconds(7 * HOUR + int(rng.random() * 11 * HOUR))


def _groups(company: Company, day_us: int, day: int) -> None:
    if day == 0:
        name = "glide.invalid_query.returns_no_rows"
        company.books.emit("servicenow.sys_properties", day_us, name, {"value": "false"})
    changed = GROUPS if day == 0 else GROUPS[day // 4 % 5 :][:1] if day % 4 == 2 else ()
    for name in changed:
        manager = sys_id("sys_user", "manager", name, day // 20)
        us = day_us + (MINUTE if day == 0 else 9 * HOUR)
        record = group_record(name, manager, company.start_us - 400 * DAY, us)
        company.books.emit("servicenow.sys_user_group", us, record["sys_id"], record)


def _report(company: Company, rng: Random, us: int, staff: int, priority: str) -> Task:
    category, group, subject = SUBJECTS[rng.randrange(len(SUBJECTS))]
    number = f"INC{company.books.number('incident', 10_001):07d}"
    caller = sys_id("sys_user", rng.randrange(staff))
    group_id = sys_id("sys_user_group", GROUPS[group])
    return Task("incident", number, caller, subject, category, priority, group_id, us)


def _incident(company: Company, rng: Random, us: int, staff: int) -> None:
    us = to_seconds(us)
    task = _report(company, rng, us, staff, pick(rng, PRIORITIES))
    response, _, schedule, work = PROMISED[task.priority]
    _open(company, task)
    taken = after(schedule, us, to_seconds(int(exponential(rng, response * 0.4))) + MINUTE)
    _take(company, task, taken)
    effort = to_seconds(int(exponential(rng, work))) + 5 * MINUTE
    first = to_seconds(effort // 3)
    at = after(schedule, taken, first)
    if rng.random() < 0.2:
        at = _reassign(company, task, at, rng)
    if rng.random() < 0.25:
        at = _hold(company, task, at, to_seconds(rng.randrange(2 * HOUR, 2 * DAY)))
    at = after(schedule, at, effort - first)
    _resolve(company, task, at, "Solved (Permanently)")
    if rng.random() < 0.07:
        at += to_seconds(rng.randrange(2 * HOUR, 3 * DAY))
        at = _reopen(company, task, at, rng)
    _close(company, task, at + CLOSED_AFTER)
    if rng.random() < 0.01:
        delete(company, task, at + CLOSED_AFTER + DAY)
    note(company, task)


def _open(company: Company, task: Task) -> None:
    write(company, task, task.opened_us)
    response, resolution, schedule, _ = PROMISED[task.priority]
    give_promise(company, task, f"P{task.priority} response", schedule, response, task.opened_us)
    give_promise(
        company, task, f"P{task.priority} resolution", schedule, resolution, task.opened_us
    )


def _take(company: Company, task: Task, us: int) -> None:
    task.state, task.assignee = "2", sys_id("sys_user", "fixer", task.group, task.number[-1])
    stop_promise(company, task, task.promises[0], us)
    write(company, task, us)


def _reassign(company: Company, task: Task, us: int, rng: Random) -> int:
    us += to_seconds(rng.randrange(10 * MINUTE, HOUR))
    task.group = sys_id("sys_user_group", GROUPS[rng.randrange(len(GROUPS))])
    task.assignee, task.reassigned = sys_id("sys_user", "fixer", task.group, task.number[-1]), 1
    write(company, task, us)
    return us


def _hold(company: Company, task: Task, us: int, pause: int) -> int:
    held, running = task.state, task.promises[-1]
    task.state = "3" if task.table == "incident" else "-5"
    break_promise(company, task, running, us)
    running.pause(us)
    show_promise(company, task, running, us)
    write(company, task, us)
    task.state = held
    running.resume(us + pause)
    show_promise(company, task, running, us + pause)
    write(company, task, us + pause)
    return us + pause


def _resolve(company: Company, task: Task, us: int, code: str) -> None:
    task.state, task.resolved_us, task.close_code = "6", us, code
    stop_promise(company, task, task.promises[-1], us)
    write(company, task, us + SECOND)


def _reopen(company: Company, task: Task, us: int, rng: Random) -> int:
    """Let the caller come back: a new promise runs, the old one stays as it ended."""
    _, resolution, schedule, work = PROMISED[task.priority]
    task.state, task.resolved_us, task.close_code, task.reopened = "2", None, "", 1
    write(company, task, us)
    give_promise(company, task, f"P{task.priority} resolution", schedule, resolution, us)
    at = after(schedule, us, to_seconds(int(exponential(rng, work / 2))) + 10 * MINUTE)
    _resolve(company, task, at, "Solved (Work Around)")
    return at


def _close(company: Company, task: Task, us: int) -> None:
    task.state, task.closed_us = "7", us
    write(company, task, us)


def _item(company: Company, rng: Random, us: int, staff: int) -> None:
    us = to_seconds(us)
    wanted = ITEMS[rng.randrange(len(ITEMS))]
    number = company.books.number("requested item", 10_001)
    caller, group = sys_id("sys_user", rng.randrange(staff)), sys_id("sys_user_group", GROUPS[1])
    key = sys_id("sc_cat_item", wanted)
    task = Task("sc_req_item", f"RITM{number:07d}", caller, wanted, key, "4", group, us)
    task.parent, task.due_us = sys_id("sc_request", number), after("office", us, FULFILMENT)
    write(company, task, us)
    at = after("office", us, to_seconds(int(exponential(rng, 5 * HOUR))) + MINUTE)
    if rng.random() < 0.08:
        task.state, task.stage, task.closed_us = "4", "request_cancelled", at
        write(company, task, at)
        note(company, task)
        return
    task.state, task.stage = "2", "fulfillment"
    write(company, task, at)
    give_promise(company, task, "Fulfilment", "office", FULFILMENT, at)
    if rng.random() < 0.2:
        at = _hold(company, task, at + HOUR, to_seconds(rng.randrange(DAY, 3 * DAY)))
    at = after("office", at, to_seconds(int(exponential(rng, 14 * HOUR))) + HOUR)
    task.state, task.stage, task.closed_us = "3", "completed", at
    stop_promise(company, task, task.promises[-1], at)
    write(company, task, at + SECOND)
    note(company, task)


def _mistake(company: Company, rng: Random, us: int, staff: int) -> None:
    """Report something that the desk deletes, with the promises on it."""
    task = _report(company, rng, to_seconds(us), staff, "4")
    _open(company, task)
    delete(company, task, task.opened_us + to_seconds(rng.randrange(20 * MINUTE, 200 * MINUTE)))
    note(company, task)


def _outage(company: Company, rng: Random, begin: int, end: int, story: Outage, staff: int) -> None:
    major = _report(company, rng, begin, staff, "1")
    major.subject, major.category, major.is_major = "Northwind is down", "network", True
    major.group = sys_id("sys_user_group", GROUPS[2])
    _open(company, major)
    _take(company, major, begin + 6 * MINUTE)
    _resolve(company, major, end, "Solved (Permanently)")
    _close(company, major, end + CLOSED_AFTER)
    note(company, major)
    _note_emergency(company, major, begin, end, story)
    for _ in range(count(rng, 0.15 * staff)):
        us = begin + to_seconds(int(rng.random() * (end - begin - HOUR))) + 10 * MINUTE
        child = _report(company, rng, us, staff, "3")
        child.subject, child.category, child.parent = "Nothing works", "network", major.sys_id
        _open(company, child)
        _take(company, child, us + to_seconds(rng.randrange(5 * MINUTE, 40 * MINUTE)))
        at = end + to_seconds(rng.randrange(5 * MINUTE, 50 * MINUTE))
        _resolve(company, child, at, "Resolved by parent")
        _close(company, child, at + CLOSED_AFTER)
        note(company, child)


def _misjudged(company: Company, begin: int, end: int, story: Outage, staff: int) -> None:
    """Report an emergency as something small, or something small as an emergency."""
    rng = company.rng("misjudged", story.slug, begin)
    is_missed = isinstance(story, Missed)
    task = _report(company, rng, begin, staff, "2" if is_missed else "1")
    task.subject = "Sign-in is slow for some" if is_missed else "Shop seems to be down"
    task.category, task.is_major = "network", not is_missed
    task.group = sys_id("sys_user_group", GROUPS[2])
    _open(company, task)
    _take(company, task, begin + to_seconds(rng.randrange(8 * MINUTE, 25 * MINUTE)))
    _resolve(company, task, end, "Solved (Work Around)")
    _close(company, task, end + CLOSED_AFTER)
    note(company, task)
    _note_emergency(company, task, begin, end, story)


def _note_emergency(company: Company, task: Task, begin: int, end: int, story: Outage) -> None:
    fact = EmergencyFact(task.sys_id, story.slug, begin, end, task.is_major, story.is_felt)
    company.books.emergencies.append(fact)
