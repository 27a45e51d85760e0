"""Staging sees a landed file only when the gate let it through."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectations.errors import FileRefused, NothingLanded, UnknownCheck
from expectations.gate import check_landed
from expectations.results import Outcome, Severity, Verdict
from extract import find_source
from extract.errors import UnknownSource
from extract.lake import landed_path
from extract.rows import KEYS
from extract.source import Window
from tests.expectations.landed import DAY, NOW, Row, call, calls, land, past_days, row_of

ROOT = Path(__file__).resolve().parents[2]


def gate(lake: Path, stream: str = "zendesk.calls", **options: Any) -> Verdict:
    source, name = stream.split(".")
    window = options.pop("window", DAY)
    return check_landed(source, name, window, lake, NOW, lake / "results", **options)


def zone(lake: Path, name: str, stream: str = "zendesk.calls", window: Window = DAY) -> Path:
    return landed_path(lake, name, *stream.split("."), window)


def errors_of(path: Path) -> dict[str, str]:
    """Return the reason of each row held back, by key."""
    return {
        row["_pk"]: row["_error"]
        for row in pq.read_table(path).to_pylist()
        if row["_error"] is not None
    }


def warned(verdict: Verdict) -> set[str]:
    return {check.check for check in verdict.failed(Severity.WARN)}


def test_a_sound_file_is_moved_to_raw(tmp_path: Path) -> None:
    landing = land(tmp_path, calls(100))
    content = landing.read_bytes()
    verdict = gate(tmp_path)
    assert (verdict.outcome, verdict.rows, verdict.quarantined_rows) == (Outcome.PASSED, 100, 0)
    assert not landing.exists()
    assert zone(tmp_path, "raw").read_bytes() == content


def test_an_empty_file_passes(tmp_path: Path) -> None:
    land(tmp_path, [])
    assert gate(tmp_path).outcome is Outcome.PASSED


def test_a_repeated_gate_keeps_the_file_accepted(tmp_path: Path) -> None:
    land(tmp_path, calls(100))
    gate(tmp_path)
    verdict = gate(tmp_path)
    assert (verdict.outcome, verdict.rows, verdict.checks) == (Outcome.PASSED, 100, ())


def test_the_gate_says_so_when_nothing_landed(tmp_path: Path) -> None:
    with pytest.raises(NothingLanded, match="run `cxw extract zendesk calls`"):
        gate(tmp_path)


def test_the_gate_refuses_an_unknown_source(tmp_path: Path) -> None:
    with pytest.raises(UnknownSource, match="choose one of zendesk"):
        gate(tmp_path, "telex.calls")


def set_in(field: str, value: object) -> Callable[[list[Row]], None]:
    def change(rows: list[Row]) -> None:
        rows[3][field] = value

    return change


def with_cursor_after(rows: list[Row]) -> None:
    rows[3]["_cursor"] = DAY.end


def with_flipped_types(rows: list[Row]) -> None:
    for row in rows[:6]:
        row["_error"] = "Expected `int`, got `str` - at `$.talk_time`"


def with_negative_durations(rows: list[Row]) -> None:
    for row in rows[:6]:
        row["_payload"] = json.dumps({**json.loads(row["_payload"]), "talk_time": -1})


REFUSED: dict[str, tuple[Callable[[list[Row]], object], str]] = {
    "keys_are_present": (set_in("_pk", None), "1 rows without a key"),
    "keys_are_unique": (lambda rows: rows.append(rows[0]), r"1 rows repeat \(key, cursor\)"),
    "cursors_are_present": (set_in("_cursor", None), "1 rows without a cursor"),
    "cursors_lie_in_the_interval": (with_cursor_after, "1 rows have a cursor outside"),
    "rows_belong_to_the_interval": (
        set_in("_interval_end", DAY.end + timedelta(days=1)),
        "1 rows name another interval",
    ),
    "extraction_has_happened": (
        set_in("_extracted_at", NOW + timedelta(days=1)),
        "extracted in the future",
    ),
    "types_drifted_in_few_rows": (with_flipped_types, "6 of 100 rows have another type"),
    "values_broken_in_few_rows": (with_negative_durations, "6 of 100 rows have a value out of"),
}


@pytest.mark.parametrize("check", REFUSED)
def test_a_file_with_a_defect_is_refused(tmp_path: Path, check: str) -> None:
    change, says = REFUSED[check]
    rows = calls(100)
    change(rows)
    landing = land(tmp_path, rows)
    content = landing.read_bytes()
    with pytest.raises(FileRefused, match=says + r".*waits in refused/.*file_refused\.md"):
        gate(tmp_path)
    assert not landing.exists()
    assert not zone(tmp_path, "raw").exists()
    refused = zone(tmp_path, "refused")
    assert refused.read_bytes() == content
    reasons = json.loads(refused.with_name(f"{refused.name}.json").read_text())
    assert check in reasons["reasons"]
    assert reasons["window"] == DAY.name


def test_a_refused_file_leaves_the_accepted_one_as_it_was(tmp_path: Path) -> None:
    raw = land(tmp_path, calls(100), zone="raw")
    content = raw.read_bytes()
    rows = calls(101)
    rows[0]["_pk"] = ""
    land(tmp_path, rows)
    with pytest.raises(FileRefused, match="raw/ is as it was"):
        gate(tmp_path)
    assert raw.read_bytes() == content


def test_a_refused_file_stays_refused_until_it_is_landed_again(tmp_path: Path) -> None:
    rows = calls(100)
    rows[0]["_pk"] = None
    land(tmp_path, rows)
    for _ in range(2):
        with pytest.raises(FileRefused, match="1 rows without a key"):
            gate(tmp_path)
    land(tmp_path, calls(100))
    assert gate(tmp_path).outcome is Outcome.PASSED
    assert not zone(tmp_path, "refused").exists()
    assert not list(tmp_path.glob("refused/**/*.json"))


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    landing = land(tmp_path, calls(10))
    landing.write_bytes(landing.read_bytes()[:-20])
    with pytest.raises(FileRefused, match="no readable Parquet file"):
        gate(tmp_path)
    assert zone(tmp_path, "refused").exists()


def test_a_file_with_damaged_pages_is_refused(tmp_path: Path) -> None:
    landing = land(tmp_path, calls(2000))
    content = bytearray(landing.read_bytes())
    content[1000:4000] = bytes(3000)
    landing.write_bytes(content)
    with pytest.raises(FileRefused, match="its rows cannot be read"):
        gate(tmp_path)


def test_a_file_with_a_changed_column_is_refused(tmp_path: Path) -> None:
    landing = land(tmp_path, calls(10))
    table = pq.read_table(landing)
    place = table.schema.get_field_index("_deleted")
    pq.write_table(table.set_column(place, "_deleted", pa.array(["no"] * 10)), landing)
    with pytest.raises(FileRefused, match="column _deleted is string, not bool"):
        gate(tmp_path)


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        ({"rows": 99}, "its manifest says rows 99, the file 100"),
        ({"stream": "legs"}, "its manifest says stream legs, the file calls"),
    ],
)
def test_a_file_with_a_manifest_of_another_is_refused(
    tmp_path: Path, manifest: dict[str, Any], says: str
) -> None:
    land(tmp_path, calls(100), manifest=manifest)
    with pytest.raises(FileRefused, match=says):
        gate(tmp_path)


def test_a_file_without_a_manifest_is_refused(tmp_path: Path) -> None:
    landing = land(tmp_path, calls(100))
    pq.write_table(pq.read_table(landing).replace_schema_metadata(None), landing)
    with pytest.raises(FileRefused, match="it has no manifest"):
        gate(tmp_path)


def test_a_row_out_of_range_is_held_back_with_its_value_and_reason(tmp_path: Path) -> None:
    rows = calls(100)
    rows[7] = row_of(call(7, DAY.start, talk_time=-5, hold_time=90_000), DAY.start, DAY)
    land(tmp_path, rows)
    verdict = gate(tmp_path)
    assert (verdict.outcome, verdict.quarantined_rows) == (Outcome.QUARANTINED, 1)
    raw = zone(tmp_path, "raw")
    assert errors_of(raw) == {
        "7": "gate: talk_time is -5.0, below 0; hold_time is 90000.0, above 86400"
    }
    assert '"talk_time": -5' in pq.read_table(raw)["_payload"][7].as_py()
    assert {c.check for c in verdict.failed(Severity.QUARANTINE)} == {
        "talk_time_in_range",
        "hold_time_in_range",
    }
    assert not zone(tmp_path, "landing").exists()


def test_a_file_with_a_row_held_back_is_otherwise_the_same(tmp_path: Path) -> None:
    rows = calls(100)
    rows[7] = row_of(call(7, DAY.start, talk_time=-5), DAY.start, DAY)
    landing = land(tmp_path, rows)
    before, footer = pq.read_table(landing), pq.read_metadata(landing).metadata
    gate(tmp_path)
    raw = zone(tmp_path, "raw")
    after = pq.read_table(raw)
    assert after.schema.equals(before.schema)
    assert after.drop(["_error"]).equals(before.drop(["_error"]))
    assert pq.read_metadata(raw).metadata[b"cx_manifest"] == footer[b"cx_manifest"]


def test_a_few_rows_of_another_type_are_held_back_as_the_landing_marked_them(
    tmp_path: Path,
) -> None:
    rows = calls(100)
    rows[7]["_error"] = "Expected `int`, got `str` - at `$.talk_time`"
    rows[7]["_payload"] = json.dumps({**json.loads(rows[7]["_payload"]), "talk_time": "x"})
    land(tmp_path, rows)
    verdict = gate(tmp_path)
    assert (verdict.outcome, verdict.quarantined_rows) == (Outcome.QUARANTINED, 1)
    assert errors_of(zone(tmp_path, "raw")) == {"7": "Expected `int`, got `str` - at `$.talk_time`"}


def test_half_a_small_file_of_another_type_is_refused(tmp_path: Path) -> None:
    rows = calls(4)
    for row in rows[:2]:
        row["_error"] = "Expected `int`, got `str` - at `$.talk_time`"
    land(tmp_path, rows)
    with pytest.raises(FileRefused, match="2 of 4 rows have another type"):
        gate(tmp_path)


def test_a_mark_of_an_earlier_gate_is_judged_anew(tmp_path: Path) -> None:
    rows = calls(100)
    rows[7]["_error"] = "gate: talk_time is -5.0, below 0"
    land(tmp_path, rows)
    assert gate(tmp_path).outcome is Outcome.PASSED
    assert errors_of(zone(tmp_path, "raw")) == {}


def survey(number: int, kind: str, value: str) -> dict[str, Any]:
    stamp = f"{DAY.start:%Y-%m-%dT%H:%M:%S.000Z}"
    return {
        "id": str(number),
        "createdAt": stamp,
        "updatedAt": stamp,
        "properties": {
            "hs_survey_type": kind,
            "hs_value": value,
            "hs_submission_timestamp": stamp,
        },
    }


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        ("NPS", "11", "hs_value_nps is 11.0, above 10"),
        ("NPS", "-1", "hs_value_nps is -1.0, below 0"),
        ("CES", "0", "hs_value_ces is 0.0, below 1"),
        ("CES", "8", "hs_value_ces is 8.0, above 7"),
        ("CSAT", "3", "hs_value_csat is 3.0, above 2"),
        ("NPS", "ten", "hs_value_nps is no number"),
    ],
)
def test_a_score_outside_of_its_survey_is_held_back(
    tmp_path: Path, kind: str, value: str, reason: str
) -> None:
    records = [survey(n, k, "2") for n, k in enumerate(["NPS", "CES", "CSAT"] * 3)]
    records.append(survey(99, kind, value))
    rows = [row_of(record, DAY.start, DAY) for record in records]
    land(tmp_path, rows, stream="hubspot.feedback_submissions")
    gate(tmp_path, "hubspot.feedback_submissions")
    raw = zone(tmp_path, "raw", "hubspot.feedback_submissions")
    assert errors_of(raw) == {"99": f"gate: {reason}"}


@pytest.mark.parametrize(
    ("stamp", "reason"),
    [
        ("2031-01-01T00:00:00Z", "created_at lies in the future"),
        ("1999-12-31T23:59:59Z", "created_at lies before 2000"),
        ("yesterday", "created_at is no moment"),
    ],
)
def test_a_row_with_an_impossible_moment_is_held_back(
    tmp_path: Path, stamp: str, reason: str
) -> None:
    rows = calls(100)
    rows[7] = row_of(call(7, DAY.start, created_at=stamp), DAY.start, DAY)
    land(tmp_path, rows)
    gate(tmp_path)
    assert errors_of(zone(tmp_path, "raw")) == {"7": f"gate: {reason}"}


def test_a_fall_below_the_learnt_bound_is_refused(tmp_path: Path) -> None:
    past_days(tmp_path, [100, 104, 96, 40, 38, 101, 99])
    land(tmp_path, calls(20))
    says = (
        r"20\.0 rows a day, 30\.0 below the bound of 50\.0 \(median 100\.0 of 5 working days\)"
        r".*--accept rows_not_too_few"
    )
    with pytest.raises(FileRefused, match=says):
        gate(tmp_path)


def test_a_rise_above_the_learnt_bound_is_told(tmp_path: Path) -> None:
    past_days(tmp_path, [100, 104, 96, 40, 38, 101, 99])
    land(tmp_path, calls(320))
    verdict = gate(tmp_path)
    assert warned(verdict) == {"rows_not_too_many"}


def test_a_weekend_is_compared_with_the_same_weekday(tmp_path: Path) -> None:
    days = [DAY.start - timedelta(days=age) for age in range(42, 0, -1)]
    past_days(tmp_path, [100 if day.weekday() < 5 else 10 for day in days])
    sunday = Window(DAY.start - timedelta(days=3), DAY.end - timedelta(days=3))
    zone(tmp_path, "raw", window=sunday).unlink()
    land(tmp_path, calls(9, sunday), window=sunday)
    verdict = gate(tmp_path, window=sunday)
    assert warned(verdict) == set()
    high = next(c.expected for c in verdict.checks if c.check == "rows_not_too_many")
    assert high == "at most 31.6491"


def test_with_little_history_only_a_severe_fall_is_refused(tmp_path: Path) -> None:
    past_days(tmp_path, [700, 104])
    land(tmp_path, calls(30))
    assert gate(tmp_path).outcome is Outcome.PASSED
    land(tmp_path, calls(15))
    with pytest.raises(
        FileRefused, match=r"5\.8 below the bound of 20\.8 \(smallest 104\.0 of 2 wo"
    ):
        gate(tmp_path)


def test_the_first_interval_proves_nothing_about_the_second(tmp_path: Path) -> None:
    past_days(tmp_path, [1500])
    land(tmp_path, calls(15))
    assert warned(gate(tmp_path)) == {"rows_not_too_few"}


def events(count: int) -> list[Row]:
    micros = int(DAY.start.timestamp() * 1_000_000)
    return [
        {
            **{field.name: None for field in GA4},
            **row_of({"id": n}, DAY.start, DAY),
            "_cursor": None,
            "event_timestamp": micros,
        }
        for n in range(count)
    ]


def past_exports(lake: Path, rows: int) -> None:
    for age in range(1, 12):
        window = Window(DAY.start - timedelta(days=age), DAY.end - timedelta(days=age))
        moved = [
            {**row, "_interval_start": window.start, "_interval_end": window.end}
            for row in events(rows)
        ]
        land(lake, moved, stream="ga4.events", window=window, zone="raw", schema=GA4_LANDED)


GA4 = find_source("ga4").stream("events").columns()
GA4_LANDED = pa.schema([*KEYS, *GA4])


def test_a_day_not_exported_yet_is_told_and_not_refused(tmp_path: Path) -> None:
    past_exports(tmp_path, 100)
    note = {"note": "not exported yet"}
    land(tmp_path, [], stream="ga4.events", schema=GA4_LANDED, manifest=note)
    now = NOW + timedelta(days=3)  # by then it is due
    verdict = check_landed("ga4", "events", DAY, tmp_path, now, tmp_path / "results")
    assert warned(verdict) == {"rows_not_too_few"}


@pytest.mark.parametrize(("days", "told"), [(0, set()), (3, set()), (4, {"rows_not_too_few"})])
def test_a_report_day_that_may_still_be_empty_is_not_told(
    tmp_path: Path, days: int, told: set[str]
) -> None:
    name = "search_console.by_query_page"
    past_days(tmp_path, [100] * 40, name)
    land(tmp_path, [], stream=name, manifest={"note": "not final yet"})
    for age in range(1, 6):  # read again with it, and full
        window = Window(DAY.start - timedelta(days=age), DAY.end - timedelta(days=age))
        land(tmp_path, calls(100, window), stream=name, window=window)
    now = NOW + timedelta(days=days)
    verdict = check_landed(*name.split("."), DAY, tmp_path, now, tmp_path / "results")
    assert warned(verdict) == told


def sweeps(lake: Path, *counts: int) -> None:
    """Accept a sweep of ids in each of the weeks before, and an empty file of the day before."""
    name, day = "hubspot.contacts_ids", timedelta(days=1)
    for weeks, count in enumerate(reversed(counts), 1):
        window = Window(DAY.start - 7 * weeks * day, DAY.end - 7 * weeks * day)
        rows = [{**row, "_cursor": None} for row in calls(count, window)]
        land(lake, rows, stream=name, window=window, zone="raw")
    window = Window(DAY.start - day, DAY.end - day)
    land(lake, [], stream=name, window=window, zone="raw", manifest={"note": "not due"})


def test_a_list_that_is_not_due_is_expected_to_be_empty(tmp_path: Path) -> None:
    sweeps(tmp_path, 100, 100)
    land(tmp_path, [], stream="hubspot.contacts_ids", manifest={"note": "not due"})
    assert warned(gate(tmp_path, "hubspot.contacts_ids")) == set()


def test_a_list_that_is_due_is_compared_with_those_that_were(tmp_path: Path) -> None:
    sweeps(tmp_path, 100, 100)
    land(tmp_path, [], stream="hubspot.contacts_ids")
    with pytest.raises(FileRefused, match=r"0\.0 rows, 20\.0 below the bound"):
        gate(tmp_path, "hubspot.contacts_ids")


def test_an_empty_day_without_a_word_from_the_source_is_refused(tmp_path: Path) -> None:
    past_exports(tmp_path, 100)
    land(tmp_path, [], stream="ga4.events", schema=GA4_LANDED)
    with pytest.raises(FileRefused, match=r"0\.0 rows a day, 50\.0 below the bound"):
        gate(tmp_path, "ga4.events")


def test_the_days_read_again_are_judged_with_the_day(tmp_path: Path) -> None:
    past_exports(tmp_path, 100)
    land(tmp_path, events(90), stream="ga4.events", schema=GA4_LANDED)
    before = Window(DAY.start - timedelta(days=1), DAY.start)
    moved = [
        {**row, "_interval_start": before.start, "_interval_end": before.end} for row in events(110)
    ]
    land(tmp_path, moved, stream="ga4.events", window=before, schema=GA4_LANDED)
    assert gate(tmp_path, "ga4.events").rows == 90 + 110 + 100 + 100


def test_a_column_that_staging_reads_may_not_be_missing(tmp_path: Path) -> None:
    schema = pa.schema([field for field in GA4_LANDED if field.name != "event_name"])
    rows = [{key: value for key, value in row.items() if key != "event_name"} for row in events(3)]
    land(tmp_path, rows, stream="ga4.events", schema=schema)
    with pytest.raises(FileRefused, match="column event_name is missing"):
        gate(tmp_path, "ga4.events")


def test_a_wide_window_is_not_refused_for_the_rate_of_days(tmp_path: Path) -> None:
    past_days(tmp_path, [100] * 7)
    month = Window(DAY.start, DAY.start + timedelta(days=30))
    land(tmp_path, calls(300, month), window=month)
    source, name = "zendesk", "calls"
    now = month.end + timedelta(minutes=10)
    verdict = check_landed(source, name, month, tmp_path, now, tmp_path / "results")
    assert warned(verdict) == {"rows_not_too_few"}


def test_an_old_interval_of_entities_is_not_refused_for_what_changed_since(tmp_path: Path) -> None:
    past_days(tmp_path, [100] * 7)
    land(tmp_path, calls(5))
    late = NOW + timedelta(days=30)
    verdict = check_landed("zendesk", "calls", DAY, tmp_path, late, tmp_path / "results")
    assert "rows_not_too_few" in warned(verdict)


def posts(count: int) -> list[Row]:
    stamp = f"{DAY.start:%Y-%m-%dT%H:%M:%S.000Z}"
    records = [
        {"id": str(n), "created_at": stamp, "public_metrics": {"like_count": n}}
        for n in range(count)
    ]
    return [row_of(record, DAY.start, DAY) for record in records]


def test_a_page_lost_from_an_interval_read_again_is_refused(tmp_path: Path) -> None:
    land(tmp_path, posts(100), stream="x.mentions", zone="raw")
    land(tmp_path, posts(79), stream="x.mentions")
    with pytest.raises(FileRefused, match="79 rows, below 80% of the 100 rows accepted"):
        gate(tmp_path, "x.mentions")


def test_a_refusal_that_somebody_takes_on_is_judged_again_and_passes(tmp_path: Path) -> None:
    past_days(tmp_path, [100] * 7)
    land(tmp_path, calls(20))
    with pytest.raises(FileRefused):
        gate(tmp_path)
    verdict = gate(tmp_path, accept=["rows_not_too_few"])
    assert verdict.outcome is Outcome.PASSED
    told = next(c.message for c in verdict.checks if c.check == "rows_not_too_few")
    assert "accepted by hand" in told
    assert zone(tmp_path, "raw").exists()


def test_a_defect_cannot_be_taken_on(tmp_path: Path) -> None:
    land(tmp_path, calls(20))
    with pytest.raises(UnknownCheck, match="no matter of opinion"):
        gate(tmp_path, accept=["keys_are_unique"])
    assert zone(tmp_path, "landing").exists()


def test_stale_records_are_told(tmp_path: Path) -> None:
    old = Window(DAY.start - timedelta(days=9), DAY.end)
    rows = calls(50, Window(old.start, old.start + timedelta(days=2)))
    for row in rows:
        row["_interval_start"], row["_interval_end"] = old.start, old.end
    land(tmp_path, rows, window=old)
    assert "newest_record_is_fresh" in warned(gate(tmp_path, window=old))


def test_results_are_rows_of_the_lake(tmp_path: Path) -> None:
    rows = calls(100)
    rows[7] = row_of(call(7, DAY.start, talk_time=-5), DAY.start, DAY)
    land(tmp_path, rows)
    gate(tmp_path)
    found = duckdb.execute(
        "select gate_type, suite_name, severity_type, observed, expected, message, owner, "
        "runbook_slug, source_slug, stream_name, file_path, interval_start = ?, checked_at = ? "
        f"from '{tmp_path}/results/dt=2026-07-09/*.parquet' "
        "where check_name = 'talk_time_in_range'",
        [DAY.start, NOW],
    ).fetchall()
    assert found == [
        (
            "lake",
            "lake.zendesk.calls",
            "quarantine",
            1.0,
            "0",
            "1 rows with talk_time out of range",
            "service desk data",
            "rows_quarantined",
            "zendesk",
            "calls",
            f"zendesk/calls/dt=2026-07-08/{DAY.name}.parquet",
            True,
            True,
        )
    ]


KILLED = """
import os, signal, sys
from datetime import datetime
from importlib import import_module
from pathlib import Path
from expectations.gate import check_landed
from extract.source import Window

