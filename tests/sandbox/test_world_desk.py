"""The service desk's clocks, accounts and shifts follow from the company's own life."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.desk_hours import at_work, working_us
from sandbox.moments import MINUTE, as_datetime, as_us
from sandbox.world import World
from tests.sandbox.observed import START, day, lived, newest

UNTIL = "2026-09-29"
Event = dict[str, Any]


@pytest.fixture(scope="module")
def world() -> World:
    return lived(7, 400, UNTIL)


@pytest.fixture(scope="module")
def events(world: World) -> dict[int, list[Event]]:
    found: defaultdict[int, list[Event]] = defaultdict(list)
    for version in world.versions("zendesk.ticket_metric_events", day(UNTIL)):
        found[version.record["ticket_id"]].append(version.record)
    return {key: sorted(each, key=lambda one: one["id"]) for key, each in found.items()}


def tickets(world: World) -> dict[int, Event]:
    return {one["id"]: one for one in newest(world, "zendesk.tickets", day(UNTIL)).values()}


def spent(events: list[Event], metric: str, instance: int = 1) -> list[Event]:
    return [
        one["status"]
        for one in events
        if (one["type"], one["metric"], one["instance_id"]) == ("update_status", metric, instance)
    ]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_event_ids_are_unique_and_time_is_when_they_show(world: World) -> None:
    rows = world.versions("zendesk.ticket_metric_events", day(UNTIL))
    assert len({row.key for row in rows}) == len(rows) > 5000
    assert all(moment(row.record["time"]) == row.at for row in rows)


def test_every_ticket_starts_five_clocks_when_it_is_created(
    world: World, events: dict[int, list[Event]]
) -> None:
    shown = tickets(world)
    assert set(events) == set(shown)
    for key, ticket in shown.items():
        started = [
            one["metric"]
            for one in events[key]
            if one["type"] == "activate" and one["time"] == ticket["created_at"]
        ]
        assert len(started) == len(set(started)) == 5


def test_reply_and_resolution_agree_with_the_ticket_s_metric_set(
    world: World, events: dict[int, list[Event]]
) -> None:
    seen = {"replied": 0, "solved": 0}
    for key, ticket in tickets(world).items():
        measures = ticket["metric_set"]
        first = spent(events[key], "reply_time")
        replied = measures["reply_time_in_minutes"]
        assert first == ([] if replied["calendar"] is None else [replied])
        seen["replied"] += len(first)
        if measures["solved_at"]:
            whole = measures["full_resolution_time_in_minutes"]
            assert spent(events[key], "resolution_time")[-1] == whole
            seen["solved"] += 1
    assert min(seen.values()) > 300


def test_waiting_for_the_customer_is_no_work_of_the_agents(
    world: World, events: dict[int, list[Event]]
) -> None:
    paused = 0
    for each in events.values():
        work = spent(each, "agent_work_time")
        whole = spent(each, "resolution_time")
        if not work:
            continue
        clock = [one for one in each if one["metric"] == "agent_work_time"]
        ran, since = timedelta(), None
        for one in clock:
            if one["type"] == "activate":
                since = moment(one["time"])
            elif one["type"] in {"pause", "fulfill"} and since is not None:
                ran, since = ran + (moment(one["time"]) - since), None
        assert work[-1]["calendar"] == ran // timedelta(minutes=1)
        assert work[-1]["calendar"] <= whole[-1]["calendar"]
        paused += work[-1]["calendar"] < whole[-1]["calendar"]
    assert paused > 100


def test_breach_comes_at_the_promised_minute_to_who_has_no_reply(
    world: World, events: dict[int, list[Event]]
) -> None:
    late = 0
    for key, ticket in tickets(world).items():
        [promise] = [one for one in events[key] if one["type"] == "apply_sla"]
        target, created = promise["sla"]["target"], as_us(moment(ticket["created_at"]))
        due = as_datetime(at_work(created, target))
        breaches = [moment(one["time"]) for one in events[key] if one["type"] == "breach"]
        ends = [one["metric"] for one in events[key] if one["type"] == "fulfill"]
        if ends and ends[0] == "reply_time":  # others were solved in silence, which is no breach
            [measured, *_] = spent(events[key], "reply_time")
            if measured["business"] != target:  # in whole minutes, which cannot tell the very one
                assert bool(breaches) == (measured["business"] > target)
        assert breaches in ([], [due])
        late += len(breaches)
    assert 10 < late < len(events) / 3


def test_reopened_ticket_counts_a_second_reply(events: dict[int, list[Event]]) -> None:
    again = [each for each in events.values() if any(one["instance_id"] == 2 for one in each)]
    assert again
    for each in again:
        metrics = {one["metric"] for one in each if one["instance_id"] == 2}
        assert {"pausable_update_time"} <= metrics <= {"reply_time", "pausable_update_time"}


def test_accounts_grow_join_and_leave_but_none_that_has_users(world: World) -> None:
    shown = newest(world, "zendesk.organizations", day(UNTIL))
    assert len({one["name"] for one in shown.values()}) == len(shown) > 12
    gone = {key for key, one in shown.items() if one["deleted_at"]}
    users = newest(world, "zendesk.users", day(UNTIL)).values()
    members = {str(user["organization_id"]) for user in users if user["organization_id"]}
    assert members <= set(shown) - gone
    assert len(members) > 6
    versions = world.versions("zendesk.organizations", day(UNTIL))
    assert len(versions) > 3 * len(shown)
    assert all(moment(row.record["updated_at"]) == row.at for row in versions)


def test_ticket_belongs_to_the_account_of_its_requester(world: World) -> None:
    users = newest(world, "zendesk.users", day(UNTIL))
    shown = [one for one in tickets(world).values() if one["status"] != "deleted"]
    for ticket in shown:
        requester = users[str(ticket["requester_id"])]
        assert ticket["organization_id"] == requester["organization_id"]
    assert sum(one["organization_id"] is not None for one in shown) > 10


def test_desk_shows_the_same_past_whatever_horizon_follows() -> None:
    now = datetime(2026, 8, 12, 9, 30, tzinfo=UTC)
    short, long = World(7, 60, START), World(7, 60, START)
    short.advance(now)
    long.advance(day(UNTIL))
    for name in ("organizations", "ticket_metric_events", "shifts"):
        rows = short.versions(f"zendesk.{name}", now)
        assert rows == long.versions(f"zendesk.{name}", now)
        assert rows


def test_shifts_hold_the_calls_that_were_answered(world: World) -> None:
    shifts = {row.key: row.record for row in world.versions("zendesk.shifts", day(UNTIL))}
    answered = 0
    for call in world.company.books.calls:
        if not call.is_answered:
            continue
        record = newest(world, "zendesk.calls", day(UNTIL)).get(str(call.call_id))
        assert record
        at = as_datetime(call.started_us + call.wait_seconds * 1_000_000)
        shift = shifts[f"{record['agent_id']}.{at:%Y-%m-%d}"]
        assert moment(shift["begins_at"]) <= at < moment(shift["ends_at"])
        answered += 1
        if answered == 50:
            return
    raise AssertionError(answered)


@pytest.mark.parametrize(
    ("begins", "minutes", "ends"),
    [
        ("2026-07-01T08:00:00+00:00", 60, "2026-07-01T09:00:00+00:00"),
        ("2026-07-01T18:30:00+00:00", 60, "2026-07-02T07:30:00+00:00"),
        ("2026-07-04T18:30:00+00:00", 60, "2026-07-06T07:30:00+00:00"),  # over a Sunday
        ("2026-07-01T03:00:00+00:00", 15, "2026-07-01T07:15:00+00:00"),
    ],
)
def test_working_minutes_are_added_and_counted_alike(begins: str, minutes: int, ends: str) -> None:
    first, last = as_us(moment(begins)), as_us(moment(ends))
    assert at_work(first, minutes) == last
    assert working_us(first, last) == minutes * MINUTE
