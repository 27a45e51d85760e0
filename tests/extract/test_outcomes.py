"""Every attempt leaves a row that says how it went."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import duckdb
import pytest

from extract.errors import CxwError, DiskFull
from extract.pull import pull
from extract.source import Source
from tests.extract.northwind import Northwind, day

WEEK = day(4, 6)


def outcomes(company: Northwind) -> list[dict[str, Any]]:
    found = duckdb.connect().execute(
        f"select * from read_parquet('{company.lake}/operations/extract_attempts/**/*.parquet')"
    )
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def only(company: Northwind) -> dict[str, Any]:
    (row,) = outcomes(company)
    return row


def test_success_leaves_its_counts(company: Northwind) -> None:
    company.fault("/zendesk/", status=503)
    manifest = company.pull("zendesk", "calls", WEEK)
    row = only(company)
    assert row["outcome_type"] == "success"
    assert (row["source_slug"], row["stream_name"], row["kind_type"]) == (
        "zendesk",
        "calls",
        "entity",
    )
    assert (row["window_start"], row["window_end"]) == (WEEK.start, WEEK.end)
    assert (row["run_id"], row["attempt"]) == ("test", 1)
    assert row["rows"] == manifest.rows > 0
    assert (row["duplicates"], row["outside_window"]) == (
        manifest.duplicates,
        manifest.outside_window,
    )
    assert (row["requests"], row["retries"], row["http_status"]) == (3, 1, 200)
    assert row["bytes"] > 0
    assert row["started_at"] == company.clock.now()
    assert row["duration_seconds"] >= 0
    assert (row["error_type"], row["message"]) == (None, None)


def test_restated_run_leaves_one_row_with_the_sums(company: Northwind) -> None:
    manifest = company.pull("ga4", "events", day(9))
    assert only(company)["rows"] == manifest.rows
    assert only(company)["requests"] == manifest.requests == 8


@pytest.mark.parametrize(
    ("fault", "outcome", "error", "status"),
    [
        ({"refusal": "rate_limited"}, "deferred", "Defer", 429),
        ({"status": 500}, "failed", "SourceUnavailable", 500),
        ({"status": 401}, "failed", "CredentialsRefused", 401),
        ({"status": 404}, "failed", "RequestRefused", 404),
        ({"html": True}, "failed", "UnreadableAnswer", 200),
        ({"refusal": "usage_capped"}, "refused", "ReadBudgetSpent", 429),
        ({"drop_field": ["id"]}, "refused", "MissingKey", 200),
    ],
)
def test_failure_leaves_its_kind_and_reason(
    company: Northwind, fault: dict[str, Any], outcome: str, error: str, status: int
) -> None:
    company.fault("/x/", times=None, **fault)
    with pytest.raises(CxwError) as caught:
        company.pull("x", "own_posts", WEEK)
    row = only(company)
    assert (row["outcome_type"], row["error_type"], row["http_status"]) == (outcome, error, status)
    assert row["message"] == str(caught.value)
    assert (row["defer_seconds"] is not None) == (outcome == "deferred")
    assert row["rows"] == 0


def test_deferral_leaves_the_seconds_to_wait(company: Northwind) -> None:
    company.at(day(9).end + timedelta(seconds=30))
    with pytest.raises(CxwError):
        company.pull("zendesk", "calls", day(9))
    assert math.isclose(only(company)["defer_seconds"], 90)


def test_skipped_snapshot_leaves_a_row(company: Northwind) -> None:
    with pytest.raises(CxwError):
        company.pull("hubspot", "owners", day(2))
    assert (only(company)["outcome_type"], only(company)["requests"]) == ("skipped", 0)


def test_attempts_of_one_window_leave_a_row_each(company: Northwind) -> None:
    for _ in range(2):
        company.pull("zendesk", "calls", WEEK)
    assert len({row["attempt_id"] for row in outcomes(company)}) == 2


def test_unforeseen_error_leaves_its_place_and_not_its_text(
    company: Northwind, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise KeyError("mirthe@example.net")

    monkeypatch.setattr("extract.zendesk_pages.next_second", broken)
    with pytest.raises(KeyError):
        company.pull("zendesk", "calls", WEEK)
    row = only(company)
    assert (row["outcome_type"], row["error_type"]) == ("failed", "KeyError")
    assert row["message"].startswith("KeyError at test_outcomes.py:")
    assert "mirthe" not in row["message"]


def test_outcome_that_cannot_be_written_hides_no_other_error(
    company: Northwind, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> Any:
        raise DiskFull("no room", "nothing became visible", "make room")

    monkeypatch.setattr("extract.pull.record", full)
    company.fault("/zendesk/", status=404)
    with pytest.raises(CxwError, match="answered status 404"):
        company.pull("zendesk", "calls", WEEK)


def test_pull_takes_names_or_declarations(company: Northwind) -> None:
    from extract import SOURCES  # noqa: PLC0415

    source: Source = SOURCES["hubspot"]
    manifest = pull(
        source,
        source.stream("owners"),
        company.settings("hubspot"),
        day(9),
        company.lake,
        company.clock.now,
        "run",
        2,
    )
    assert (manifest.rows, manifest.attempt) == (4, 2)
