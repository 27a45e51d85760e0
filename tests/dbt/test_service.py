"""Clocks of the service desks: business time by hand, targets as of the event, days that change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dbt.desk_records import REPLY, WAIT, Clocks, incident, promise, quarter
from tests.dbt.service_records import call, forked, ticket
from tests.dbt.tiny_lake import Row, TinyLake
from tests.dbt.warehouse import Warehouse

FACTS = ("fct_queue_intervals", "fct_sla_clocks", "fct_ticket_status_periods")
SOURCES = ("zendesk", "servicenow", "files")
PARENTS = tuple(f"+{fact}" for fact in FACTS)
OFFICE = "f915b6ce001ceeb6341ef48260c327eb"
P4 = "95dfd17303fbab1d92d78e5c6ff55606"

# Amsterdam, Monday to Friday 9 to 17; moments are UTC. The minutes are counted by hand.
SPELLS = {
    "within_a_day": ("2026-07-07 08:00", "2026-07-07 08:30", 30),
    "over_night": ("2026-07-07 14:30", "2026-07-08 07:15", 45),  # 16:30-17:00, 9:00-9:15
    "over_a_weekend": ("2026-07-10 14:00", "2026-07-13 08:00", 120),  # 16-17, 9-10
    "over_a_holiday": ("2026-04-24 14:00", "2026-04-28 07:30", 90),  # King's Day is a Monday
    "clock_put_forward": ("2026-03-27 15:00", "2026-03-30 08:00", 120),  # 16-17 CET, 9-10 CEST
    "clock_put_back": ("2026-10-23 14:00", "2026-10-26 09:00", 120),  # 16-17 CEST, 9-10 CET
    "before_opening_to_after_closing": ("2026-07-07 05:00", "2026-07-07 20:00", 480),
    "outside_of_hours": ("2026-07-11 09:00", "2026-07-12 20:00", 0),
    "ends_at_the_opening": ("2026-07-07 15:00", "2026-07-08 07:00", 0),
}
AMSTERDAM = """
    update seeds.business_schedules set time_zone_name = 'Europe/Amsterdam'
    where schedule_slug = 'care_desk';
    delete from seeds.business_hours where schedule_slug = 'care_desk';
    insert into seeds.business_hours
    select 'care_desk', weekday, {opens}, {closes} from generate_series(1, {days}) as days(weekday);
    insert into seeds.business_holidays values ('care_desk', date '2026-04-27', 'King''s Day')
"""


@pytest.fixture(scope="module")
def amsterdam(
    new_warehouse: Callable[[Path], Warehouse], tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    """Build spells and clocks in a desk that works by Amsterdam's clock."""
    warehouse = new_warehouse(tmp_path_factory.mktemp("amsterdam"))
    warehouse.execute(AMSTERDAM.format(opens=540, closes=1020, days=5))
    clocks = Clocks()
    for key, (begin, end, _) in enumerate(SPELLS.values(), 1):
        clocks.status(key, "activate", begin)
        clocks.tell(key, REPLY, "activate", begin)
        clocks.promise(key, 60, begin)
        clocks.tell(key, REPLY, "fulfill", end)
        clocks.status(key, "pause", end)
    begun = [begin for begin, _, _ in SPELLS.values()]
    rows = [ticket(key, begin) for key, begin in enumerate(begun, 1)]
    warehouse.lake.land("zendesk.tickets", rows, "2026-03-01", days=240)
    warehouse.lake.land("zendesk.ticket_metric_events", clocks.rows, "2026-03-01", days=240)
    warehouse.build(*PARENTS)
    return warehouse


@pytest.mark.parametrize("case", SPELLS)
def test_business_minutes_equal_those_counted_by_hand(amsterdam: Warehouse, case: str) -> None:
    key = list(SPELLS).index(case) + 1
    spells = amsterdam.rows(
        f"select business_minutes from cx_warehouse.marts.fct_ticket_status_periods"
        f" where ticket_id = {key} and status_type = 'active'"
    )
    clocks = amsterdam.rows(
        "select business_minutes, is_breached from cx_warehouse.marts.fct_sla_clocks"
        f" where object_id = '{key}'"
    )
    minutes = SPELLS[case][2]
    assert spells == [(minutes,)]
    assert clocks == [(minutes, minutes > 60)]


