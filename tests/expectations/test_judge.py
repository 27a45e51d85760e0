"""Great Expectations judges one row, quietly, and its pages work without network."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from expectations import data_docs
from expectations.data_docs import build_data_docs
from expectations.judge import KEEP_RUNS, Check, Suite, judge
from expectations.results import Severity, Subject

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 7, 9, tzinfo=UTC)
RUNBOOKS = dict.fromkeys(Severity, "file_refused")
CHECKS = (
    Check("keys_are_unique", "repeated_keys", Severity.REFUSE, "2 rows repeat a key"),
    Check("rows_not_too_few", "rate", Severity.WARN, "12 rows a day, usual are 83", 83, None),
    Check("newest_record_is_fresh", "lag", Severity.WARN, "9 h old", None, 24),
)
SUITE = Suite("lake.zendesk.calls", "service desk data", RUNBOOKS, CHECKS)
SOUND = {"repeated_keys": 0.0, "rate": 90.0, "lag": 1.0}


def subject(moment: datetime = NOW) -> Subject:
    return Subject("lake", moment, "zendesk/calls/a.parquet", "zendesk", "calls", NOW, NOW)


@pytest.mark.parametrize(
    ("numbers", "failed"),
    [
        ({}, set()),
        ({"repeated_keys": 2.0}, {"keys_are_unique"}),
        ({"rate": 82.9}, {"rows_not_too_few"}),
        ({"rate": 83.0}, set()),
        ({"lag": 24.1, "rate": 0.0}, {"newest_record_is_fresh", "rows_not_too_few"}),
    ],
)
def test_each_number_is_held_against_its_bounds(
    tmp_path: Path, numbers: dict[str, float], failed: set[str]
) -> None:
    results = judge(SUITE, {**SOUND, **numbers}, subject(), tmp_path)
    assert {r.check for r in results if not r.success} == failed
    assert [r.observed for r in results] == list((SOUND | numbers).values())


def test_a_number_that_is_missing_fails_and_never_passes(tmp_path: Path) -> None:
    results = judge(SUITE, {**SOUND, "repeated_keys": None}, subject(), tmp_path)
    assert [r.success for r in results] == [False, True, True]


def test_a_result_says_bounds_owner_and_runbook(tmp_path: Path) -> None:
    refused, low, high = judge(SUITE, {**SOUND, "repeated_keys": 2.0}, subject(), tmp_path)
    assert (refused.expected, low.expected, high.expected) == ("0", "at least 83", "at most 24")
    assert refused.message == "2 rows repeat a key"
    assert (low.message, low.owner, low.runbook) == ("", "service desk data", "file_refused")


def test_only_the_last_runs_of_a_suite_are_kept(tmp_path: Path) -> None:
    for hour in range(KEEP_RUNS + 3):
        judge(SUITE, SOUND, subject(NOW + timedelta(hours=hour)), tmp_path)
    kept = sorted(path.name for path in (tmp_path / "gx" / SUITE.name).iterdir())
    assert len(kept) == KEEP_RUNS
    assert kept[0].startswith("20260709T030000")


def test_importing_the_gates_does_not_import_the_library() -> None:
    code = (
        "import sys, expectations.gate; "
        "print('great_expectations' in sys.modules, 'pandas' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "False False"


NO_NETWORK = """
import socket, sys
from pathlib import Path
def refuse(*_): raise SystemExit("the library opened a connection")
socket.socket.connect = socket.getaddrinfo = refuse
from expectations.data_docs import build_data_docs
from tests.expectations.test_judge import SOUND, SUITE, judge, subject
judge(SUITE, SOUND, subject(), Path(sys.argv[1]))
build_data_docs(Path(sys.argv[1]), Path(sys.argv[1]) / "docs")
print("quiet")
"""


def test_judging_and_rendering_open_no_connection_and_print_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", NO_NETWORK, str(tmp_path)],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.stdout, done.stderr) == ("quiet\n", "")


def test_the_pages_are_the_librarys_own_and_need_no_network(tmp_path: Path) -> None:
    judge(SUITE, SOUND, subject(), tmp_path)
    judge(SUITE, {**SOUND, "repeated_keys": 2.0}, subject(NOW + timedelta(hours=1)), tmp_path)
    index = build_data_docs(tmp_path, tmp_path / "docs")
    text = index.read_text()
    links = re.findall(r'href="([^"]+)"', text)
    assert len(links) == 3
    pages = [(index.parent / link).read_text() for link in links]
    assert "Expectation Validation Result" in pages[1]
    assert "Failed: 2 rows repeat a key" in pages[1]
    assert "Failed:" not in pages[2]
    assert not re.search(r'(?:src|href)="https?:', "".join([text, *pages]).replace("w3.org", ""))
    assert '<td class="refused">refused</td><td>keys_are_unique</td>' in text


def test_script_in_what_a_check_says_is_text_on_the_pages(tmp_path: Path) -> None:
    said = "2 rows hold <script>alert('owned')</script><img src=x onerror=alert(1)>"
    hostile = Suite(
        SUITE.name,
        "<script>alert('data')</script>",
        RUNBOOKS,
        (Check("keys_are_unique", "repeated_keys", Severity.REFUSE, said),),
    )
    judge(hostile, {"repeated_keys": 2.0}, subject(), tmp_path)
    build_data_docs(tmp_path, tmp_path / "docs")
    pages = [path.read_text() for path in (tmp_path / "docs").rglob("*.html")]
    assert any("alert(" in page for page in pages), "it is shown"
    assert not [page for page in pages if "<script>alert" in page or "<img src=x" in page]


def test_runs_of_one_minute_are_told_apart_by_their_interval() -> None:
    run = {"meta": {"run_id": {"run_time": "2026-09-29T00:10:00+00:00", "run_name": "marts"}}}
    assert data_docs._short(run) == "09-29 00:10"
    run["meta"]["run_id"]["run_name"] = "lake-ga4-events-20260925T000000Z--20260926T000000Z"
    assert data_docs._short(run) == "09-25"


def test_the_pages_of_an_earlier_build_are_replaced(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "old.html").write_text("old")
    build_data_docs(tmp_path, tmp_path / "docs")
    assert not (tmp_path / "docs" / "old.html").exists()
    assert (tmp_path / "docs" / "index.html").exists()


def test_the_kept_result_is_what_the_library_said(tmp_path: Path) -> None:
    judge(SUITE, {**SOUND, "rate": 1.0}, subject(), tmp_path)
    (path,) = (tmp_path / "gx" / SUITE.name).glob("*.json")
    said = json.loads(path.read_text())
    assert said["statistics"]["unsuccessful_expectations"] == 1
    assert said["meta"]["great_expectations_version"] == "1.24.1"
    assert {one["expectation_config"]["severity"] for one in said["results"]} == {
        "critical",
        "info",
    }
