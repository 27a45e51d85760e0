"""The dbt project keeps its rules, and each rule finds a planted breach."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.dbt import project_rules
from tests.dbt.project_rules import Manifest, Node
from tests.dbt.warehouse import PROJECT

Rule = Callable[[Manifest], list[str]]
# Marts that carry personal data: whoever opens the release reads it. Think before you add one.
PERSONAL = {
    "agg_keywords_daily": ["query_text"],
    "fct_mentions": ["conversation_id", "post_id", "referenced_post_id"],
    "fct_touchpoints": ["source_record_id"],
    "pii_customers": [
        *("customer_number", "email", "first_name", "last_name", "phone", "x_username"),
    ],
    "pii_identity_review_queue": [
        *("decided_by", "decision_reason", "left_email", "left_full_name", "left_handle"),
        *("left_phone", "left_record_key", "right_email", "right_full_name", "right_handle"),
        *("right_phone", "right_record_key"),
    ],
}
RULES: tuple[Rule, ...] = (
    project_rules.wrong_layers,
    project_rules.wrong_readers,
    project_rules.wrong_names,
    project_rules.too_long,
    project_rules.wrong_shape,
    project_rules.without_contract,
    project_rules.undescribed,
    project_rules.without_key_test,
    project_rules.without_arithmetic_test,
    project_rules.without_reader,
    project_rules.without_unit_test,
    project_rules.unmarked_personal,
    project_rules.engine_specific,
    project_rules.bare_numbers,
    project_rules.wrong_columns,
    project_rules.wrong_increments,
)


@pytest.fixture(scope="module")
def manifest(parsed: Any) -> Manifest:
    """Return the manifest of the project as plain data."""
    told: Manifest = parsed.writable_manifest().to_dict()
    return told


def model(manifest: Manifest, name: str) -> Node:
    """Return a model by its name."""
    node: Node = manifest["nodes"][f"model.cx_warehouse.{name}"]
    return node


def test_the_manifest_holds_all_layers(manifest: Manifest) -> None:
    """A rule over no models would hold always."""
    layers = [project_rules.layer(node) for node in project_rules.models(manifest)]
    assert {"staging", "intermediate", "marts"} == set(layers)
    assert len(layers) > 50
    files = {path.stem for path in (PROJECT / "models").rglob("*.sql")}
    assert files == {node["name"] for node in project_rules.models(manifest)}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_project_keeps_the_rule(manifest: Manifest, rule: Rule) -> None:
    assert rule(manifest) == []


def test_every_tie_was_seen_failing(manifest: Manifest) -> None:
    """Each is named by a test that breaks it: a tie that cannot fail ties nothing."""
    tests = "".join(path.read_text() for path in (PROJECT.parent / "tests/dbt").glob("test_*.py"))
    ties = [n["name"] for n in project_rules.tests(manifest) if not n.get("test_metadata")]
    assert len(ties) > 50
    assert [tie for tie in ties if tie.removeprefix("assert_") not in tests] == []


def test_what_a_unit_test_cannot_reach_is_shown_by_another_test(manifest: Manifest) -> None:
    for name, path in project_rules.SHOWN_ELSEWHERE.items():
        assert name in (PROJECT.parent / path).read_text()


def test_marts_carry_the_personal_data_that_is_listed_and_no_other(manifest: Manifest) -> None:
    assert project_rules.personal_columns(manifest) == PERSONAL


def test_yaml_lies_beside_its_models_under_the_folder_s_name() -> None:
    wrong = [
        str(path.relative_to(PROJECT))
        for path in (PROJECT / "models").rglob("*.y*ml")
        if not path.name.startswith(f"_{path.parent.name}__")
    ]
    assert wrong == []


def plant_upward_reader(manifest: Manifest) -> str:
    model(manifest, "int_calls")["depends_on"]["nodes"].append("model.cx_warehouse.fct_calls")
    return "int_calls (intermediate) reads fct_calls"


def plant_mart_on_mart(manifest: Manifest) -> str:
    model(manifest, "fct_calls")["depends_on"]["nodes"].append("model.cx_warehouse.fct_tickets")
    return "fct_calls (marts) reads fct_tickets"


def plant_mart_on_lake(manifest: Manifest) -> str:
    source = "source.cx_warehouse.zendesk.calls"
    model(manifest, "fct_calls")["depends_on"]["nodes"].append(source)
    return "fct_calls (marts) reads calls (source)"


def plant_staging_on_staging(manifest: Manifest) -> str:
    parents = model(manifest, "stg_zendesk__calls")["depends_on"]["nodes"]
    parents.append("model.cx_warehouse.stg_zendesk__legs")
    return "stg_zendesk__calls (staging) reads stg_zendesk__legs"


def plant_reader_of_staging(manifest: Manifest) -> str:
    exposure = manifest["exposures"]["exposure.cx_warehouse.cx_dashboard"]
    exposure["depends_on"]["nodes"].append("model.cx_warehouse.stg_zendesk__calls")
    return "BI reads marts only"


def plant_model_name(manifest: Manifest) -> str:
    model(manifest, "stg_zendesk__calls")["name"] = "stg_zendesk_calls"
    return "stg_zendesk_calls: a model of staging"


def plant_aggregate_without_grain(manifest: Manifest) -> str:
    model(manifest, "agg_experience_daily")["name"] = "agg_experience"
    return "the grain of an aggregate"


def plant_yaml_elsewhere(manifest: Manifest) -> str:
    model(manifest, "fct_calls")["patch_path"] = "cx_warehouse://models/marts/everything.yml"
    return "describe it in _experience__models.yml"


def plant_singular_test_name(manifest: Manifest) -> str:
    test = manifest["nodes"]["test.cx_warehouse.assert_channels_add_up_to_all"]
    test["name"] = "check_channels"
    return "check_channels: a singular test"


def plant_unit_test_name(manifest: Manifest) -> str:
    next(iter(manifest["unit_tests"].values()))["name"] = "test_1"
    return "test_1: a unit test"


def plant_long_model(manifest: Manifest) -> str:
    model(manifest, "int_calls")["raw_code"] += "\n" * 200 + "select * from final"
    return "int_calls: "


def plant_first_line(manifest: Manifest) -> str:
    node = model(manifest, "int_calls")
    node["raw_code"] = "-- Calls\n" + node["raw_code"]
    return "the first line says"


def plant_last_line(manifest: Manifest) -> str:
    model(manifest, "int_calls")["raw_code"] += "\nlimit 10"
    return "the last line is"


def plant_star_in_a_mart(manifest: Manifest) -> str:
    node = model(manifest, "dim_channels")
    node["raw_code"] = (
        "-- One row per x\nwith final as (\n    select channels.* from channels\n)\n\n"
        "select * from final"
    )
    return "lists its columns"


def plant_no_contract(manifest: Manifest) -> str:
    model(manifest, "fct_calls")["config"]["contract"]["enforced"] = False
    return "fct_calls: enforce"


def plant_description_without_grain(manifest: Manifest) -> str:
    model(manifest, "fct_calls")["description"] = "Calls. *Key:* a *Assumes:* b *Beware:* c"
    return "begins with `One row per`"


def plant_description_without_warning(manifest: Manifest) -> str:
    model(manifest, "fct_calls")["description"] = "One row per call. *Key:* a *Assumes:* b"
    return "lacks *Beware:*"


def plant_undescribed_column(manifest: Manifest) -> str:
    model(manifest, "fct_calls")["columns"]["queue_seconds"]["description"] = ""
    return "fct_calls.queue_seconds: describe"


def remove_tests_of(manifest: Manifest, mart: str, *, generic: bool) -> None:
    """Take away the generic or the singular tests that read a mart."""
    for key, node in list(manifest["nodes"].items()):
        if (
            node["resource_type"] == "test"
            and bool(node.get("test_metadata")) is generic
            and model(manifest, mart)["unique_id"] in node["depends_on"]["nodes"]
        ):
            del manifest["nodes"][key]


def plant_no_key_test(manifest: Manifest) -> str:
    remove_tests_of(manifest, "fct_calls", generic=True)
    return "fct_calls: test its key"


def plant_no_arithmetic_test(manifest: Manifest) -> str:
    remove_tests_of(manifest, "dim_metrics", generic=False)
    return "dim_metrics: tie its numbers"


def plant_no_reader(manifest: Manifest) -> str:
    for exposure in manifest["exposures"].values():
        exposure["depends_on"]["nodes"] = []
    return "fct_calls: name who reads it"


def plant_untested_case(manifest: Manifest) -> str:
    units = manifest["unit_tests"]
    manifest["unit_tests"] = {k: v for k, v in units.items() if v["model"] != "int_crm_tickets"}
    return "int_crm_tickets: it holds `case`"


def plant_personal_column(manifest: Manifest) -> str:
    columns = model(manifest, "fct_tickets")["columns"]
    columns["requester_email"] = {**columns["ticket_id"], "name": "requester_email"}
    return "fct_tickets.requester_email"


def plant_double_colon(manifest: Manifest) -> str:
    model(manifest, "int_calls")["raw_code"] += "\nselect started_at::date"
    return "write cast(x as t)"


def plant_group_by_all(manifest: Manifest) -> str:
    model(manifest, "int_calls")["raw_code"] += "\nselect 1 group by all"
    return "write the columns by name"


def plant_qualify(manifest: Manifest) -> str:
    model(manifest, "int_calls")["raw_code"] += "\nselect 1 qualify row_number() over () = 1"
    return "row_number in a subquery"


def plant_engine_function(manifest: Manifest) -> str:
    model(manifest, "int_calls")["raw_code"] += "\nselect epoch(started_at)"
    return "a macro of macros/"


def plant_engine_function_in_a_macro(manifest: Manifest) -> str:
    macro = manifest["macros"]["macro.cx_warehouse.margin_of_error"]
    macro["macro_sql"] += " list_sum(x) "
    return "macro margin_of_error"


def plant_threshold(manifest: Manifest) -> str:
    model(manifest, "int_calls")["raw_code"] += "\nselect queue_seconds <= 20"
    return "'<= 20' is a threshold"


def plant_date_literal(manifest: Manifest) -> str:
    model(manifest, "int_calls")["raw_code"] += "\nselect date '2026-07-01'"
    return "it holds a date"


def rename_column(manifest: Manifest, mart: str, old: str, new: str) -> str:
    """Give a column of a mart another name."""
    columns = model(manifest, mart)["columns"]
    columns[new] = {**columns.pop(old), "name": new}
    return f"{mart}.{new}"


def plant_boolean_name(manifest: Manifest) -> str:
    return rename_column(manifest, "fct_calls", "is_answered", "answered")


def plant_timestamp_name(manifest: Manifest) -> str:
    return rename_column(manifest, "fct_calls", "started_at", "start_time")


def plant_date_name(manifest: Manifest) -> str:
    return rename_column(manifest, "fct_calls", "started_on", "start_day")


def plant_count_name(manifest: Manifest) -> str:
    return rename_column(manifest, "fct_calls", "agent_count", "count_agents")


def plant_delete_and_insert(manifest: Manifest) -> str:
    model(manifest, "fct_calls")["config"]["incremental_strategy"] = "delete+insert"
    return "fct_calls: use incremental_strategy touched_days"


PLANTED = {
    plant_upward_reader: project_rules.wrong_layers,
    plant_mart_on_mart: project_rules.wrong_layers,
    plant_mart_on_lake: project_rules.wrong_layers,
    plant_staging_on_staging: project_rules.wrong_layers,
    plant_reader_of_staging: project_rules.wrong_readers,
    plant_model_name: project_rules.wrong_names,
    plant_aggregate_without_grain: project_rules.wrong_names,
    plant_yaml_elsewhere: project_rules.wrong_names,
    plant_singular_test_name: project_rules.wrong_names,
    plant_unit_test_name: project_rules.wrong_names,
    plant_long_model: project_rules.too_long,
    plant_first_line: project_rules.wrong_shape,
    plant_last_line: project_rules.wrong_shape,
    plant_star_in_a_mart: project_rules.wrong_shape,
    plant_no_contract: project_rules.without_contract,
    plant_description_without_grain: project_rules.undescribed,
    plant_description_without_warning: project_rules.undescribed,
    plant_undescribed_column: project_rules.undescribed,
    plant_no_key_test: project_rules.without_key_test,
    plant_no_arithmetic_test: project_rules.without_arithmetic_test,
    plant_no_reader: project_rules.without_reader,
    plant_untested_case: project_rules.without_unit_test,
    plant_personal_column: project_rules.unmarked_personal,
    plant_double_colon: project_rules.engine_specific,
    plant_group_by_all: project_rules.engine_specific,
    plant_qualify: project_rules.engine_specific,
    plant_engine_function: project_rules.engine_specific,
    plant_engine_function_in_a_macro: project_rules.engine_specific,
    plant_threshold: project_rules.bare_numbers,
    plant_date_literal: project_rules.bare_numbers,
    plant_boolean_name: project_rules.wrong_columns,
    plant_timestamp_name: project_rules.wrong_columns,
    plant_date_name: project_rules.wrong_columns,
    plant_count_name: project_rules.wrong_columns,
    plant_delete_and_insert: project_rules.wrong_increments,
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_breach_is_found(manifest: Manifest, plant: Callable[[Manifest], str]) -> None:
    broken = deepcopy(manifest)
    words = plant(broken)
    assert any(words in breach for breach in PLANTED[plant](broken))


def test_every_rule_has_a_planted_breach() -> None:
    assert set(PLANTED.values()) == set(RULES)