@pytest.mark.parametrize(
    ("case", "breached_at"),
    [
        ("over_a_weekend", "2026-07-13 07:00:00"),  # the hour of Friday is used up as it closes
        ("clock_put_back", "2026-10-26 08:00:00"),
        ("before_opening_to_after_closing", "2026-07-07 08:00:00"),
        ("over_night", None),
    ],
)
def test_breach_is_the_moment_at_which_the_target_ran_out(
    amsterdam: Warehouse, case: str, breached_at: str | None
) -> None:
    key = list(SPELLS).index(case) + 1
    assert amsterdam.rows(
        "select cast(breached_at as text) from cx_warehouse.marts.fct_sla_clocks"
        f" where object_id = '{key}'"
    ) == [(breached_at,)]


def test_a_night_in_which_the_clock_is_put_back_has_an_hour_more(warehouse: Warehouse) -> None:
    warehouse.execute(AMSTERDAM.format(opens=0, closes=1440, days=7))
    warehouse.build("int_business_days")
    assert warehouse.rows(
        "select cast(local_on as text), open_seconds / 3600 from intermediate.int_business_days"
        " where schedule_slug = 'care_desk' and local_on in"
        " ('2026-03-29', '2026-04-27', '2026-07-07', '2026-10-25') order by 1"
    ) == [("2026-03-29", 23), ("2026-04-27", 0), ("2026-07-07", 24), ("2026-10-25", 25)]


def fill(lake: TinyLake) -> None:
    """Land two days: a ticket that comes back, promises of the IT desk, a queue with its calls."""
    clocks = Clocks()
    clocks.status(10, "activate", "2026-07-01 08:00")
    clocks.tell(10, REPLY, "activate", "2026-07-01 08:00")
    clocks.promise(10, 60, "2026-07-01 08:00")
    clocks.promise(10, 30, "2026-07-01 08:20")  # became urgent
    clocks.tell(10, REPLY, "fulfill", "2026-07-01 08:45")
    clocks.status(10, "pause", "2026-07-01 08:45")
    clocks.tell(10, WAIT, "activate", "2026-07-01 09:00")  # on hold: the customer waits again
    clocks.status(10, "activate", "2026-07-01 09:30")
    clocks.status(10, "fulfill", "2026-07-01 10:00")
    clocks.status(10, "activate", "2026-07-01 12:00")
    clocks.tell(10, WAIT, "pause", "2026-07-01 12:30")
    clocks.tell(10, "agent_work_time", "pause", "2026-07-01 12:30")
    clocks.status(11, "activate", "2026-07-01 09:00")
    clocks.tell(11, REPLY, "activate", "2026-07-01 09:00")
    clocks.promise(11, 60, "2026-07-01 09:00", is_business=False)
    lake.land("zendesk.ticket_metric_events", clocks.rows)
    lake.land(
        "zendesk.tickets",
        [
            ticket(10, "2026-07-01 08:00"),
            ticket(11, "2026-07-01 09:00"),
            ticket(12, "2026-07-01 09:00", status="deleted"),
        ],
    )
    lake.land(
        "servicenow.task_sla",
        [
            promise("s1", "i1", "2026-07-01 17:00", "2026-07-02 11:00", definition=P4,
                    schedule=OFFICE, ended="2026-07-02 09:30"),
            promise("s2", "i1", "2026-07-01 12:00", "2026-07-01 16:00", ended="2026-07-01 19:00",
                    pause_seconds=7200, planned="2026-07-01 18:00"),
            promise("s3", "i2", "2026-07-01 12:00", "2026-07-01 16:00", paused="2026-07-01 15:00"),
        ],
    )  # fmt: skip
    lake.land("servicenow.incident", [incident("i1", "2026-07-01 12:00"),
                                      incident("i2", "2026-07-01 12:00")])  # fmt: skip
    lake.land(
        "zendesk.calls",
        [
            call(1, "2026-07-01 08:14:58", queue=10),  # the menu's five seconds carry it over
            call(2, "2026-07-01 08:20", queue=40),
            call(3, "2026-07-01 08:21", queue=3, status="abandoned_in_queue"),
            call(4, "2026-07-01 08:22", status="abandoned_in_ivr", queue=0),
            call(5, "2026-07-02 08:00", queue=5),
        ],
        days=2,
    )
    lake.land(
        "files.acd_intervals",
        [
            quarter("Care", "2026-07-01 08:15:00", offered=2, answered=2, answered_in_target=1,
                    abandoned=0, short_abandoned=0, mean_answered_wait_seconds=25.0),
            quarter("Billing", "2026-07-01 08:15:00", offered=1, answered=0, answered_in_target=0,
                    abandoned=1, short_abandoned=1, mean_abandoned_wait_seconds=3.0),
            quarter("Care", "2026-07-01 08:30:00", offered=0, answered=0, answered_in_target=0,
                    abandoned=0, short_abandoned=0),
        ],
    )  # fmt: skip


