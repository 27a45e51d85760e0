"""Goals that were locked count as they were locked; what was done to them later stays visible."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ops.goals import COLUMNS, check, lock_hash, read_goals
from tests.dbt.warehouse import PROJECT, Warehouse


@pytest.fixture(scope="module")
def built(
    new_warehouse: Callable[[Path], Warehouse], tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    """Build the goals over an empty lake."""
    warehouse = new_warehouse(tmp_path_factory.mktemp("goals"))
    warehouse.build("+agg_goal_scorecard", "fct_metric_targets")
    return warehouse


@pytest.fixture
def goals(built: Warehouse, tmp_path: Path) -> Warehouse:
    """Give a copy of the build to break."""
    return built.copied_to(tmp_path / "build")


def state(warehouse: Warehouse, goal: str) -> tuple[bool, ...]:
    (row,) = warehouse.rows(
        "select is_valid, was_edited, was_removed from cx_warehouse.marts.fct_metric_targets "
        f"where goal_slug = '{goal}' and revision = 1"
    )
    return row


def verdict(warehouse: Warehouse, goal: str) -> str:
    rows = warehouse.rows(
        f"select verdict_type from cx_warehouse.marts.agg_goal_scorecard where goal_slug = '{goal}'"
    )
    return rows[0][0]


def rebuild(warehouse: Warehouse) -> None:
    warehouse.build("int_goals_first_seen+", full_refresh=True)  # a refresh forgets nothing


def test_the_warehouse_makes_the_hash_that_the_command_makes(goals: Warehouse) -> None:
    made = dict(goals.rows("select goal_slug, terms_hash from intermediate.int_goals_hashed"))
    listed = read_goals(PROJECT / "seeds" / "goals.csv")
    assert made == {goal["goal_slug"]: lock_hash(goal) for goal in listed}


def test_goals_without_observations_are_in_force_and_undecided(goals: Warehouse) -> None:
    assert state(goals, "nps_2026_q3") == (True, False, False)
    assert verdict(goals, "nps_2026_q3") == "no_data"


def test_a_target_that_is_moved_in_place_is_void_even_with_a_new_lock(goals: Warehouse) -> None:
    listed = read_goals(PROJECT / "seeds" / "goals.csv")
    goal = next(goal for goal in listed if goal["goal_slug"] == "nps_2026_q3")
    moved = {**goal, "target_value": "1"}
    goals.execute(
        f"update seeds.goals set target_value = '1', lock_hash = '{lock_hash(moved)}' "
        "where goal_slug = 'nps_2026_q3'"
    )
    rebuild(goals)
    assert state(goals, "nps_2026_q3") == (False, True, False)
    assert verdict(goals, "nps_2026_q3") == "void"
    assert verdict(goals, "csat_2026_q3") == "no_data"


def test_a_goal_that_is_taken_out_stays_and_is_void(goals: Warehouse) -> None:
    goals.execute("delete from seeds.goals where goal_slug = 'nps_2026_q3'")
    rebuild(goals)
    assert state(goals, "nps_2026_q3") == (False, False, True)
    assert verdict(goals, "nps_2026_q3") == "void"


def test_an_approved_revision_takes_over_and_the_first_stays(goals: Warehouse) -> None:
    listed = read_goals(PROJECT / "seeds" / "goals.csv")
    goal = next(goal for goal in listed if goal["goal_slug"] == "nps_2026_q3")
    later = {
        **goal, "revision": "2", "target_value": "1", "approved_by": "board",
        "approved_reason": "a merger", "locked_at": "2026-08-01T09:00:00Z",
    }  # fmt: skip
    later["lock_hash"] = lock_hash(later)
    values = ", ".join(f"'{later[name]}'" if later[name] else "null" for name in COLUMNS)
    goals.execute(f"insert into seeds.goals values ({values})")
    rebuild(goals)
    rows = goals.rows(
        "select revision, is_in_force, target_value from cx_warehouse.marts.fct_metric_targets "
        "where goal_slug = 'nps_2026_q3' order by revision"
    )
    assert rows == [(1, False, 5.0), (2, True, 1.0)]


def test_a_verdict_that_contradicts_its_goal_is_found(goals: Warehouse) -> None:
    name = "assert_a_goal_in_force_has_a_verdict"
    assert goals.failing(name) == []
    goals.execute("update cx_warehouse.marts.agg_goal_scorecard set verdict_type = 'void'")
    assert goals.failing(name) == [name]


def test_the_list_of_the_project_is_locked() -> None:
    assert check(PROJECT / "seeds" / "goals.csv") >= 1
