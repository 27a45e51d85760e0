"""What changed between two releases is counted by key, and read by people."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from expectations.errors import MartsRefused
from expectations.marts.gate import check_marts
from ops import release_diff
from ops.publish import Release, current
from tests.ops.test_publish import facts, release_of

KEYS = {"fct_calls": (("call_id",),)}
BEFORE = (
    "create table marts.fct_calls as select i as call_id, i % 7 as seconds from range(100) t(i)"
)
CHANGES = {
    "insert into marts.fct_calls values (200, 1), (201, 1)": {"added": 2},
    "delete from marts.fct_calls where call_id < 3": {"removed": 3},
    "update marts.fct_calls set seconds = 99 where call_id in (4, 5)": {"changed": 2},
    "alter table marts.fct_calls add column queue text": {"columns_added": ["queue"]},
    "alter table marts.fct_calls rename seconds to talk": {
        "columns_added": ["talk"],
        "columns_removed": ["seconds"],
    },
}


def marts(path: Path, *statements: str) -> Path:
    with duckdb.connect(str(path)) as con:
        con.execute("create schema marts")
        for statement in statements:
            con.execute(statement)
    return path


@pytest.mark.parametrize("statement", CHANGES)
def test_each_kind_of_change_is_counted(tmp_path: Path, statement: str) -> None:
    old = marts(tmp_path / "old.duckdb", BEFORE)
    new = marts(tmp_path / "new.duckdb", BEFORE, statement)
    change = release_diff.changes(old, new, KEYS)["fct_calls"]
    counts = {name: value for name, value in change.items() if name not in ("before", "after")}
    assert {name: value for name, value in counts.items() if value} == CHANGES[statement]


def test_marts_that_are_the_same_are_left_out(tmp_path: Path) -> None:
    old, new = (marts(tmp_path / f"{name}.duckdb", BEFORE) for name in ("old", "new"))
    assert release_diff.changes(old, new, KEYS) == {}


def test_a_change_is_told_in_words(tmp_path: Path) -> None:
    trust = (
        "create table marts.agg_mart_trust as select 'fct_calls' as mart_name, '{}' as trust_grade"
    )
    old = marts(tmp_path / "old.duckdb", BEFORE, trust.format("A"))
    new = marts(
        *(tmp_path / "new.duckdb", BEFORE, trust.format("C")),
        "delete from marts.fct_calls where call_id = 1",
        "create table marts.dim_date as select 1 as date_on",
    )
    told = release_diff.changes(old, new, KEYS)
    del told["agg_mart_trust"]
    lines = list(release_diff.lines(told, release_diff.carried(old), release_diff.carried(new)))
    assert lines == [
        "dim_date: new",
        "fct_calls: 100 to 99 rows; 1 removed",
        "grade of fct_calls: A to C",
    ]


def test_a_refused_build_says_which_release_is_served_and_for_how_long(tmp_path: Path) -> None:
    release_of(tmp_path, 0)
    served: Release | None = current(tmp_path)
    assert served
    broken = marts(tmp_path / "build.duckdb", "create table marts.fct_x as select 1 as a")
    now = datetime(2026, 9, 3, 0, 20, tzinfo=UTC)
    says = rf"the last release stays: {served.id}, served for 48 h"
    with pytest.raises(MartsRefused, match=says):
        check_marts(broken, served.marts, facts(1).as_of, tmp_path / "results", now=now)
    assert current(tmp_path) == served