@pytest.fixture(scope="module")
def desks(
    new_warehouse: Callable[[Path], Warehouse], tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    """Build the marts of the desks once for the tests below."""
    warehouse = new_warehouse(tmp_path_factory.mktemp("desks"))
    fill(warehouse.lake)
    warehouse.build(*PARENTS, as_of="2026-07-02T12:00:00Z")
    return warehouse


def test_clocks_of_a_ticket_tell_its_status(desks: Warehouse) -> None:
    assert desks.rows(
        "select status_type, from_status_type, calendar_minutes, is_standing"
        " from cx_warehouse.marts.fct_ticket_status_periods where ticket_id = 10"
        " order by spell_number"
    ) == [
        ("active", None, 45, False),
        ("pending", "active", 15, False),
        ("on_hold", "pending", 30, False),
        ("active", "on_hold", 30, False),
        ("solved", "active", 120, False),
        ("active", "solved", 30, False),
        ("pending", "active", None, True),
    ]


def test_target_is_the_one_in_force_when_the_clock_stopped(desks: Warehouse) -> None:
    assert desks.rows(
        "select target_minutes, business_minutes, is_breached, cast(breached_at as text), is_open"
        " from cx_warehouse.marts.fct_sla_clocks where object_id = '10'"
    ) == [(30, 45, True, "2026-07-01 08:30:00", False)]


def test_an_open_clock_is_read_as_of_the_build(desks: Warehouse) -> None:
    assert desks.rows(
        "select schedule_slug, business_minutes, is_breached, is_open, stopped_at"
        " from cx_warehouse.marts.fct_sla_clocks where object_id = '11'"
    ) == [("always", 27 * 60, True, True, None)]


def test_promises_of_the_it_desk_are_measured_in_their_own_hours(desks: Warehouse) -> None:
    assert desks.rows(
        "select instance_id, policy_slug, object_type, target_minutes, business_minutes,"
        " is_breached, cast(breached_at as text), is_open"
        " from cx_warehouse.marts.fct_sla_clocks where source_slug = 'servicenow' order by 1"
    ) == [
        # 17-18 and 8-11 are promised, 17-18 and 8-9:30 were used.
        ("s1", "it_p4_response", "incident", 240, 150, False, None, False),
        # Seven hours less a pause of two, of four promised.
        ("s2", "unknown", "incident", 240, 300, True, "2026-07-01 18:00:00", False),
        ("s3", "unknown", "incident", 240, 180, False, None, True),
    ]


def test_queues_come_from_the_export_and_otherwise_from_the_calls(desks: Warehouse) -> None:
    assert desks.rows(
        "select source_slug, queue_slug, cast(started_at as text), offered_count, answered_count,"
        " answered_late_count, abandoned_count, short_abandoned_count, answered_wait_seconds"
        " from cx_warehouse.marts.fct_queue_intervals order by started_at, queue_slug"
    ) == [
        ("files", "billing", "2026-07-01 08:15:00", 1, 0, 0, 1, 1, 0),
        ("files", "care", "2026-07-01 08:15:00", 2, 2, 1, 0, 0, 50),
        ("files", "care", "2026-07-01 08:30:00", 0, 0, 0, 0, 0, 0),
        ("zendesk", "unknown", "2026-07-02 08:00:00", 1, 1, 0, 0, 0, 5),
    ]


TIES = {
    "assert_quarters_of_the_queues_hold_the_calls_of_the_day": """
        update cx_warehouse.marts.fct_queue_intervals set offered_count = offered_count + 1
        where queue_slug = 'billing'""",
    "assert_spells_of_a_ticket_have_no_gap": """
        update cx_warehouse.marts.fct_ticket_status_periods
        set entered_at = entered_at + interval 1 minute where spell_number = 2""",
    "assert_a_clock_is_breached_exactly_when_it_ran_over_its_target": """
        update cx_warehouse.marts.fct_sla_clocks set is_breached = false where object_id = '11'""",
    "assert_no_promise_of_the_desks_is_lost": """
        delete from cx_warehouse.marts.fct_sla_clocks where instance_id = 's3'""",
}


@pytest.fixture(scope="module")
def tied(desks: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Build what the ties compare with, in a copy."""
    twin = forked(desks, tmp_path_factory.mktemp("tied"))
    twin.build("+fct_calls")
    return twin


def test_ties_hold(tied: Warehouse) -> None:
    assert tied.failing(*TIES) == []


@pytest.mark.parametrize("tie", TIES)
def test_a_tie_refuses_what_breaks_it(tied: Warehouse, tmp_path: Path, tie: str) -> None:
    twin = forked(tied, tmp_path)
    twin.execute(TIES[tie])
    assert twin.failing(tie) == [tie]


def test_days_run_one_by_one_equal_a_full_refresh(desks: Warehouse, tmp_path: Path) -> None:
    """Later come a reply, the end of a pause, deletions, an export read again and a late one."""
    daily = forked(desks, tmp_path / "daily")
    clocks = Clocks()
    clocks.tell(11, REPLY, "fulfill", "2026-07-03 09:00")
    late = [
        Row(str(9000 + n), {**row.payload, "id": 9000 + n}) for n, row in enumerate(clocks.rows)
    ]
    daily.lake.land("zendesk.ticket_metric_events", late, "2026-07-03")
    gone = ticket(10, "2026-07-01 08:00", status="deleted", changed="2026-07-03 10:00")
    daily.lake.land("zendesk.tickets", [gone], "2026-07-03")
    ended = promise("s3", "i2", "2026-07-01 12:00", "2026-07-01 16:00", ended="2026-07-03 13:30",
                    pause_seconds=7200, changed="2026-07-03 13:30")  # fmt: skip
    daily.lake.land("servicenow.task_sla", [ended], "2026-07-03")
    audit = {"sys_id": "x", "tablename": "task_sla", "documentkey": "s1"}
    daily.lake.land("servicenow.sys_audit_delete", [Row("x", audit, "2026-07-03")], "2026-07-03")
    again = quarter("Care", "2026-07-01 08:15:00", offered=3, answered=2, answered_in_target=1,
                    abandoned=1, short_abandoned=0)  # fmt: skip
    daily.lake.land("files.acd_intervals", [again], extracted_at="2026-07-03")
    first = quarter("Care", "2026-07-02 08:00:00", offered=1, answered=1, answered_in_target=1,
                    abandoned=0, short_abandoned=0, mean_answered_wait_seconds=5)  # fmt: skip
    daily.lake.land("files.acd_intervals", [first], "2026-07-02")
    daily.build(*PARENTS, as_of="2026-07-04T00:00:00Z")
    anew = forked(daily, tmp_path / "anew")
    anew.build(*PARENTS, as_of="2026-07-04T00:00:00Z", full_refresh=True, new_files=None)
    for fact in FACTS:
        rows = f"select * from cx_warehouse.marts.{fact} order by all"
        assert daily.rows(rows) == anew.rows(rows), fact
    assert daily.rows("select count(*) from cx_warehouse.marts.fct_ticket_status_periods") == [(1,)]
    assert (
        daily.rows("select source_slug from cx_warehouse.marts.fct_queue_intervals")
        == [("files",)] * 2
    )
