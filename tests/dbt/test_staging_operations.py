"""The pipeline's own records: written by the product's writers, read once each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from expectations.results import CheckResult, Severity, Subject, write_results
from extract.outcomes import Attempt, record
from tests.dbt.tiny_lake import at
from tests.dbt.warehouse import Warehouse

MODELS = ("stg_operations__extract_attempts", "stg_operations__check_results")

TRY = Attempt(
    attempt_id="zendesk.calls.a",
    source_slug="zendesk",
    stream_name="calls",
    kind_type="entity",
    window_start=at("2026-07-01"),
    window_end=at("2026-07-02"),
    run_id="run-1",
    attempt=1,
    outcome_type="failed",
    error_type="Unavailable",
    message="zendesk.calls: HTTP 503",
    http_status=503,
    started_at=at("2026-07-02 00:10"),
    finished_at=at("2026-07-02 00:11"),
    duration_seconds=60.0,
)
CHECK = CheckResult(
    *("lake.zendesk.calls", "rows_against_recent_intervals", Severity.WARN, True, 412.0),
    *("at least 200", "as usual", "data_engineering", "volume_drop"),
)
SUBJECT = Subject("lake", at("2026-07-02 00:20"), "calls.parquet", "zendesk", "calls")


def test_attempts_and_checks_are_read_once_each(warehouse: Warehouse) -> None:
    lake = warehouse.lake.root
    warehouse.build(*MODELS)
    record(lake, TRY)
    write_results(lake / "operations" / "check_results", SUBJECT, [CHECK])
    warehouse.build(*MODELS)
    record(lake, replace(TRY, attempt_id="zendesk.calls.b", attempt=2, outcome_type="success"))
    later = replace(SUBJECT, checked_at=SUBJECT.checked_at + timedelta(days=1))
    write_results(lake / "operations" / "check_results", later, [CHECK, replace(CHECK, check="b")])
    warehouse.build(*MODELS)
    assert warehouse.rows(
        "select attempt_number, outcome_type, cast(window_end_at as text), http_status_code,"
        " _build_id from staging.stg_operations__extract_attempts order by 1"
    ) == [
        (1, "failed", "2026-07-02 00:00:00", 503, 2),
        (2, "success", "2026-07-02 00:00:00", 503, 3),
    ]
    assert warehouse.rows(
        "select check_name, cast(checked_on as text), _build_id"
        " from staging.stg_operations__check_results order by 2, 1"
    ) == [
        ("rows_against_recent_intervals", "2026-07-02", 2),
        ("b", "2026-07-03", 3),
        ("rows_against_recent_intervals", "2026-07-03", 3),
    ]


def test_a_full_refresh_reads_all_records_again(warehouse: Warehouse) -> None:
    record(warehouse.lake.root, TRY)
    warehouse.build(MODELS[0])
    warehouse.build(MODELS[0], full_refresh=True)
    assert warehouse.rows(f"select count(*), max(_build_id) from staging.{MODELS[0]}") == [(1, 2)]
