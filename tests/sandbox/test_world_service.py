"""The IT desk of the simulated company: clocks of promises, the outage, deletions, the placebo."""

from __future__ import annotations

from datetime import date

import pytest

from sandbox import truth_service
from sandbox.company import found
from sandbox.moments import DAY, HOUR, MINUTE, SECOND, as_datetime, start_of
from sandbox.service_clock import after, promise, worked
from sandbox.service_desk import service_day
from sandbox.stories import PLANTED

TABLES = ("incident", "sc_req_item", "task_sla")
WEDNESDAY = start_of(date(2026, 7, 1))
FRIDAY = WEDNESDAY + 2 * DAY


@pytest.fixture(scope="module")
def company():
    made = found(7, 600, date(2026, 7, 1), PLANTED)
    for day in range(50):
        service_day(made, made.start_us + day * DAY)
    return made


def newest(company, table, until_us=None):
    """Give the last state of each row, deleted ones too; of those written before a moment."""
    versions = sorted(company.books.versions[f"servicenow.{table}"], key=lambda each: each.at)
    return {
        each.key: each.record
        for each in versions
        if until_us is None or each.at < as_datetime(until_us)
    }


def shown_before(company, table, until_us):
    """Give the rows that the table showed just before a moment."""
    found = newest(company, table, until_us)
    return {key: record for key, record in found.items() if "_gone" not in record}


@pytest.mark.parametrize(
    ("since", "span", "due"),
    [
        (WEDNESDAY + 9 * HOUR, 2 * HOUR, WEDNESDAY + 11 * HOUR),
        (WEDNESDAY + 17 * HOUR, 2 * HOUR, WEDNESDAY + DAY + 9 * HOUR),
        (FRIDAY + 17 * HOUR, 2 * HOUR, FRIDAY + 3 * DAY + 9 * HOUR),
        (FRIDAY + 20 * HOUR, 11 * HOUR, FRIDAY + 4 * DAY + 9 * HOUR),
        (FRIDAY + 7 * HOUR, 10 * HOUR, FRIDAY + 3 * DAY + 8 * HOUR),
    ],
)
def test_office_clock_runs_on_working_days_from_eight_to_six(since, span, due):
    assert after("office", since, span) == due
    assert worked("office", since, due) == span
    assert after("always", since, span) == since + span


def test_pause_moves_the_planned_end_by_what_was_left():
    made = promise(1, "P4", "office", 4 * HOUR, WEDNESDAY + 9 * HOUR)
    assert made.due_us == WEDNESDAY + 13 * HOUR
    made.pause(WEDNESDAY + 10 * HOUR)
    made.resume(WEDNESDAY + DAY + 8 * HOUR)
    assert made.due_us == WEDNESDAY + DAY + 11 * HOUR
    assert made.first_due_us == WEDNESDAY + 13 * HOUR
    assert (made.paused, made.paused_in_schedule) == (22 * HOUR, 8 * HOUR)
    made.stop(WEDNESDAY + DAY + 9 * HOUR)
    assert made.spent(WEDNESDAY + 5 * DAY) == 2 * HOUR


def test_promises_break_exactly_when_their_own_clock_says_so(company):
    shown = newest(company, "task_sla")
    judged = {True: 0, False: 0}
    for fact in company.books.promises:
        record = shown[fact.sys_id]
        if fact.ended_us is None or "_gone" in record:
            continue
        spent = sum(worked(fact.schedule, since, until) for since, until in fact.running)
        assert record["has_breached"] == ("true" if spent > fact.target else "false")
        judged[spent > fact.target] += 1
    assert judged[True] > 10
    assert judged[False] > 100


def test_some_promises_were_paused_and_their_end_moved(company):
    moved = [
        record
        for record in newest(company, "task_sla").values()
        if record.get("pause_duration") and record["has_breached"] == "false"
    ]
    assert len(moved) > 10
    assert all(one["planned_end_time"] > one["original_breach_time"] for one in moved)


@pytest.mark.parametrize("days", [9, 30, 49])
def test_truth_is_what_the_rows_show_on_a_day(company, days):
    until = company.start_us + days * DAY
    told = truth_service.rows(company, until)
    shown = {table: shown_before(company, table, until) for table in TABLES}
    due = {one[0]: one for one in told["service_promises"]}
    assert set(due) == set(shown["task_sla"])
    for key, record in shown["task_sla"].items():
        *_, started, ended, promised, spent, is_broken = due[key]
        assert record["has_breached"] == ("true" if is_broken else "false")
        assert (record["end_time"] == "") == (ended is None)
        assert record["start_time"] == f"{started:%Y-%m-%d %H:%M:%S}"
        assert (spent > promised) == is_broken
    for key, table, opened, ended, reopened, _ in told["service_tasks"]:
        record = shown[table].pop(key)
        over = record["resolved_at" if table == "incident" else "closed_at"]
        assert over == (f"{ended:%Y-%m-%d %H:%M:%S}" if ended else "")
        assert record["opened_at"] == f"{opened:%Y-%m-%d %H:%M:%S}"
        assert record.get("reopen_count", "0") == str(reopened)
    assert not shown["incident"]
    assert not shown["sc_req_item"]


def test_outage_is_the_major_incident_in_the_same_moments(company):
    begin, end, _ = company.climate.outages_of(company.start_us + 40 * DAY)[0]
    (major,) = [
        record
        for record in newest(company, "incident").values()
        if record.get("major_incident_state") == "accepted"
    ]
    assert major["opened_at"] == as_datetime(begin).strftime("%Y-%m-%d %H:%M:%S")
    assert major["resolved_at"] == as_datetime(end).strftime("%Y-%m-%d %H:%M:%S")
    assert major["priority"] == "1"
    children = [
        record
        for record in newest(company, "incident").values()
        if record.get("parent_incident") == major["sys_id"]
    ]
    assert len(children) > 3
    assert all(major["opened_at"] < one["opened_at"] < major["resolved_at"] for one in children)


def test_deleted_rows_are_told_by_the_audit_and_by_nobody_else(company):
    gone = {
        (table, key)
        for table in ("incident", "sc_req_item", "task_sla")
        for key, record in newest(company, table).items()
        if "_gone" in record
    }
    told = {
        (record["tablename"], record["documentkey"])
        for record in newest(company, "sys_audit_delete").values()
    }
    assert len(gone) > 10
    assert told == gone


def test_every_value_is_text_and_times_have_no_zone(company):
    for table in ("incident", "sc_req_item", "task_sla", "sys_user_group", "sys_audit_delete"):
        for record in newest(company, table).values():
            if "_gone" not in record:
                assert all(isinstance(value, str) for value in record.values())
                assert len(record["sys_updated_on"]) == len("2026-07-01 09:20:01")


def test_placebo_has_no_major_incident():
    calm = found(7, 600, date(2026, 7, 1), ())
    for day in range(42):
        service_day(calm, calm.start_us + day * DAY)
    assert not [one for one in calm.books.service_tasks if one.is_major]


def test_later_days_change_nothing_that_was_written():
    short, long = (found(7, 200, date(2026, 7, 1), PLANTED) for _ in range(2))
    for day in range(20):
        if day < 10:
            service_day(short, short.start_us + day * DAY)
        service_day(long, long.start_us + day * DAY)
    for name, versions in short.books.versions.items():
        assert long.books.versions[name][: len(versions)] == versions


def test_spans_are_whole_seconds(company):
    for fact in company.books.promises:
        assert fact.target % MINUTE == 0
        assert all(since % SECOND == 0 for since, _ in fact.running)
