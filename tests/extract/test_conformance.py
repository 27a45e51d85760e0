"""What every stream must hold to, judged against the simulated company."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from extract import SOURCES
from extract.errors import (
    CredentialsRefused,
    CxwError,
    Defer,
    ImpossibleWindow,
    SnapshotPast,
    SourceUnavailable,
    UnreadableAnswer,
)
from extract.lake import landed_path, read_manifest
from extract.source import Kind, Window
from tests.extract.northwind import STREAMS, Northwind, day

WEEK = day(4, 6)  # ends where the fixture's clock stands
KEYS = ["_pk", "_cursor", "_deleted", "_payload_sha"]
JSON_STREAMS = [pair for pair in STREAMS if pair[0] != "ga4"]
every_stream = pytest.mark.parametrize(("source", "stream"), STREAMS)
every_json_stream = pytest.mark.parametrize(("source", "stream"), JSON_STREAMS)
API = r"^/(zendesk|hubspot|gcs|x)/"


def landed(company: Northwind, source: str, stream: str) -> list[tuple[Any, ...]]:
    parts = SOURCES[source].stream(stream).file_windows(window(source, stream))
    found: list[tuple[Any, ...]] = []
    for part in parts:
        columns = company.table(source, stream, part).select(KEYS).to_pydict()
        found += zip(*columns.values(), strict=True)
    return sorted(found)


SUNDAY = day(5)  # when ids are read


def window(source: str, stream: str) -> Window:
    if stream.endswith("_ids"):
        return SUNDAY
    return day(9) if SOURCES[source].stream(stream).kind is Kind.SNAPSHOT else WEEK


def pull(company: Northwind, source: str, stream: str, **changes: Any) -> Any:
    if window(source, stream) == SUNDAY:
        company.after(SUNDAY)
    return company.pull(source, stream, window(source, stream), **changes)


def files(lake: Path) -> list[Path]:
    return [path for path in (lake / "landing").rglob("*") if path.is_file()]


@every_stream
def test_stream_lands_rows_that_say_where_they_are_from(
    company: Northwind, source: str, stream: str
) -> None:
    manifest = pull(company, source, stream)
    assert manifest.rows == len(landed(company, source, stream)) > 0
    assert manifest.invalid_rows == 0
    assert manifest.requests > 0
    assert manifest.bytes > 0
    for part in SOURCES[source].stream(stream).file_windows(window(source, stream)):
        told = read_manifest(landed_path(company.lake, "landing", source, stream, part))
        table = company.table(source, stream, part)
        assert (told.window, told.rows) == (part, table.num_rows)
        assert set(table["_interval_start"].to_pylist()) <= {part.start}
        assert table.column("_error").null_count == table.num_rows
        reach = SOURCES[source].stream(stream).reach(part)
        assert all(cursor in reach for cursor in table["_cursor"].to_pylist() if cursor)


@every_stream
def test_second_run_gives_the_same_table(company: Northwind, source: str, stream: str) -> None:
    pull(company, source, stream)
    first, count = landed(company, source, stream), len(files(company.lake))
    pull(company, source, stream)
    assert landed(company, source, stream) == first
    assert len(files(company.lake)) == count


@every_stream
def test_second_run_after_the_gate_gives_the_same_table(
    company: Northwind, source: str, stream: str
) -> None:
    pull(company, source, stream)
    first = landed(company, source, stream)
    company.accept(source, stream, window(source, stream))
    pull(company, source, stream)
    assert landed(company, source, stream) == first


@every_stream
def test_wrong_token_is_told_and_nothing_lands(
    company: Northwind, source: str, stream: str
) -> None:
    token = {"zendesk": "api_token", "x": "bearer_token"}.get(source, "token")
    with pytest.raises(CredentialsRefused, match="status 401") as caught:
        pull(company, source, stream, **{token: "wrong-secret"})
    assert "wrong-secret" not in str(caught.value)
    assert len(company.requests()) == 1
    assert files(company.lake) == []


@every_stream
def test_failing_server_is_asked_again(company: Northwind, source: str, stream: str) -> None:
    pull(company, source, stream)
    first = landed(company, source, stream)
    company.fault(API, status=503, times=2)
    assert pull(company, source, stream).retries == 2
    assert landed(company, source, stream) == first


@every_stream
def test_server_that_keeps_failing_is_told_and_nothing_lands(
    company: Northwind, source: str, stream: str
) -> None:
    company.fault(API, status=500, times=None)
    with pytest.raises(SourceUnavailable, match="failed 5 times, last with status 500"):
        pull(company, source, stream)
    assert files(company.lake) == []


@every_stream
@pytest.mark.parametrize(
    "broken",
    [{"truncate_bytes": 10}, {"truncate_bytes": 10, "honest_length": True}, {"html": True},
     {"disconnect": True}],
    ids=["cut", "cut_and_honest", "html", "hangs_up"],
)  # fmt: skip
def test_answer_that_cannot_be_used_is_asked_for_again(
    company: Northwind, source: str, stream: str, broken: dict[str, Any]
) -> None:
    company.fault(API, times=1, **broken)
    assert pull(company, source, stream).retries == 1


@every_stream
def test_answers_that_stay_unusable_are_told_and_nothing_lands(
    company: Northwind, source: str, stream: str
) -> None:
    company.fault(API, times=None, html=True)
    with pytest.raises(UnreadableAnswer, match="a page of HTML instead of JSON"):
        pull(company, source, stream)
    assert files(company.lake) == []


@every_json_stream
def test_rows_served_twice_land_once(company: Northwind, source: str, stream: str) -> None:
    pull(company, source, stream)
    first = landed(company, source, stream)
    company.fault(API, times=None, duplicate=True)
    manifest = pull(company, source, stream)
    assert landed(company, source, stream) == first
    assert manifest.duplicates >= len(first)


@every_json_stream
def test_new_field_lands_untouched(company: Northwind, source: str, stream: str) -> None:
    company.fault(API, times=None, add_field={"brand_new": {"deep": [1]}})
    pull(company, source, stream)
    for record in company.records(source, stream, window(source, stream)):
        if "mergedInto" not in record:
            assert record["brand_new"] == {"deep": [1]}


FLIPS = {
    "tickets": ("subject", "$.subject"),
    "users": ("suspended", "$.suspended"),
    "calls": ("talk_time", "$.talk_time"),
    "legs": ("duration", "$.duration"),
    "satisfaction_ratings": ("comment", "$.comment"),
    "contacts": ("properties.email", "$.properties.email"),
    "deals": ("properties.amount", "$.properties.amount"),
    "feedback_submissions": ("properties.hs_value", "$.properties.hs_value"),
    "owners": ("email", "$.email"),
    "search_posts": ("lang", "$.lang"),
    "mentions": ("public_metrics", "$.public_metrics"),
    "own_posts": ("text", "$.text"),
    "post_metrics": ("public_metrics.like_count", "$.public_metrics.like_count"),
}


@every_json_stream
def test_flipped_type_lands_with_its_path(company: Northwind, source: str, stream: str) -> None:
    field, path = FLIPS[stream]
    company.fault(API, times=None, flip={field: [True]}, rows=1)
    manifest = pull(company, source, stream)
    table = company.table(source, stream, window(source, stream))
    told = [error for error in table["_error"].to_pylist() if error]
    assert manifest.invalid_rows == len(told) > 0
    assert all(error.endswith(f"- at `{path}`") for error in told)


@every_json_stream
def test_record_without_key_refuses_the_window(
    company: Northwind, source: str, stream: str
) -> None:
    company.fault(API, times=None, drop_field=["id"], rows=1)
    with pytest.raises((CxwError, KeyError)) as caught:
        pull(company, source, stream)
    assert caught.type.__name__ == "MissingKey"
    assert files(company.lake) == []


@every_stream
def test_windows_of_a_day_hold_together_what_the_week_holds(
    company: Northwind, source: str, stream: str, tmp_path: Path
) -> None:
    if SOURCES[source].stream(stream).kind is Kind.SNAPSHOT:
        return
    pull(company, source, stream)
    whole = {row[:3] for row in landed(company, source, stream)}
    parts: set[tuple[Any, ...]] = set()
    for one in WEEK.days():
        company.pull(source, stream, one, lake=tmp_path / "daily")
    for path in (tmp_path / "daily" / "landing").rglob("*.parquet"):
        columns = pq.read_table(path).select(KEYS[:3]).to_pydict()
        parts |= set(zip(*columns.values(), strict=True))
    overlap = SOURCES[source].stream(stream).overlap
    assert {row for row in parts if row[1] is None or row[1] >= WEEK.start - overlap} == whole


@every_stream
def test_window_that_is_not_over_is_refused(company: Northwind, source: str, stream: str) -> None:
    with pytest.raises(ImpossibleWindow, match="still to come"):
        company.pull(source, stream, day(30))
    assert company.requests() == []


@every_stream
def test_window_that_is_too_fresh_is_put_off(company: Northwind, source: str, stream: str) -> None:
    settle = SOURCES[source].stream(stream).settle
    if not settle:
        return
    company.at(day(9).end + timedelta(seconds=10))
    with pytest.raises(Defer) as caught:
        company.pull(source, stream, day(9))
    assert caught.value.seconds == settle.total_seconds() - 10
    assert company.requests() == []


@pytest.mark.parametrize(
    ("source", "stream"),
    [pair for pair in STREAMS if SOURCES[pair[0]].stream(pair[1]).kind is Kind.SNAPSHOT],
)
def test_snapshot_of_an_interval_that_has_passed_is_skipped(
    company: Northwind, source: str, stream: str
) -> None:
    with pytest.raises(SnapshotPast, match="shows only what is true now"):
        company.pull(source, stream, day(8))
    assert company.requests() == []
    assert files(company.lake) == []


@every_stream
def test_nothing_secret_is_logged(
    company: Northwind, source: str, stream: str, caplog: pytest.LogCaptureFixture
) -> None:
    company.fault(API, status=503, times=1)
    pull(company, source, stream)
    assert f"source={source} stream={stream}" in caplog.text
    assert "sandbox-" not in caplog.text
    assert "?" not in caplog.text
    if source != "ga4":
        for record in company.records(source, stream, window(source, stream))[:20]:
            for value in (record.get("subject"), record.get("email"), record.get("text")):
                assert not value or value not in caplog.text
