"""What the pipeline writes about itself, from its own writers to the operations marts."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from expectations.results import CheckResult, Severity, Subject, write_results
from extract import SOURCES
from extract.outcomes import Attempt, attempt_id, record
from ops.alerts.lineage import affected_by
from tests.dbt.service_records import call, forked
from tests.dbt.tiny_lake import at
from tests.dbt.warehouse import PROJECT, Warehouse

SELECTED = (
    "tag:before_scoring",
    "int_search_coverage_daily",
    "path:models/intermediate/operations",
    "path:models/marts/operations",
)

OWN = ("path:models/staging/operations", *SELECTED[2:])  # what tells of the pipeline


def attempted(
    lake: Path, started: str, outcome: str = "success", stream: str = "calls", rows: int = 1
) -> Path:
    """Write the outcome of an attempt as the extraction does."""
    begun = at(started)
    window = begun.replace(hour=0, minute=0)
    return record(
        lake,
        Attempt(
            attempt_id=attempt_id("zendesk", stream, window.isoformat(), begun),
            source_slug="zendesk",
            stream_name=stream,
            kind_type="entity",
            window_start=window - timedelta(days=1),
            window_end=window,
            run_id="run",
            attempt=1,
            outcome_type=outcome,
            error_type=None if outcome == "success" else "SourceUnavailable",
            rows=rows,
            new_rows=rows,
            started_at=begun,
            finished_at=begun + timedelta(seconds=2),
            duration_seconds=2.0,
        ),
    )


def judged(lake: Path, checked: str, *, success: bool = True) -> Path:
    """Write the results of a gate run as the gate does."""
    subject = Subject("lake", at(checked), "calls.parquet", "zendesk", "calls")
    check = CheckResult(
        suite="lake.zendesk.calls",
        check="rows_hold_against_recent_intervals",
        severity=Severity.REFUSE,
        success=success,
        observed=412.0,
        expected="at least 1,625",
        message="412 rows",
        owner="data_engineering",
        runbook="extract_refused",
    )
    return write_results(lake / "operations" / "check_results", subject, [check])


@pytest.fixture(scope="module")
def operated_once(
    new_warehouse: Callable[[Path], Warehouse], tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    """Build two days of operations over a lake with one stream."""
    warehouse = new_warehouse(tmp_path_factory.mktemp("operated"))
    lake = warehouse.lake
    attempted(lake.root, "2026-07-02 00:10", "failed", rows=0)
    attempted(lake.root, "2026-07-02 00:20")
    judged(lake.root, "2026-07-02 00:21")
    lake.land("zendesk.calls", [call(1, "2026-07-01 08:00")])
    warehouse.run(command="seed")
    warehouse.build(*SELECTED, as_of="2026-07-02T00:00:00Z")
    return warehouse


@pytest.fixture
def operated(operated_once: Warehouse, tmp_path: Path) -> Warehouse:
    """Give a copy of lake and build to go on from."""
    return forked(operated_once, tmp_path)


def test_marts_of_operations_stand_over_an_empty_lake(warehouse: Warehouse) -> None:
    warehouse.run(command="seed")
    warehouse.build(*SELECTED)
    assert warehouse.rows("select count(*) from cx_warehouse.marts.agg_freshness") == [(0,)]


def test_every_stream_is_promised() -> None:
    with (PROJECT / "seeds" / "freshness_promises.csv").open() as seed:
        promised = {(row["source_slug"], row["stream_slug"]) for row in csv.DictReader(seed)}
    assert promised == {
        (source.name, stream.name) for source in SOURCES.values() for stream in source.streams
    }


def test_every_stream_says_which_moment_is_its_newest() -> None:
    model = PROJECT / "models" / "intermediate" / "operations" / "int_records_latest.sql"
    named = set(re.findall(r"\('(\w+)', '(\w+)', 'stg_", model.read_text()))
    assert named == {
        (source.name, stream.name) for source in SOURCES.values() for stream in source.streams
    }


def test_each_attempt_is_a_row_whatever_came_of_it(operated: Warehouse) -> None:
    assert operated.rows(
        "select outcome_type, error_type, row_count, cast(started_on as text)"
        " from cx_warehouse.marts.fct_extract_attempts order by started_at"
    ) == [
        ("failed", "SourceUnavailable", 0, "2026-07-02"),
        ("success", None, 1, "2026-07-02"),
    ]


def test_freshness_tells_interval_record_and_promise(operated: Warehouse) -> None:
    query = (
        "select stream_slug, cast(last_interval_end_at as text), cast(last_record_at as text),"
        " behind_hours, is_late, last_attempt_outcome_type, failed_since_success_count"
        " from cx_warehouse.marts.agg_freshness where stream_slug in ('calls', 'legs') order by 1"
    )
    moments = ("2026-07-02 00:00:00", "2026-07-01 08:00:00")
    assert operated.rows(query) == [
        ("calls", *moments, 0.0, False, "success", 0),
        ("legs", None, None, None, True, None, 0),
    ]
    attempted(operated.lake.root, "2026-07-03 00:10", "failed", rows=0)
    operated.build(*OWN, as_of="2026-07-03T00:00:00Z")
    assert operated.rows(query)[0] == ("calls", *moments, 24.0, True, "failed", 1)


def test_an_attempt_written_late_into_a_known_day_is_found(operated: Warehouse) -> None:
    attempted(operated.lake.root, "2026-07-03 00:10")
    operated.build(*OWN)
    attempted(operated.lake.root, "2026-07-02 23:59", "deferred", rows=0)
    judged(operated.lake.root, "2026-07-03 00:11", success=False)
    operated.build(*OWN)
    count = "select count(*) from cx_warehouse.marts.fct_extract_attempts"
    assert operated.rows(count) == [(4,)]
    assert operated.rows(
        "select is_success, observed_value from cx_warehouse.marts.fct_check_results order by"
        " checked_at"
    ) == [(True, 412.0), (False, 412.0)]


@pytest.mark.slow
def test_days_long_known_are_not_read_again(operated: Warehouse) -> None:
    """Cost stays flat: the file of an old day could be gone and its rows stay."""
    attempted(operated.lake.root, "2026-07-09 00:10")
    operated.build(*SELECTED)
    for old in (operated.lake.root / "operations/extract_attempts/dt=2026-07-02").iterdir():
        old.unlink()
    operated.build(*SELECTED)
    count = "select count(*) from cx_warehouse.marts.fct_extract_attempts"
    assert operated.rows(count) == [(3,)]


def test_a_check_names_what_stands_on_it_from_the_graph(operated: Warehouse) -> None:
    """The lineage is dbt's own: nothing in the check names a mart."""
    [(marts, readers, owner, runbook, severity)] = operated.rows(
        "select mart_names, reader_names, owner_slug, runbook_slug, severity_type"
        " from cx_warehouse.marts.dim_checks"
    )
    assert {"fct_calls", "agg_experience_daily"} <= set(marts.split(", "))
    assert "fct_web_sessions" not in marts.split(", ")
    assert "agg_freshness" not in marts.split(", "), (
        "what tells of the pipeline stands on no stream"
    )
    assert "Dashboard of customer experience (example)" in readers
    assert (owner, runbook, severity) == ("data_engineering", "extract_refused", "refuse")


