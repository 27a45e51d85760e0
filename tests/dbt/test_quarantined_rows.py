"""Held rows in the warehouse: each by its name, with what became of it and without its value."""

from __future__ import annotations

import pytest

from expectations import quarantine
from expectations.gate import check_landed
from ops import build
from tests.dbt.warehouse import Warehouse
from tests.expectations.landed import DAY, NOW, Row, call, calls, land, row_of

MODELS = (
    "stg_operations__accepted_files",
    "stg_operations__held_rows",
    "stg_operations__landed_files",
    "stg_operations__quarantine_decisions",
    "int_quarantined_rows",
    "fct_quarantined_rows",
)
TIE = "assert_rows_held_are_those_that_their_files_count"
MART = (
    "select row_id, state_type, flaw_type, held_reason, decided_at is null, row_count"
    " from cx_warehouse.marts.fct_quarantined_rows order by held_reason, row_id"
)
NAME = "ann@example.com"
OUT_OF_RANGE = "talk_time below 0; hold_time is no number"
UNTOLD = "a value that its type does not know"
TYPE = "Expected `int`, got `str` - at `$.talk_time`"


def landed(number: int, error: str | None = None, **values: object) -> Row:
    return row_of(call(number, DAY.start, **values), DAY.start, DAY) | {"_error": error}


def read(warehouse: Warehouse, rows: list[Row], **options: bool) -> None:
    """Let the gate judge a day of calls, and build from what it accepted."""
    lake = warehouse.lake.root
    land(lake, rows)
    check_landed("zendesk", "calls", DAY, lake, NOW, lake / "results")
    built(warehouse, **options)


def built(warehouse: Warehouse, **options: bool) -> None:
    fresh = build.new_files(warehouse.lake.root, {})
    named = build.by_stream(warehouse.lake.root, fresh)
    warehouse.build(*MODELS, new_files=None if options else named, **options)


@pytest.fixture
def names(warehouse: Warehouse) -> dict[str, str]:
    """Build over a day with four held rows; give their names by key."""
    rows = calls(200)
    rows[6] = landed(6, talk_time=-5, hold_time=NAME)
    rows[7] = landed(7, TYPE, talk_time="x")
    rows[8] = landed(8, f"Invalid enum value '{NAME}' - at `$.status`")
    rows[10] = landed(10, talk_time=-7, hold_time="?")
    read(warehouse, rows)
    held = quarantine.held(warehouse.lake.root)
    return {row.row_key.partition(":")[0]: row.row_id for row in held}


def test_a_held_row_is_told_without_the_value_that_was_found(
    warehouse: Warehouse, names: dict[str, str]
) -> None:
    assert warehouse.rows(MART) == [
        (names["7"], "held", "type", TYPE, True, 1),
        (names["8"], "held", "type", UNTOLD, True, 1),
        *sorted((names[key], "held", "gate", OUT_OF_RANGE, True, 1) for key in ("6", "10")),
    ]
    assert warehouse.failing(TIE) == []
    warehouse.execute(
        "delete from cx_warehouse.marts.fct_quarantined_rows where flaw_type = 'type'"
    )
    assert warehouse.failing(TIE) == [TIE]


def test_what_people_decide_and_what_is_read_again_is_told(
    warehouse: Warehouse, names: dict[str, str]
) -> None:
    lake = warehouse.lake.root
    quarantine.decide(lake, [names["7"]], "release", "Ann", "it is true", NOW)
    quarantine.decide(lake, [names["6"]], "drop", "Ann", "a test record", NOW)
    built(warehouse)
    told = [
        (names["7"], "released", "type", TYPE, False, 1),
        (names["8"], "held", "type", UNTOLD, True, 1),
        *sorted(
            [
                (names["6"], "dropped", "gate", OUT_OF_RANGE, False, 1),
                (names["10"], "held", "gate", OUT_OF_RANGE, True, 1),
            ]
        ),
    ]
    assert warehouse.rows(MART) == told
    assert warehouse.failing(TIE) == []
    built(warehouse, full_refresh=True)
    assert warehouse.rows(MART) == told
    read(warehouse, calls(200))
    assert [row[:2] for row in warehouse.rows(MART)] == [
        (names["7"], "released"),
        (names["6"], "dropped"),
    ], "a row that is sound now is held no more"
    with warehouse.opened() as con:
        every = con.execute("select * from cx_warehouse.marts.fct_quarantined_rows").fetchall()
    assert not [word for word in (NAME, "Ann", "test record") if word in repr(every)]
