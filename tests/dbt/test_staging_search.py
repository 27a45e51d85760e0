"""Staging of Search Console and of GA4's daily reports: restated days, empty days, coverage."""

from __future__ import annotations

from typing import Any

from tests.dbt.tiny_lake import Row
from tests.dbt.warehouse import Warehouse

DETAIL, TOTAL = "search_console.by_query_page", "search_console.by_date"


def result(
    day: str, query: str = "", clicks: float = 1, impressions: float = 10, device: str = "MOBILE"
) -> Row:
    """Make a row by query, or the day's total when there is none."""
    numbers: dict[str, Any] = {"clicks": clicks, "impressions": impressions, "position": 2.5}
    if not query:
        return Row(day, {"date": day, **numbers, "aggregationType": "byProperty"})
    keys = {"query": query, "page": "https://x.example/", "country": "nld", "device": device}
    key = "|".join((day, *keys.values()))
    return Row(key, {"date": day, **keys, **numbers, "aggregationType": "byPage"})


def report(channel: str, sessions: str, **changes: Any) -> Row:
    payload = {
        "key": f"20260701|{channel}|desktop",
        "date": "20260701",
        "sessionDefaultChannelGroup": channel,
        "deviceCategory": "desktop",
        "sessions": sessions,
        "keyEvents": "1.5",
        "isOtherRow": False,
        "subjectToThresholding": False,
        "dataLossFromOtherRow": False,
        "samplingMetadatas": [],
        **changes,
    }
    return Row(payload["key"], payload)


def test_a_restated_day_of_search_results_replaces_the_day(warehouse: Warehouse) -> None:
    model = "stg_search_console__by_query_page"
    warehouse.lake.land(DETAIL, [result("2026-07-01", "a"), result("2026-07-01", "b")])
    warehouse.lake.land(DETAIL, [result("2026-07-02", "a")], "2026-07-02")
    warehouse.build(model)
    changed = [result("2026-07-01", "a", clicks=3.0, device="DESKTOP")]
    warehouse.lake.land(DETAIL, changed, extracted_at="2026-07-06")
    warehouse.build(model)
    assert warehouse.rows(
        "select cast(report_on as text), query_text, device_type, click_count, _build_id"
        f" from staging.{model} order by all"
    ) == [("2026-07-01", "a", "desktop", 3, 2), ("2026-07-02", "a", "mobile", 1, 1)]


def test_a_day_that_becomes_final_later_is_there_from_then_on(warehouse: Warehouse) -> None:
    model = "stg_search_console__by_date"
    warehouse.lake.land(TOTAL, [])
    warehouse.build(model)
    assert warehouse.rows(f"select * from staging.{model}") == []
    warehouse.lake.land(TOTAL, [result("2026-07-01", clicks=40.0)], extracted_at="2026-07-05")
    warehouse.build(model)
    stepwise = warehouse.rows(f"select * exclude (_build_id) from staging.{model}")
    assert len(stepwise) == 1
    warehouse.build(model, full_refresh=True)
    assert warehouse.rows(f"select * exclude (_build_id) from staging.{model}") == stepwise


def test_coverage_is_what_the_rows_by_query_show_of_the_totals(warehouse: Warehouse) -> None:
    rows = [result("2026-07-01", "a", 20, 500), result("2026-07-01", "b", 10, 180)]
    warehouse.lake.land(DETAIL, rows)
    totals = [result("2026-07-01", clicks=40, impressions=1000)]
    warehouse.lake.land(TOTAL, totals)
    warehouse.lake.land(TOTAL, [result("2026-07-02", clicks=0, impressions=8)], "2026-07-02")
    warehouse.build("path:models/staging/search_console", "int_search_coverage_daily")
    assert warehouse.rows(
        "select cast(report_on as text), click_coverage_rate, impression_coverage_rate"
        " from intermediate.int_search_coverage_daily order by 1"
    ) == [("2026-07-01", 0.75, 0.68), ("2026-07-02", None, 0.0)]


def test_a_restated_report_replaces_the_day(warehouse: Warehouse) -> None:
    model = "stg_ga4__report_daily"
    warehouse.lake.land("ga4.report_daily", [report("Direct", "5"), report("Email", "2")])
    warehouse.build(model)
    warehouse.lake.land("ga4.report_daily", [report("Direct", "6")], extracted_at="2026-07-04")
    warehouse.build(model)
    assert warehouse.rows(
        "select cast(report_on as text), channel_group_name, session_count, key_event_count,"
        f" active_user_count, _build_id from staging.{model}"
    ) == [("2026-07-01", "Direct", 6, 1.5, None, 2)]


def test_what_a_report_says_of_itself_stands_in_every_row(warehouse: Warehouse) -> None:
    flagged = report(
        "(other)", "1", isOtherRow=True, subjectToThresholding=True, dataLossFromOtherRow=True,
        samplingMetadatas=[{"samplesReadCount": "5", "samplingSpaceSize": "9"}],
    )  # fmt: skip
    warehouse.lake.land("ga4.report_daily", [flagged, report("Direct", "6")])
    warehouse.build("stg_ga4__report_daily")
    assert warehouse.rows(
        "select channel_group_name, is_other_row, is_thresholded, has_other_row, is_sampled"
        " from staging.stg_ga4__report_daily order by 1"
    ) == [("(other)", True, True, True, True), ("Direct", False, False, False, False)]


def test_an_empty_lake_gives_empty_tables(warehouse: Warehouse) -> None:
    models = ["stg_ga4__report_daily", "path:models/staging/search_console"]
    warehouse.build(*models, "int_search_coverage_daily")
    assert warehouse.rows("select * from intermediate.int_search_coverage_daily") == []
    unit = warehouse.run("int_search_coverage_daily,test_type:unit", command="test")
    assert [str(one.status) for one in unit.result or []] == ["pass"]
    assert warehouse.failing(*models, "int_search_coverage_daily") == []
