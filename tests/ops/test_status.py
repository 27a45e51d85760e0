"""One screen says how it stands, and machines read the same as JSON."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from expectations.results import CheckResult, Severity, Subject, write_results
from ops import publish, status
from ops import settings as ops_settings
from ops.settings import Settings
from tests.expectations.landed import DAY, NOW, calls, land

TRUST = """create table marts.agg_mart_trust as
select 'fct_calls' as mart_name, 'C' as trust_grade, 'zendesk.calls late: 48 h' as reason_text
union all select 'dim_date', 'A', null"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Give a data folder with a held row, a failed check and a release that is graded."""
    settings = ops_settings.load({"CXW_DATA_DIR": str(tmp_path / "data")}, working_dir=tmp_path)
    rows = calls(20)
    rows[3]["_error"] = "gate: talk_time is -5.0, below 0"
    land(settings.lake, rows, zone="raw")
    subject = Subject(
        "lake", NOW, "zendesk/calls/a.parquet", "zendesk", "calls", DAY.start, DAY.end
    )
    check = CheckResult(
        *("lake.zendesk.calls", "rows_as_many_as_usual", Severity.WARN, False, 20.0),
        *("at least 180", "20.0 rows a day, 160.0 below", "service desk data", "file_refused"),
    )
    write_results(settings.lake / "operations" / "check_results", subject, [check])
    with publish.open_build(settings.data_dir, reserve=0) as build:
        with duckdb.connect(str(build.marts)) as con:
            con.execute(TRUST)
        facts = publish.BuildFacts(as_of=DAY.end, built_at=DAY.end + timedelta(minutes=20))
        publish.publish(build, facts)
    return settings


def shown(settings: Settings, *, is_json: bool) -> str:
    text = io.StringIO()
    status.show(settings, Console(file=text, width=120), is_json=is_json)
    return text.getvalue()


def test_the_screen_names_release_trust_gates_and_held_rows(settings: Settings) -> None:
    said = shown(settings, is_json=False)
    assert f"release {DAY.end:%Y%m%d}T000000Z-000001, as of 2026-07-09 00:00 UTC" in said
    assert "trust    1 A, 1 C" in said
    assert "C  fct_calls: zendesk.calls late: 48 h" in said
    assert "gates    in the last 24 h failed: 1 warn" in said
    assert "rows_as_many_as_usual: 20.0 rows a day, 160.0 below" in said
    assert "held     1 rows; see them: cxw quarantine list" in said
    [line] = [one for one in said.splitlines() if one.startswith("zendesk.calls")]
    assert "2026-07-09" in line
    assert " 0/24 " in line
    assert line.rstrip().endswith("1 rows")


def test_machines_read_the_same(settings: Settings) -> None:
    told = json.loads(shown(settings, is_json=True))
    assert set(told) == {
        *("now", "release", "streams", "gates", "quarantine", "grades", "alerts", "silences"),
        "findings",
    }
    assert datetime.fromisoformat(told["now"]).tzinfo == UTC
    assert told["quarantine"] == {"zendesk.calls": 1}
    assert told["gates"][0]["check"] == "rows_as_many_as_usual"
    assert told["grades"][0] == {
        "mart": "fct_calls",
        "grade": "C",
        "reasons": "zendesk.calls late: 48 h",
    }
    [stream] = [one for one in told["streams"] if one["stream"] == "zendesk.calls"]
    assert (stream["behind_hours"], stream["promised_hours"], stream["is_late"]) == (0.0, 24, False)


def test_an_empty_folder_has_a_screen_too(tmp_path: Path) -> None:
    empty = ops_settings.load({"CXW_DATA_DIR": str(tmp_path / "data")}, working_dir=tmp_path)
    assert "no release yet" in shown(empty, is_json=False)
    assert json.loads(shown(empty, is_json=True))["release"] is None
