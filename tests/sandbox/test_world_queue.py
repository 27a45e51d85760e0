"""The telephone queue: first come first served, patience, shifts."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from sandbox.moments import DAY, HOUR, MINUTE, SECOND, hour_of, start_of, weekday
from sandbox.switchboard import Agent, Switchboard
from tests.sandbox.observed import lived, newest
from tests.sandbox.test_world import UNTIL, day

ROOT = Path(__file__).resolve().parents[2]
MONDAY = 20_640 * DAY  # 2026-07-06
NINE = MONDAY + 9 * HOUR


def board(*free: int) -> Switchboard:
    made = Switchboard(1, MONDAY, 10, [1, 2])
    made.agents = [
        Agent(n, MONDAY + 7 * HOUR, MONDAY + 15 * HOUR, MONDAY + 11 * HOUR, free_us)
        for n, free_us in enumerate(free)
    ]
    return made


def test_queue_answers_at_once_when_an_agent_is_free() -> None:
    taken = board(NINE + HOUR, NINE - HOUR).offer(NINE, 60 * SECOND)
    assert taken is not None
    assert (taken[0].agent_id, taken[1]) == (1, NINE)


def test_queue_lets_a_caller_wait_for_the_first_agent() -> None:
    taken = board(NINE + 50 * SECOND, NINE + 40 * SECOND).offer(NINE, 60 * SECOND)
    assert taken is not None
    assert (taken[0].agent_id, taken[1]) == (1, NINE + 40 * SECOND)


def test_queue_loses_a_caller_whose_patience_ends_first() -> None:
    assert board(NINE + 61 * SECOND).offer(NINE, 60 * SECOND) is None


def test_queue_respects_breaks_and_the_end_of_a_shift() -> None:
    at_break = board(0).offer(MONDAY + 11 * HOUR, HOUR)
    assert at_break is not None
    assert at_break[1] == MONDAY + 11 * HOUR + 30 * MINUTE
    assert board(0).offer(MONDAY + 15 * HOUR, HOUR) is None


def test_nobody_works_on_sunday() -> None:
    assert weekday(MONDAY) == 0
    assert not Switchboard(1, MONDAY + 6 * DAY, 2000, [1, 2, 3]).agents
    assert len(Switchboard(1, MONDAY, 2000, [1, 2, 3, 4]).agents) == 3


def test_a_holiday_of_the_seeds_is_lived_like_a_sunday() -> None:
    with (ROOT / "dbt_project" / "seeds" / "business_holidays.csv").open() as seed:
        told = {date.fromisoformat(row["holiday_on"]) for row in csv.DictReader(seed)}
    days = [date(2025, 1, 1) + timedelta(days=number) for number in range(3 * 365)]
    lived = {one for one in days if weekday(start_of(one)) == 6 and one.weekday() != 6}
    assert lived == {one for one in told if one in days and one.weekday() != 6}


@pytest.mark.parametrize("seed", [7, 8])
def test_callers_are_answered_in_the_order_in_which_they_came(seed: int) -> None:
    answered: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for call in lived(seed, 400, UNTIL).company.books.calls:
        if call.direction == "inbound" and call.is_answered:
            at = call.started_us + call.wait_seconds * SECOND
            entered = at - (call.queue_seconds or 0) * SECOND
            answered[at // DAY].append((entered, at))
    assert sum(map(len, answered.values())) > 300
    for day_calls in answered.values():
        order = sorted(day_calls)
        assert [at for _, at in order] == sorted(at for _, at in order)


def test_no_agent_speaks_with_two_callers_at_once() -> None:
    spans: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    world = lived(7, 400, UNTIL)
    calls = newest(world, "zendesk.calls", day(UNTIL))
    for call in world.company.books.calls:
        agent = calls.get(str(call.call_id), {}).get("agent_id")
        if agent is not None:
            begins = call.started_us + call.wait_seconds * SECOND
            spans[agent].append((begins, call.ended_us + call.wrap_up_seconds * SECOND))
    assert spans
    for busy in spans.values():
        busy.sort()
        assert all(one[1] <= other[0] for one, other in pairwise(busy))


def test_calls_follow_the_hours_and_the_week() -> None:
    by_weekday: defaultdict[int, int] = defaultdict(int)
    by_hour: defaultdict[int, int] = defaultdict(int)
    for call in lived(7, 400, UNTIL).company.books.calls:
        if call.direction == "inbound" and call.started_us // DAY != 20_675:  # the outage
            by_weekday[weekday(call.started_us)] += 1
            by_hour[hour_of(call.started_us)] += 1
    assert by_weekday[0] > by_weekday[5] > by_weekday[6]
    assert by_hour[10] > by_hour[19] > by_hour[22]


def test_some_hang_up_within_seconds_and_some_leave_a_message() -> None:
    world = lived(7, 1000, "2026-08-20")
    abandoned = [call for call in world.company.books.calls if call.is_abandoned]
    assert any((call.queue_seconds or 0) <= 5 for call in abandoned)
    assert any((call.queue_seconds or 0) > 60 for call in abandoned)
    states = {
        r["completion_status"] for r in newest(world, "zendesk.calls", day("2026-08-20")).values()
    }
    assert states == {
        "completed",
        "abandoned_in_queue",
        "abandoned_in_ivr",
        "abandoned_in_voicemail",
    }