def test_both_readings_of_the_lineage_agree(operated: Warehouse, parsed: Any) -> None:
    """What alerts read from the manifest is what the marts say of themselves."""
    manifest = operated.folder / "manifest.json"
    parsed.build_parent_and_child_maps()
    parts = {name: getattr(parsed, name) for name in ("nodes", "sources", "exposures")}
    graph = {
        name: {key: one.to_dict() for key, one in part.items()} for name, part in parts.items()
    }
    manifest.write_text(json.dumps({**graph, "child_map": parsed.child_map}, default=str))
    told = set(affected_by(manifest, ["zendesk.calls"]).marts)
    [(marts,)] = operated.rows("select mart_names from cx_warehouse.marts.dim_checks")
    own = {path.stem for path in (PROJECT / "models/marts/operations").glob("*.sql")}
    assert told - own == set(marts.split(", "))


def trust(warehouse: Warehouse, mart: str = "fct_calls") -> tuple[str, str]:
    [found] = warehouse.rows(
        "select trust_grade, coalesce(reason_text, '') from cx_warehouse.marts.agg_mart_trust"
        f" where mart_name = '{mart}'"
    )
    return found


def test_a_mart_is_graded_by_what_stands_behind_it(operated: Warehouse) -> None:
    """Legs never landed, so what reads them is E; sessions stand on no stream of the desk."""
    lake = operated.lake
    grade, why = trust(operated)
    first = "zendesk.legs never landed: nothing of it was ever accepted"
    assert (grade, why.split("; ")[0]) == ("E", first)
    assert trust(operated, "fct_web_sessions") == ("A", "")
    for stream in ("legs", "tickets"):
        lake.land(f"zendesk.{stream}", [])
    sound = call(1, "2026-07-01 08:00")
    lake.land("zendesk.calls", [sound, replace(call(3, "2026-07-01 09:00"), error="odd")])
    path = lake.land("servicenow.incident", [])
    said = {"source_rows": 12, "shown_rows": 9, "rows": 0}
    table = pq.read_table(path).replace_schema_metadata({"cx_manifest": json.dumps(said)})
    pq.write_table(table, path)
    operated.build(*OWN, as_of="2026-07-02T00:00:00Z")
    assert trust(operated) == ("F", "zendesk.calls rows held back: 1 of 2")
    assert operated.rows(
        "select stream_slug, measure_slug, source_count, landed_count, gap_rate, is_reconciled,"
        " source_text from cx_warehouse.marts.fct_reconciliations"
    ) == [("incident", "rows", 12, 9, 0.25, False, "Aggregate API")]
    gap = "servicenow.incident less than the source counts: 1 totals are missed"
    assert gap in trust(operated, "fct_it_incidents")[1]

    judged(lake.root, "2026-07-02 00:22", success=False)
    lake.land("zendesk.calls", [sound])
    operated.execute(
        "create table cx_warehouse.marts.agg_experience_daily as"
        " select 'nps' as metric_slug, cast(null as text) as trust_grade"
    )
    operated.build(*OWN, as_of="2026-07-03T00:00:00Z")
    assert set(trust(operated)[1].split("; ")) >= {
        "zendesk.calls days missing: 1 of the last 2 days",
        "zendesk.calls files refused: 1 now",
        "zendesk.calls late: 24 h behind, promised are 24 h",
    }
    grade, _ = trust(operated, "agg_experience_daily")
    carried = operated.rows("select trust_grade from cx_warehouse.marts.agg_experience_daily")
    assert carried == [(grade,)], "the headline numbers carry the grade of their mart"
    assert grade > "A"


TIES = {
    "every_mart_is_graded_once": """
        delete from marts.agg_mart_trust where mart_name = 'fct_calls'""",
    "a_check_failed_as_often_as_its_results_say": """
        update marts.dim_checks set failed_count = 7""",
    "a_gap_is_what_the_source_counts_and_we_lack": """
        insert into marts.fct_reconciliations values
            ('x', 'a', 'rows', '2026-07-01', '2026-07-02', true, 'y', 10, 5, 0.0, 0.0)""",
    "every_promised_stream_is_measured_once": """
        delete from marts.agg_freshness where stream_slug = 'calls'""",
    "the_rows_of_a_landed_file_are_at_least_those_read": """
        update marts.fct_extract_attempts set row_count = 0""",
    "a_gate_run_judges_each_check_once": """
        insert into marts.fct_check_results select * from marts.fct_check_results""",
}


@pytest.mark.parametrize("tie", TIES)
def test_a_broken_tie_of_operations_is_found(operated: Warehouse, tie: str) -> None:
    assert operated.failing(f"assert_{tie}") == []
    operated.execute(f"use cx_warehouse; {TIES[tie]}")
    assert operated.failing(f"assert_{tie}") == [f"assert_{tie}"]
