"""What is true at the IT desk as of a moment: its tasks, and which promises were broken.

A promise is judged by adding up the time that its clock ran, never by the vendor's planned end.
Deleted tasks are left out, with the promises on them.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from sandbox.books import PromiseFact
from sandbox.company import Company
from sandbox.moments import SECOND, as_datetime
from sandbox.service_clock import Schedule, worked

_TEXT, _WHOLE, _AT = pa.string(), pa.int64(), pa.timestamp("us", tz="UTC")

SCHEMAS: dict[str, list[tuple[str, pa.DataType]]] = {
    "service_tasks": [
        ("task_id", _TEXT),
        ("table_name", _TEXT),
        ("opened_at", _AT),
        ("ended_at", _AT),
        ("reopen_count", _WHOLE),
        ("is_major", pa.bool_()),
    ],
    "service_promises": [
        ("promise_id", _TEXT),
        ("task_id", _TEXT),
        ("definition", _TEXT),
        ("started_at", _AT),
        ("ended_at", _AT),
        ("promised_seconds", _WHOLE),
        ("worked_seconds", _WHOLE),
        ("is_broken", pa.bool_()),
    ],
}


def rows(company: Company, until_us: int) -> dict[str, list[tuple[Any, ...]]]:
    """Give the rows of both tables before a moment."""
    gone = {key for key, us in company.books.deleted_tasks.items() if us < until_us}
    tasks = []
    for fact in company.books.service_tasks:
        seen = [state for state in fact.states if state[0] < until_us]
        if seen and fact.sys_id not in gone:
            _, over_us, reopened = seen[-1]
            over = None if over_us is None else as_datetime(over_us)
            opened = as_datetime(fact.opened_us)
            tasks.append((fact.sys_id, fact.table, opened, over, reopened, fact.is_major))
    promises = [
        _judged(fact, until_us)
        for fact in company.books.promises
        if fact.running[0][0] + SECOND < until_us and fact.task not in gone
    ]
    return {"service_tasks": sorted(tasks), "service_promises": sorted(promises)}


def _judged(fact: PromiseFact, until_us: int) -> tuple[Any, ...]:
    schedule: Schedule = "always" if fact.schedule == "always" else "office"
    spent = sum(
        worked(schedule, since, until_us if until is None else min(until, until_us))
        for since, until in fact.running
        if since < until_us
    )
    is_over = fact.ended_us is not None and fact.ended_us + 2 * SECOND < until_us
    return (
        fact.sys_id,
        fact.task,
        fact.definition,
        as_datetime(fact.running[0][0]),
        as_datetime(fact.ended_us) if is_over and fact.ended_us is not None else None,
        fact.target // SECOND,
        spent // SECOND,
        spent > fact.target,
    )
