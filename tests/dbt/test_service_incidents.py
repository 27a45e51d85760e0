"""Incidents against the same hours of other weeks: effects, verdicts and the scorecard by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from math import sqrt
from pathlib import Path

import pytest

from tests.dbt.desk_records import incident, promise, quarter
from tests.dbt.service_records import call, forked
from tests.dbt.tiny_lake import Row, TinyLake, at
from tests.dbt.warehouse import Warehouse

MARTS = "cx_warehouse.marts"
MODELS = (
    "+fct_it_incidents",
    "+bridge_incident_queues",
    "+agg_it_incident_impact",
    "+agg_ola_scorecard_monthly",
)
RESPONSE = "b0a6afeb8e2c357208754a661822f8f7"  # P1, round the clock
# Calls from ten o'clock on, on the day of each incident and on the four weeks before.
DAYS = {
    "2026-07-29": (30, 10, 12, 8, 10),  # declared, and felt
    "2026-07-30": (40, 10, 10, 10, 10),  # felt, and not declared
    "2026-07-31": (10, 10, 12, 8, 10),  # declared, and not felt
}


def day_s_calls(day: str, number: int, first: int, *, given_up: int = 0) -> list[Row]:
    """Make calls a minute apart; the last ones give up."""
    begin = at(f"{day} 10:00")
    return [
        call(
            first + place,
            (begin + timedelta(minutes=place)).strftime("%Y-%m-%d %H:%M"),
            queue=10,
            status="abandoned_in_queue" if place >= number - given_up else "completed",
        )
        for place in range(number)
    ]


def fill(lake: TinyLake) -> None:
    """Land five weeks of calls, three incidents with a child, their promises, a queue."""
    rows: list[Row] = []
    for day, numbers in DAYS.items():
        for weeks, number in enumerate(numbers):
            then = (at(day) - timedelta(weeks=weeks)).strftime("%Y-%m-%d")
            lost = 5 if day == "2026-07-29" and not weeks else 0
            rows += day_s_calls(then, number, 1000 + len(rows), given_up=lost)
    lake.land("zendesk.calls", rows, days=40)
    major = {"priority": "1", "major_incident_state": "accepted"}
    lake.land(
        "servicenow.incident",
        [
            incident("felt", "2026-07-29 10:00", resolved_at="2026-07-29 12:00:00", **major),
            incident("child", "2026-07-29 10:30", parent_incident="felt"),
            incident("missed", "2026-07-30 10:00", resolved_at="2026-07-30 12:00:00", priority="2"),
            incident("alarm", "2026-07-31 10:00", resolved_at="2026-07-31 13:00:00", **major),
            incident("gone", "2026-07-31 10:00", priority="2", category="software"),
        ],
        days=40,
    )
    audit = {"sys_id": "x", "tablename": "incident", "documentkey": "gone"}
    lake.land("servicenow.sys_audit_delete", [Row("x", audit, "2026-08-01")], days=40)
    lake.land(
        "servicenow.task_sla",
        [
            promise("s1", "felt", "2026-07-29 10:00", "2026-07-29 10:15", definition=RESPONSE,
                    ended="2026-07-29 10:06"),
            promise("s2", "alarm", "2026-07-31 10:00", "2026-07-31 10:15", definition=RESPONSE,
                    ended="2026-07-31 10:20"),
            promise("s3", "missed", "2026-07-30 10:00", "2026-09-30 10:00"),
        ],
        days=40,
    )  # fmt: skip
    lake.land(
        "files.acd_intervals",
        [
            quarter("Care", "2026-07-29 09:45:00", offered=9, answered=9, answered_in_target=9,
                    abandoned=0, short_abandoned=0),
            quarter("Care", "2026-07-29 10:00:00", offered=7, answered=4, answered_in_target=4,
                    abandoned=3, short_abandoned=0),
            quarter("Care", "2026-07-29 12:00:00", offered=9, answered=9, answered_in_target=9,
                    abandoned=0, short_abandoned=0),
        ],
        "2026-07-29",
    )  # fmt: skip


@pytest.fixture(scope="module")
def desk(
    new_warehouse: Callable[[Path], Warehouse], tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    """Build the marts of incidents once for the tests below."""
    warehouse = new_warehouse(tmp_path_factory.mktemp("incidents"))
    fill(warehouse.lake)
    warehouse.build(*MODELS, as_of="2026-08-10T00:00:00Z")
    return warehouse


def effect(desk: Warehouse, key: str, measure: str, *, is_placebo: bool = False) -> list[float]:
    [row] = desk.rows(
        "select week_count, observed_value, baseline_value, effect_value, effect_low, effect_high"
        f" from {MARTS}.agg_it_incident_impact where incident_id = '{key}'"
        f" and measure_slug = '{measure}' and is_placebo = {is_placebo}"
    )
    return list(row)


def test_an_effect_is_a_prediction_from_the_weeks_before(desk: Warehouse) -> None:
    """The weeks 10, 12, 8, 10 spread less than Poisson's (40 + 1) / 4; t of 3 is 3.182446."""
    margin = 3.182446 * sqrt(10.25 * 1.25)
    assert effect(desk, "felt", "contacts") == pytest.approx(
        [4, 30, 10, 20, 20 - margin, 20 + margin]
    )


