"""Google's sample answers, through connector and staging, to the rows written by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from extract.ga4 import Ga4Settings
from extract.lake import Manifest, landed_path
from extract.pull import pull
from extract.search_console import SearchConsoleSettings
from sandbox.render_ga4 import SCHEMA
from tests.dbt.warehouse import Warehouse
from tests.extract.northwind import day
from tests.extract.vendor import Answer, Vendor

SAMPLES = Path(__file__).parents[1] / "samples"
NOW = datetime(2026, 7, 10, 0, 10, tzinfo=UTC)
PROPERTY = "312345678"
Begin = Callable[[Path], Warehouse]


def sample(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text())
    return found


def report_settings(vendor: Vendor) -> Ga4Settings:
    """Ask for the columns that the sample asks for."""
    asked = sample("ga4_run_report")["request"]["body"]
    return Ga4Settings(
        base_url=vendor.url,
        data_api_url=vendor.url,
        property_id=PROPERTY,
        token="secret",
        report_dimensions=",".join(one["name"] for one in asked["dimensions"]),
        report_metrics=",".join(one["name"] for one in asked["metrics"]),
    )


def land(lake: Path, source: str, stream: str, settings: Any) -> Manifest:
    return pull(source, stream, settings, day(1), lake, lambda: NOW, "test")


def staged(
    new: Begin, folder: Path, source: str, stream: str, columns: str
) -> list[tuple[Any, ...]]:
    """Let the landed day through the gate and into staging; return the columns asked for."""
    landed = landed_path(folder / "lake", "landing", source, stream, day(1))
    raw = landed_path(folder / "lake", "raw", source, stream, day(1))
    raw.parent.mkdir(parents=True)
    landed.replace(raw)
    warehouse = new(folder)
    model = f"stg_{source}__{stream}"
    warehouse.build(model, new_files={f"{source}.{stream}": [str(raw)]})
    return warehouse.rows(f"select {columns} from staging.{model} order by all")


def test_report_of_the_sample_is_asked_for_as_the_sample_asks(
    vendor: Vendor, tmp_path: Path
) -> None:
    told = sample("ga4_run_report")
    vendor.say(*[Answer(body={})] * 3, Answer(body=told["response"]["body"]))
    land(tmp_path, "ga4", "report_daily", report_settings(vendor))
    assert vendor.seen[-1].path == told["request"]["path"]
    assert vendor.seen[-1].body == told["request"]["body"]


def test_report_of_the_sample_becomes_its_rows(
    vendor: Vendor,
    tmp_path: Path,
    new_warehouse: Begin,
) -> None:
    vendor.say(*[Answer(body={})] * 3, Answer(body=sample("ga4_run_report")["response"]["body"]))
    manifest = land(tmp_path / "lake", "ga4", "report_daily", report_settings(vendor))
    assert (manifest.rows, manifest.invalid_rows, manifest.note) == (2, 0, "")
    assert staged(
        new_warehouse, tmp_path, "ga4", "report_daily",
        "report_code, cast(report_on as text), channel_group_name, device_type, landing_page,"
        " is_other_row, is_thresholded, has_other_row, is_sampled, session_count,"
        " engaged_session_count, active_user_count, key_event_count, view_count",
    ) == [
        (
            "20260701|(other)|(other)", "2026-07-01", "(other)", None, "(other)",
            True, False, True, False, 14, 5, 12, None, 22,
        ),
        (
            "20260701|Organic Search|/pricing", "2026-07-01", "Organic Search", None, "/pricing",
            False, False, True, False, 1502, 901, 1240, None, 3310,
        ),
    ]  # fmt: skip


def test_exported_event_of_the_sample_becomes_its_row(
    tmp_path: Path,
    new_warehouse: Begin,
) -> None:
    body = sample("ga4_bigquery_event")["response"]["body"]
    file = tmp_path / f"export/analytics_{PROPERTY}/events_20260701.parquet"
    file.parent.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist([body], schema=SCHEMA), file)
    settings = Ga4Settings(base_url=f"file://{tmp_path}/export", property_id=PROPERTY)
    assert land(tmp_path / "lake", "ga4", "events", settings).rows == 1
    assert staged(
        new_warehouse, tmp_path, "ga4", "events",
        "web_client_id, customer_number, ga_session_id, ga_session_number, transaction_code,"
        " cast(event_at as text), cast(event_on as text), device_type, event_name, page_location,"
        " source_name, medium_name, engagement_milliseconds, value_usd",
    ) == [
        (
            "1093312345.1780000000", "cust-55120", 1782893400, 3, None,
            "2026-07-01 08:10:31.12", "2026-07-01", "mobile", "page_view",
            "https://www.example.com/pricing", "google", "organic", None, None,
        )
    ]  # fmt: skip


def test_search_results_of_the_sample_become_their_rows(
    vendor: Vendor,
    tmp_path: Path,
    new_warehouse: Begin,
) -> None:
    told = sample("gsc_searchanalytics")
    vendor.say(*[Answer(body={})] * 10, Answer(body=told["response"]["body"]), Answer(body={}))
    settings = SearchConsoleSettings(
        base_url=vendor.url, site_url="sc-domain:example.com", token="secret"
    )
    manifest = land(tmp_path / "lake", "search_console", "by_query_page", settings)
    assert (manifest.rows, manifest.invalid_rows, manifest.note) == (1, 0, "")
    assert vendor.seen[-2].path == told["request"]["path"]
    assert vendor.seen[-2].body == told["request"]["body"]
    assert vendor.seen[-1].body == {**told["request"]["body"], "startRow": 1}
    assert staged(
        new_warehouse, tmp_path, "search_console", "by_query_page",
        "cast(report_on as text), query_text, page_location, country_code, device_type,"
        " aggregation_type, click_count, impression_count, mean_position",
    ) == [
        (
            "2026-07-01", "double charge refund", "https://www.example.com/help/refunds", "nld",
            "mobile", "byPage", 12, 340, 4.2,
        )
    ]  # fmt: skip
