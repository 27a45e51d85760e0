"""dbt's own unit tests run here: a build of production leaves them out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.dbt.conftest import Warehouse
from tests.dbt.project_rules import models


@pytest.fixture(scope="module")
def empty(
    new_warehouse: Callable[[Path], Warehouse], tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    """Build every model over an empty lake: unit tests want the columns of their inputs."""
    warehouse = new_warehouse(tmp_path_factory.mktemp("empty"))
    warehouse.run(command="seed")
    warehouse.build()
    return warehouse


def not_passed(warehouse: Warehouse, *selected: str, **variables: Any) -> list[str]:
    """Run unit tests and return those that do not pass."""
    result = warehouse.run(*selected, command="test", **variables)
    assert result.result is not None, result.exception
    assert result.result.results
    return sorted(one.node.name for one in result.result if str(one.status) != "pass")


def test_every_unit_test_of_the_project_passes(empty: Warehouse) -> None:
    assert not_passed(empty, "test_type:unit") == []


@pytest.mark.parametrize(
    ("variable", "value", "found"),
    [
        ("session_engaged_seconds", 11, "int_web_sessions__engaged_by_time"),
        ("session_engaged_views", 3, "int_web_sessions__engaged_by_time"),
        ("csat_mean_max", 10, "int_survey_responses_scored__csat_counts"),
        ("margin_z", 1.64, "agg_experience_daily__margin_of_error"),
    ],
)
def test_a_moved_parameter_is_found_by_a_unit_test(
    empty: Warehouse, variable: str, value: float, found: str
) -> None:
    model = found.partition("__")[0]
    failed = not_passed(empty, f"{model},test_type:unit", **{variable: value})
    assert any(name.startswith(found) for name in failed)


def test_every_step_that_scores_a_metric_has_a_unit_test(parsed: Any) -> None:
    manifest = parsed.writable_manifest().to_dict()
    scoring = {m["name"] for m in models(manifest, "intermediate") if m["name"].endswith("_scored")}
    scoring -= {"int_texts_scored"}
    tested = {test["model"] for test in manifest["unit_tests"].values()}
    assert len(scoring) == 4
    assert scoring | {"agg_experience_daily"} <= tested
