"""What wants every model built: dbt's own unit tests, and canaries where data are personal.

A build of production leaves the unit tests out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from extract import SOURCES
from ops.score import score_new_texts
from ops.scrub import scrub_new_texts
from tests.dbt.canaries import PROSE, columns_with_canaries, plant
from tests.dbt.living_company import FIRST, living
from tests.dbt.project_rules import models, personal_columns
from tests.dbt.tiny_lake import TinyLake
from tests.dbt.warehouse import Warehouse

DAYS = 4
# Google tells what was searched some days later.
SEARCHES, TOLD_AFTER = ("search_console.by_date", "search_console.by_query_page"), 6
# In so few days nobody says anything there that the stream declares personal.
SILENT = {
    *("ga4.report_daily", "zendesk.organizations"),
    *("zendesk.satisfaction_ratings", "zendesk.survey_responses"),
}
SPEAKING = {
    f"{source.name}.{stream.name}"
    for source in SOURCES.values()
    for stream in source.streams
    if stream.pii
} - SILENT


# Ties between marts of several domains, each with what breaks it.
TIES = {
    "assert_advocates_hold_every_answer_and_mention": """
        update marts.agg_advocates set mention_count = mention_count + 1""",
    "assert_brand_health_tells_the_numbers_of_its_parts": """
        update marts.agg_brand_health_weekly set nps = 101""",
    "assert_pairs_of_one_customer_name_one_customer": """
        insert into marts.identity_review_queue by name select
            'nobody' as pair_key, 'waiting' as decision_type, false as is_one_customer,
            'likely' as held_reason, 'alike' as evidence_reason, 0.5 as match_probability""",
    "assert_versions_of_an_identifier_do_not_overlap": """
        update marts.identity_resolution set is_current = false""",
}


@pytest.fixture(scope="module")
def whole(
    new_warehouse: Callable[[Path], Warehouse], tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    """Build every model over four days of a company whose personal data are marked."""
    folder = tmp_path_factory.mktemp("whole")
    warehouse = new_warehouse(folder / "built")
    with living(folder, seed=11, customers=100) as lake:
        for day in range(DAYS):
            lake.stand_after(day)
            lake.read(day)
        lake.stand_after(TOLD_AFTER)
        lake.read(TOLD_AFTER, SEARCHES)
    assert plant(lake.root) == SPEAKING
    warehouse.lake = TinyLake(lake.root)
    warehouse.run(command="seed")
    warehouse.build("tag:before_scoring", new_files=None)
    score_new_texts(warehouse.folder / "warehouse.duckdb", lake.root / "enrichment", FIRST)
    scrub_new_texts(warehouse.folder / "warehouse.duckdb", lake.root / "enrichment", FIRST)
    warehouse.build_id -= 1
    warehouse.build("path:models/intermediate", "path:models/marts", new_files=None)
    return warehouse


def test_personal_data_stay_where_they_are_declared(whole: Warehouse, parsed: Any) -> None:
    """A search for what was planted, over every column of every mart: names say nothing here."""
    declared = personal_columns(parsed.writable_manifest().to_dict())
    found = columns_with_canaries(whole, "marts")
    leaks = {
        mart: sorted(set(columns) - set(declared.get(mart, ())))
        for mart, columns in found.items()
        if set(columns) - set(declared.get(mart, ()))
    }
    assert leaks == {}
    assert set(found["pii_customers"]) == set(declared["pii_customers"])


def test_canaries_came_as_far_as_staging(whole: Warehouse) -> None:
    """Or the search of the marts would find nothing whatever they held."""
    staged = columns_with_canaries(whole, "staging")
    assert {f"stg_{name.replace('.', '__')}" for name in SPEAKING} <= staged.keys()


NUMBER_FORMS = "numbers@mail|6 ?2345 ?6789|4111 ?1111|abna ?0417"
IN_THEIR_PLACE = "[e-mail], [phone], [card], [iban]"
SCRUBBED = "assert_every_text_that_marts_show_was_scrubbed"
# Marts that show texts of strangers: what was searched, and where a link to us says that it stood.
# Nobody buys in so few days, so no purchase is credited to a link.
SHOWN = {
    "agg_keywords_daily": ["query_text"],
    "agg_lifecycle_funnel_daily": ["segment_name"],
    "dim_customers": ["acquisition_medium_name"],
    "fct_web_sessions": ["traffic_medium_name", "traffic_source_name"],
}
STRANGERS_WRITE = [
    ("stg_ga4__events", "medium_name"),
    ("stg_search_console__by_query_page", "query_text"),
    ("stg_ga4__events", "site_search_text"),
    ("stg_ga4__events", "source_name"),
]


def test_numbers_in_what_people_wrote_reach_no_mart(whole: Warehouse) -> None:
    """Not even the columns that may hold personal data: what was searched is shown in words."""
    assert columns_with_canaries(whole, "marts", NUMBER_FORMS) == {}
    in_place = columns_with_canaries(whole, "marts", re.escape(IN_THEIR_PLACE))
    assert in_place == SHOWN
    wrote = {
        f"stg_{source.name}__{stream.name}"
        for source in SOURCES.values()
        for stream in source.streams
        if any(path.rpartition(".")[2] in PROSE for path in stream.pii)
        and f"{source.name}.{stream.name}" in SPEAKING
    }
    assert wrote <= columns_with_canaries(whole, "staging", NUMBER_FORMS).keys()
    assert whole.failing(SCRUBBED) == []


def test_a_text_that_nobody_scrubbed_fails_the_build_and_is_in_no_mart(
    whole: Warehouse, tmp_path: Path
) -> None:
    twin = whole.copied_to(tmp_path)
    for staged, column in STRANGERS_WRITE:
        twin.execute(f"update staging.{staged} set {column} = '{column}' where {column} <> ''")
    refused = twin.run(
        *("int_texts_to_scrub", "int_texts_scrubbed", "agg_keywords_daily"),
        new_files=None,
        full_refresh=True,
    )
    [told] = [one.message for one in refused.result.results if str(one.status) == "error"]
    assert "NOT NULL constraint failed: agg_keywords_daily" in told
    found = twin.rows("select text from intermediate.int_texts_to_scrub order by all")
    assert found == [(column,) for _, column in STRANGERS_WRITE]
    assert twin.rows("select text from intermediate.int_texts_scrubbed") == []
    assert twin.failing(SCRUBBED) == [SCRUBBED]


def test_ties_of_several_domains_hold_and_are_found_when_broken(
    whole: Warehouse, tmp_path: Path
) -> None:
    assert whole.failing(*TIES) == []
    broken = whole.copied_to(tmp_path)
    for statement in TIES.values():
        broken.execute(f"use cx_warehouse; {statement}")
    assert broken.failing(*TIES) == sorted(TIES)


def not_passed(warehouse: Warehouse, *selected: str, **variables: Any) -> list[str]:
    """Run unit tests and return those that do not pass."""
    result = warehouse.run(*selected, command="test", **variables)
    assert result.result is not None, result.exception
    assert result.result.results
    return sorted(one.node.name for one in result.result if str(one.status) != "pass")


def test_every_unit_test_of_the_project_passes(whole: Warehouse) -> None:
    assert not_passed(whole, "test_type:unit") == []


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
    whole: Warehouse, variable: str, value: float, found: str
) -> None:
    model = found.partition("__")[0]
    failed = not_passed(whole, f"{model},test_type:unit", **{variable: value})
    assert any(name.startswith(found) for name in failed)


def test_every_step_that_scores_a_metric_has_a_unit_test(parsed: Any) -> None:
    manifest = parsed.writable_manifest().to_dict()
    scoring = {m["name"] for m in models(manifest, "intermediate") if m["name"].endswith("_scored")}
    scoring -= {"int_texts_scored"}
    tested = {test["model"] for test in manifest["unit_tests"].values()}
    assert len(scoring) == 4
    assert scoring | {"agg_experience_daily"} <= tested
