"""ServiceNow's sample answers, through connector and staging, to the rows written by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from extract import SOURCES
from extract.errors import Defer
from extract.lake import Manifest, landed_path
from extract.pull import pull
from extract.servicenow import ServiceNowSettings
from tests.dbt.warehouse import Warehouse
from tests.extract.northwind import day
from tests.extract.vendor import Answer, Vendor

SAMPLES = Path(__file__).parents[1] / "samples"
NOW = datetime(2026, 7, 2, 0, 10, tzinfo=UTC)
Begin = Callable[[Path], Warehouse]


def sample(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLES / f"servicenow_{name}.json").read_text())
    return found


def answers(name: str) -> list[Answer]:
    """Return the sample's page, the empty one behind it, and the count."""
    body = sample(name)["response"]["body"]
    count = {"result": {"stats": {"count": str(len(body["result"]))}}}
    return [Answer(body=body), Answer(body={"result": []}), Answer(body=count)]


def land(vendor: Vendor, lake: Path, stream: str) -> Manifest:
    settings = ServiceNowSettings(base_url=vendor.url, username="reader", password="secret")
    return pull("servicenow", stream, settings, day(1), lake, lambda: NOW, "test")


def staged(new: Begin, folder: Path, stream: str, columns: str) -> list[tuple[Any, ...]]:
    """Let the landed file through the gate and into staging; return the columns asked for."""
    landed = landed_path(folder / "lake", "landing", "servicenow", stream, day(1))
    raw = landed_path(folder / "lake", "raw", "servicenow", stream, day(1))
    raw.parent.mkdir(parents=True)
    landed.replace(raw)
    warehouse = new(folder)
    warehouse.build(f"stg_servicenow__{stream}", new_files={f"servicenow.{stream}": [str(raw)]})
    return warehouse.rows(f"select {columns} from staging.stg_servicenow__{stream}")


def test_incident_of_the_sample_becomes_its_row(
    vendor: Vendor,
    tmp_path: Path,
    new_warehouse: Begin,
) -> None:
    vendor.say(*answers("incident"))
    manifest = land(vendor, tmp_path / "lake", "incident")
    assert (manifest.rows, manifest.invalid_rows, manifest.note) == (1, 0, "")
    assert staged(
        new_warehouse, tmp_path, "incident",
        "incident_id, incident_number, parent_incident_id, caller_id, opened_by_id,"
        " assignment_group_id, assigned_to_id, cast(opened_at as text), cast(resolved_at as text),"
        " closed_at, cast(updated_at as text), cast(opened_on as text), state_code, priority_code,"
        " impact_code, urgency_code, category_type, close_type, is_major_incident, has_made_sla,"
        " is_deleted, short_description, reassignment_count, reopen_count",
    ) == [
        (
            "9d385017c611228701d22104cc95c371", "INC0010021", None,
            "681ccaf9c0a8016400b98a06818d57c7", "6816f79cc0a8016401c5a33be04be441",
            "8a4dde73c6112278017a6a4baf547aa7", "5137153cc611227c000bbd1bd8cd2005",
            "2026-07-01 06:58:10", "2026-07-01 09:20:00", None, "2026-07-01 09:20:01",
            "2026-07-01", "6", "2", "2", "1", "software", "Solved (Permanently)", False, True,
            False, "Agent softphone drops calls", 1, 0,
        )
    ]  # fmt: skip