replace, fsync = os.replace, os.fsync
window, now = Window.from_name(sys.argv[1]), datetime.fromisoformat(sys.argv[2])


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def gate_that_dies(step, lake):
    def stopping_replace(origin, target):
        if "/raw/" not in str(target):
            return replace(origin, target)
        if step == "after the rename":
            replace(origin, target)
        die()

    def stopping_fsync(handle):
        if step == "while writing" and list(lake.glob("raw/**/.*.tmp")):
            die()
        fsync(handle)

    os.replace, os.fsync = stopping_replace, stopping_fsync
    check_landed("zendesk", "calls", window, lake, now, lake / "results")


import_module("great_expectations")  # once; each gate is a fork of this process
for line in sys.stdin:
    step, lake = line.rstrip().split("|")
    child = os.fork()
    if not child:
        gate_that_dies(step, Path(lake))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@pytest.fixture(scope="module")
def gates_that_die() -> Iterator[Callable[[str, Path], int]]:
    """Run the gate in a process that kills itself at a step; return how it ended."""
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, DAY.name, NOW.isoformat()],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout

        def run(step: str, lake: Path) -> int:
            print(f"{step}|{lake}", file=process.stdin, flush=True)
            return int(process.stdout.readline())

        yield run
        process.stdin.close()


@pytest.mark.parametrize(
    ("step", "held_back"),
    [
        ("while writing", 1),
        ("before the rename", 0),
        ("before the rename", 1),
        ("after the rename", 0),
        ("after the rename", 1),
    ],
)
def test_a_gate_killed_while_it_moves_a_file_is_repeated_with_the_same_result(
    tmp_path: Path, gates_that_die: Callable[[str, Path], int], step: str, held_back: int
) -> None:
    rows = calls(100)
    if held_back:
        rows[7] = row_of(call(7, DAY.start, talk_time=-5), DAY.start, DAY)
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    for lake in (killed, whole):
        land(lake, rows)
    gate(whole)
    assert gates_that_die(step, killed) == -signal.SIGKILL
    seen = duckdb.execute(f"select count(*) from glob('{killed}/raw/**/*.parquet')").fetchall()
    assert seen[0][0] <= 1
    verdict = gate(killed)
    assert verdict.outcome is not Outcome.REFUSED
    ours, theirs = zone(killed, "raw"), zone(whole, "raw")
    assert pq.read_table(ours).equals(pq.read_table(theirs))
    assert not zone(killed, "landing").exists()
    assert list(ours.parent.glob("*.parquet")) == [ours]