def test_weeks_without_any_leave_room_for_some(desk: Warehouse) -> None:
    margin = 3.182446 * sqrt(0.25 * 1.25)
    assert effect(desk, "felt", "abandoned_calls") == pytest.approx(
        [4, 5, 0, 5, 5 - margin, 5 + margin]
    )


def test_placebo_is_the_week_before_against_the_weeks_before_it(desk: Warehouse) -> None:
    """Of 12, 8, 10 the mean is 10, as of the placebo itself; t of 2 is 4.302653."""
    margin = 4.302653 * sqrt(31 / 3 * 4 / 3)
    assert effect(desk, "felt", "contacts", is_placebo=True) == pytest.approx(
        [3, 10, 10, 0, -margin, margin]
    )


def test_contacts_tell_what_was_missed_and_what_was_declared_wrongly(desk: Warehouse) -> None:
    assert desk.rows(
        "select incident_id, verdict_type, is_declared_emergency, is_missed_emergency,"
        f" is_false_alarm, child_count from {MARTS}.fct_it_incidents order by 1"
    ) == [
        ("alarm", "false_alarm", True, False, True, 0),
        ("child", "ordinary", False, False, False, 0),
        ("felt", "emergency", True, False, False, 1),
        ("missed", "missed", False, True, False, 0),
    ]


def test_times_of_an_incident_are_those_of_its_three_moments(desk: Warehouse) -> None:
    assert desk.rows(
        "select time_to_acknowledge_minutes, time_to_resolve_minutes"
        f" from {MARTS}.fct_it_incidents where incident_id = 'felt'"
    ) == [(6, 120)]


def test_scorecard_counts_decided_promises_only(desk: Warehouse) -> None:
    """One kept, one late, one undecided; 6 and 20 minutes to acknowledge; 120, 120, 180 to end."""
    assert desk.rows(
        "select cast(scored_month as text), kept_count, breached_count, open_count,"
        " attainment_rate, incident_count, declared_emergency_count, missed_emergency_count,"
        " false_alarm_count, mean_time_to_acknowledge_minutes, mean_time_to_resolve_minutes"
        f" from {MARTS}.agg_ola_scorecard_monthly"
    ) == [("2026-07-01", 1, 1, 1, 0.5, 4, 2, 1, 1, 13, 140)]


def test_a_queue_meets_an_incident_in_its_quarters(desk: Warehouse) -> None:
    assert desk.rows(
        "select queue_slug, offered_count, answered_count, abandoned_count"
        f" from {MARTS}.bridge_incident_queues where incident_id = 'felt' order by 1"
    ) == [("billing", 0, 0, 0), ("care", 7, 4, 3), ("technical", 0, 0, 0)]


TIES = {
    "assert_an_effect_is_what_was_observed_less_the_usual": f"""
        update {MARTS}.agg_it_incident_impact set effect_value = effect_value + 1""",
    "assert_the_moments_of_an_incident_are_in_order": f"""
        update {MARTS}.fct_it_incidents set resolved_at = detected_at - interval 1 second
        where incident_id = 'felt'""",
    "assert_the_scorecard_adds_up_to_incidents_and_promises": f"""
        update {MARTS}.agg_ola_scorecard_monthly set incident_count = incident_count - 1""",
    "assert_queues_of_an_incident_hold_calls_of_its_time": f"""
        update {MARTS}.bridge_incident_queues set offered_count = 8 where queue_slug = 'care'""",
}


def test_each_tie_holds_and_refuses_what_breaks_it(desk: Warehouse, tmp_path: Path) -> None:
    twin = forked(desk, tmp_path)
    twin.build("+fct_sla_clocks", "+fct_queue_intervals", as_of="2026-08-10T00:00:00Z")
    assert twin.failing(*TIES) == []
    for broken in TIES.values():
        twin.execute(broken)
    assert twin.failing(*TIES) == sorted(TIES)