def test_promise_of_the_sample_becomes_its_row(
    vendor: Vendor,
    tmp_path: Path,
    new_warehouse: Begin,
) -> None:
    vendor.say(*answers("task_sla"))
    assert land(vendor, tmp_path / "lake", "task_sla").rows == 1
    assert staged(
        new_warehouse, tmp_path, "task_sla",
        "task_sla_id, task_id, sla_definition_id, schedule_id, cast(started_at as text),"
        " cast(ended_at as text), paused_at, cast(planned_end_at as text),"
        " cast(original_breach_at as text), stage_type, time_zone_name, is_active, has_breached,"
        " is_deleted, duration_seconds, business_duration_seconds, time_left_seconds,"
        " business_time_left_seconds, pause_seconds, business_pause_seconds,"
        " round(elapsed_rate, 4), round(business_elapsed_rate, 4)",
    ) == [
        (
            "aa11", "9d385017c611228701d22104cc95c371", "c8a1", "08fc", "2026-07-01 06:58:10",
            "2026-07-01 09:20:00", None, "2026-07-01 14:58:10", "2026-07-01 14:58:10",
            "completed", "Europe/Amsterdam", False, False, False,
            8510, 8400, 20290, 20400, None, None, 0.2955, 0.2916,
        )
    ]  # fmt: skip


def test_limit_of_the_sample_is_waited_for_as_it_says(vendor: Vendor, tmp_path: Path) -> None:
    told = sample("429")["response"]
    vendor.say(Answer(told["status"], told["body"], told["headers"]))
    with pytest.raises(Defer, match="asks for 1210 s") as caught:
        land(vendor, tmp_path / "lake", "incident")
    assert caught.value.seconds == 1210


def test_limit_without_retry_after_is_waited_for_until_its_reset(
    vendor: Vendor, tmp_path: Path
) -> None:
    told = sample("429")["response"]
    reset = str(int(NOW.timestamp()) + 900)
    vendor.say(Answer(429, told["body"], {"X-RateLimit-Reset": reset}))
    with pytest.raises(Defer) as caught:
        land(vendor, tmp_path / "lake", "incident")
    assert caught.value.seconds == 901  # a second behind it


def test_the_query_is_the_sample_s_with_a_key_in_place_of_an_offset(
    vendor: Vendor, tmp_path: Path
) -> None:
    vendor.say(*answers("incident"))
    land(vendor, tmp_path / "lake", "incident")
    first, second, counted = (one.query for one in vendor.seen)
    window = "sys_updated_on>=2026-06-30 23:55:00^sys_updated_on<2026-07-02 00:00:00"
    assert first["sysparm_query"] == [f"{window}^ORDERBYsys_id"]
    behind = "^sys_id>9d385017c611228701d22104cc95c371"
    assert second["sysparm_query"] == [f"{window}{behind}^ORDERBYsys_id"]
    assert counted == {"sysparm_query": [window], "sysparm_count": ["true"]}
    sent = sample("incident")["request"]["query"]
    same = {"sysparm_display_value", "sysparm_exclude_reference_link", "sysparm_limit",
            "sysparm_no_count"}  # fmt: skip
    assert {name: first[name] for name in same} == {name: [sent[name]] for name in same}
    asked = set(first["sysparm_fields"][0].split(","))
    assert set(sent["sysparm_fields"].split(",")) <= asked
    assert "sysparm_offset" not in first


def test_page_whose_references_are_links_is_landed_with_an_error(
    vendor: Vendor, tmp_path: Path
) -> None:
    page, *rest = answers("incident")
    page.body["result"][0]["caller_id"] = {"link": "https://x/sys_user/1", "value": "1"}
    vendor.say(page, *rest)
    assert land(vendor, tmp_path / "lake", "incident").invalid_rows == 1
    path = landed_path(tmp_path / "lake", "landing", "servicenow", "incident", day(1))
    (error,) = pq.read_table(path)["_error"].to_pylist()
    assert re.search(r"- at `\$.caller_id`$", error)


def test_the_landed_payload_is_the_record_as_it_came(vendor: Vendor, tmp_path: Path) -> None:
    vendor.say(*answers("task_sla"))
    land(vendor, tmp_path / "lake", "task_sla")
    path = landed_path(tmp_path / "lake", "landing", "servicenow", "task_sla", day(1))
    (payload,) = pq.read_table(path)["_payload"].to_pylist()
    assert json.loads(payload) == sample("task_sla")["response"]["body"]["result"][0]
    assert SOURCES["servicenow"].stream("task_sla").pk == ("sys_id",)
