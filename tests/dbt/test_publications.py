"""What was published stays, and a value that differs afterwards says why."""

from __future__ import annotations

import pytest

from tests.dbt.test_recovery import mark
from tests.dbt.warehouse import Warehouse

pytestmark = pytest.mark.slow

MODELS = ("+fct_metric_publications", "+agg_experience_daily")
TIE = "assert_the_last_published_value_is_the_daily_one"
OBSERVED = "intermediate.int_metric_observations"


def published(warehouse: Warehouse) -> list[tuple]:
    return warehouse.rows(
        "select publication_number, value, definition_version, was_closed, cause_type"
        " from cx_warehouse.marts.fct_metric_publications where metric_slug = 'nps'"
        " order by publication_number"
    )


def test_a_restatement_says_its_cause(warehouse: Warehouse) -> None:
    lake = warehouse.lake
    lake.land("hubspot.feedback_submissions", [mark("1", "1", "2026-07-02 09:00", 9)], "2026-07-02")
    warehouse.build(*MODELS, as_of="2026-07-20T00:00:00Z")
    told = [(1, 100.0, 2, False, "none")]
    assert published(warehouse) == told
    lake.land("hubspot.feedback_submissions", [mark("2", "2", "2026-07-30 09:00", 3)], "2026-07-30")
    warehouse.build(*MODELS, as_of="2026-08-02T00:00:00Z")
    told.append((2, 0.0, 2, True, "none"))
    warehouse.build(*MODELS, as_of="2026-08-03T00:00:00Z")
    assert published(warehouse) == told
    lake.land("hubspot.feedback_submissions", [mark("3", "3", "2026-07-30 10:00", 3)], "2026-08-03")
    warehouse.build(*MODELS, as_of="2026-08-04T00:00:00Z")
    told.append((3, pytest.approx(-100 / 3), 2, True, "late_data"))
    assert published(warehouse) == told
    warehouse.execute(f"update {OBSERVED} set score = 0 where metric_slug = 'nps' and score < 0")
    warehouse.build(
        "int_metric_publications", "fct_metric_publications", as_of="2026-08-05T00:00:00Z"
    )
    told.append((4, pytest.approx(100 / 3), 2, True, "fix"))
    assert published(warehouse) == told
    assert warehouse.failing(TIE) == [TIE]
    warehouse.execute(f"update {OBSERVED} set definition_version = 3 where metric_slug = 'nps'")
    warehouse.build("int_metric_publications", "fct_metric_publications", full_refresh=True)
    told.append((5, pytest.approx(100 / 3), 3, True, "definition"))
    assert published(warehouse) == told
