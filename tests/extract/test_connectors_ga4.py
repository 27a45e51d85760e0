"""GA4 beyond the export in a bucket: files in other places, and the Data API's report."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import fsspec
import pyarrow.parquet as pq
import pytest

from extract import ga4_columns
from extract.errors import (
    CredentialsRefused,
    Defer,
    OutsideWindow,
    RequestRefused,
    SchemaChanged,
    SourceUnavailable,
    UnreadableAnswer,
)
from extract.ga4 import SOURCE
from extract.source import DAY
from sandbox import render_ga4_report
from tests.extract.northwind import Northwind, day

FOLDER = "analytics_312345678"
REPORT = "/analyticsdata/"


def exported(company: Northwind, number: int) -> bytes:
    """Return the file of a day of July as the company exports it."""
    out = io.BytesIO()
    table = company.world.ga4_day(day(number).start.date(), company.clock.now())
    assert table is not None
    pq.write_table(table, out)
    return out.getvalue()


def name(number: int) -> str:
    return f"{FOLDER}/events_202607{number:02d}.parquet"


def put(root: str, company: Northwind, *numbers: int) -> None:
    for number in numbers:
        with fsspec.open(f"{root}/{name(number)}", "wb", auto_mkdir=True) as file:
            file.write(exported(company, number))


@pytest.fixture
def memory() -> Iterator[str]:
    yield "memory://exports"
    fsspec.filesystem("memory").store.clear()


# The export in a folder or a store


@pytest.mark.parametrize("place", ["folder", "file_url", "memory"])
def test_day_files_of_any_place_land_as_those_of_the_bucket(
    company: Northwind, tmp_path: Path, memory: str, place: str
) -> None:
    root = {"folder": f"{tmp_path}/e", "file_url": f"file://{tmp_path}/e", "memory": memory}[place]
    put(root, company, 6, 7, 8, 9)
    company.pull("ga4", "events", day(9))
    wanted = company.table("ga4", "events", day(9)).drop_columns(["_extracted_at"])
    there = company.lake / "there"
    manifest = company.pull("ga4", "events", day(9), base_url=root, lake=there)
    company.lake = there
    assert company.table("ga4", "events", day(9)).drop_columns(["_extracted_at"]).equals(wanted)
    assert manifest.note == ""
    assert manifest.bytes == sum(len(exported(company, number)) for number in (6, 7, 8, 9))


def test_a_day_that_is_not_in_the_folder_lands_a_note(company: Northwind, memory: str) -> None:
    put(memory, company, 6, 7)
    manifest = company.pull("ga4", "events", day(9), base_url=memory)
    assert manifest.note == "2026-07-08: not exported yet; 2026-07-09: not exported yet"
    assert company.table("ga4", "events", day(7)).num_rows > 0


def test_a_restated_day_of_a_folder_replaces_the_day(company: Northwind, memory: str) -> None:
    put(memory, company, 6, 7, 8, 9)
    before = company.pull("ga4", "events", day(9), base_url=memory).rows
    with fsspec.open(f"{memory}/{name(9)}", "wb") as file:
        pq.write_table(pq.read_table(io.BytesIO(exported(company, 9))).slice(0, 3), file)
    company.pull("ga4", "events", day(9), base_url=memory)
    assert company.table("ga4", "events", day(9)).num_rows == 3 < before


def test_a_folder_that_is_not_there_is_told(company: Northwind, tmp_path: Path) -> None:
    with pytest.raises(RequestRefused, match="no folder analytics_312345678") as caught:
        company.pull("ga4", "events", day(9), base_url=f"file://{tmp_path}/typo")
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("kept", [100, 3_000])
def test_a_truncated_file_is_refused(company: Northwind, memory: str, kept: int) -> None:
    put(memory, company, 6)
    with fsspec.open(f"{memory}/{name(6)}", "wb") as file:
        file.write(exported(company, 6)[:kept])
    with pytest.raises(UnreadableAnswer, match="no whole Parquet file"):
        company.pull("ga4", "events", day(9), base_url=memory)
    assert list((company.lake / "landing").rglob("*.parquet")) == []


def test_a_file_that_is_rewritten_while_it_is_read_is_refused(
    company: Northwind, memory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(memory, company, 6)
    check = ga4_columns.check_day

    def rewriting(columns: Any, of_day: str) -> None:
        check(columns, of_day)
        with fsspec.open(f"{memory}/{name(6)}", "wb") as file:
            file.write(b"shorter")

    monkeypatch.setattr(ga4_columns, "check_day", rewriting)
    with pytest.raises(UnreadableAnswer, match=r"changed while it was read, from .* to 7 b"):
        company.pull("ga4", "events", day(9), base_url=memory)
    assert list((company.lake / "landing").rglob("*.parquet")) == []


def test_a_file_of_another_day_is_refused(company: Northwind, memory: str) -> None:
    with fsspec.open(f"{memory}/{name(6)}", "wb") as file:
        file.write(exported(company, 5))
    with pytest.raises(OutsideWindow, match="rows of other days in the file of 20260706"):
        company.pull("ga4", "events", day(9), base_url=memory)


@pytest.mark.parametrize(("scheme", "package"), [("s3", "s3fs"), ("gs", "gcsfs")])
def test_a_store_whose_package_is_missing_is_told_by_its_name(
    company: Northwind, scheme: str, package: str
) -> None:
    with pytest.raises(RequestRefused) as caught:
        company.pull("ga4", "events", day(9), base_url=f"{scheme}://secret-bucket/export")
    assert package in caught.value.why
    assert package in caught.value.next_step
    assert "secret-bucket" not in str(caught.value)


def test_an_address_of_no_kind_is_told(company: Northwind) -> None:
    with pytest.raises(RequestRefused, match="ftpx:// is no address"):
        company.pull("ga4", "events", day(9), base_url="ftpx://there")


@pytest.mark.parametrize(
    ("error", "told"), [(PermissionError, CredentialsRefused), (OSError, SourceUnavailable)]
)
def test_a_store_that_fails_is_told_without_its_words(
    company: Northwind,
    memory: str,
    monkeypatch: pytest.MonkeyPatch,
    error: type[Exception],
    told: type[Exception],
) -> None:
    put(memory, company, 6)

    def fail(*_: object, **__: object) -> None:
        raise error("memory://secret-place")

    monkeypatch.setattr(type(fsspec.filesystem("memory")), "open", fail)
    with pytest.raises(told, match="events_20260706") as caught:
        company.pull("ga4", "events", day(9), base_url=memory)
    assert "secret-place" not in str(caught.value)


def test_without_a_bucket_the_export_is_not_enabled(company: Northwind) -> None:
    manifest = company.pull("ga4", "events", day(9), bucket="")
    assert "not enabled: CXW_GA4_BUCKET is not set" in manifest.note
    assert company.requests() == []


# The Data API's report


def report(company: Northwind, number: int) -> list[dict[str, Any]]:
    return company.records("ga4", "report_daily", day(number))


def test_the_report_counts_what_the_export_holds(company: Northwind) -> None:
    company.pull("ga4", "report_daily", day(6))
    hits = company.world.ga4_hits(day(6).start.date(), company.clock.now())
    assert hits is not None
    sessions = {(session.client_id, session.session_id) for session, _ in hits}
    leads = sum(hit.name == "generate_lead" for _, hit in hits)
    assert sum(int(row["sessions"]) for row in report(company, 6)) == len(sessions)
    assert sum(int(row["keyEvents"]) for row in report(company, 6)) == leads


def test_the_report_is_read_of_the_day_and_three_days_before(company: Northwind) -> None:
    company.pull("ga4", "report_daily", day(9))
    assert {row["date"] for number in range(6, 10) for row in report(company, number)} == {
        "20260706", "20260707", "20260708", "20260709"
    }  # fmt: skip


def test_a_restated_report_replaces_the_day(
    company: Northwind, monkeypatch: pytest.MonkeyPatch
) -> None:
    hits, counts = company.world.ga4_hits, []
    monkeypatch.setattr(company.world, "ga4_hits", lambda *at: (hits(*at) or [])[:20])
    for window in (day(6), day(9)):
        company.after(window)
        company.pull("ga4", "report_daily", window)
        counts.append(sum(int(row["sessions"]) for row in report(company, 6)))
        monkeypatch.undo()
    assert counts[1] > counts[0]


def test_every_row_carries_what_the_report_says_of_itself(company: Northwind) -> None:
    company.fault(
        REPORT, times=None,
        add_field={"$.metadata.subjectToThresholding": True,
                   "$.metadata.samplingMetadatas": [{"samplesReadCount": "5"}]},
    )  # fmt: skip
    company.pull("ga4", "report_daily", day(6))
    for row in report(company, 6):
        assert row["subjectToThresholding"] is True
        assert row["dataLossFromOtherRow"] is False
        assert row["samplingMetadatas"] == [{"samplesReadCount": "5"}]


def test_what_does_not_fit_is_marked_as_the_other_row(
    company: Northwind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render_ga4_report, "CEILING", 3)
    company.pull("ga4", "report_daily", day(6))
    rows = report(company, 6)
    assert [row["isOtherRow"] for row in rows] == [False, False, False, True]
    assert {row["dataLossFromOtherRow"] for row in rows} == {True}
    assert rows[3]["key"] == "20260706|(other)|(other)"


def test_report_pages_lose_no_row(company: Northwind, monkeypatch: pytest.MonkeyPatch) -> None:
    company.pull("ga4", "report_daily", day(6))
    whole = report(company, 6)
    monkeypatch.setattr("extract.ga4_report.LIMIT", 2)
    manifest = company.pull("ga4", "report_daily", day(6))
    assert report(company, 6) == whole
    assert manifest.requests > 4


def test_columns_in_another_order_are_refused(company: Northwind) -> None:
    swapped = [{"name": "date"}, {"name": "deviceCategory"}, {"name": "sessionDefaultChannelGroup"}]
    company.fault(REPORT, times=None, flip={"$.dimensionHeaders": swapped})
    with pytest.raises(SchemaChanged, match="deviceCategory, sessionDefaultChannelGroup"):
        company.pull("ga4", "report_daily", day(6))


def test_a_row_of_another_day_is_refused(company: Northwind) -> None:
    company.fault(
        REPORT, times=None, rows=1, flip={"dimensionValues[0].value": "20260101"}
    )  # fmt: skip
    with pytest.raises(OutsideWindow, match="another day in the report of 20260703"):
        company.pull("ga4", "report_daily", day(6))


@pytest.mark.parametrize(
    ("quota", "left", "seconds"),
    [
        ("tokensPerProjectPerHour", 99, 3600),
        ("tokensPerHour", 0, 3600),
        ("tokensPerDay", 99, 24_600),  # 17:10 in California
        ("serverErrorsPerProjectPerHour", 4, 3600),
    ],
)
def test_reading_stops_before_a_quota_locks_everybody_out(
    company: Northwind, quota: str, left: int, seconds: int
) -> None:
    company.fault(REPORT, times=None, flip={f"$.propertyQuota.{quota}": {"remaining": left}})
    with pytest.raises(Defer, match=f"{left} left of the property's {quota}") as caught:
        company.pull("ga4", "report_daily", day(6))
    assert caught.value.seconds == seconds


def test_a_quota_with_enough_left_stops_nothing(company: Northwind) -> None:
    enough = {"consumed": 9, "remaining": 100}
    company.fault(REPORT, times=None, flip={"$.propertyQuota.tokensPerHour": enough})
    assert company.pull("ga4", "report_daily", day(6)).rows > 0


def test_a_quota_that_the_last_request_used_up_throws_no_day_away(company: Northwind) -> None:
    spent = {"$.propertyQuota.tokensPerHour": {"remaining": 0}}
    company.fault(REPORT, skip=3, times=None, flip=spent)  # the fourth day is the last
    assert company.pull("ga4", "report_daily", day(6)).rows > 0


def test_a_day_without_rows_is_not_processed_yet_until_it_is_late(company: Northwind) -> None:
    company.fault(REPORT, times=None, drop_tail=1_000_000)
    manifest = company.pull("ga4", "report_daily", day(9))
    assert manifest.rows == 0
    assert manifest.note.split("; ") == [f"2026-07-0{n}: not processed yet" for n in (7, 8, 9)]


@pytest.mark.parametrize("stream", ["events", "report_daily"])
def test_a_day_that_may_be_empty_yet_is_read_again_afterwards(stream: str) -> None:
    declared = SOURCE.stream(stream)
    assert timedelta(days=2) <= declared.late < DAY * declared.restate_days


def test_a_composite_object_has_no_md5(company: Northwind) -> None:
    company.fault("/storage/v1/b/[^/]+/o", times=None, flip={"$.items[0].md5Hash": None})
    assert company.pull("ga4", "events", day(6)).rows > 0


def test_an_hour_s_tokens_that_are_used_up_put_the_window_off(company: Northwind) -> None:
    company.fault(REPORT, refusal="rate_limited", times=None)
    with pytest.raises(Defer, match="429 RESOURCE_EXHAUSTED") as caught:
        company.pull("ga4", "report_daily", day(6))
    assert caught.value.seconds == 3600


def test_too_many_requests_at_once_are_tried_again_soon(company: Northwind) -> None:
    company.fault(REPORT, refusal="rate_limited_secondly", times=2)
    assert company.pull("ga4", "report_daily", day(6)).retries == 2
    assert company.slept == [0.5, 1.0]


def test_without_an_address_the_report_is_not_enabled(company: Northwind) -> None:
    manifest = company.pull("ga4", "report_daily", day(6), data_api_url="")
    assert "not enabled: CXW_GA4_DATA_API_URL is not set" in manifest.note
    assert manifest.rows == 0
    assert company.requests() == []


def test_a_property_of_somebody_else_is_refused(company: Northwind) -> None:
    with pytest.raises(CredentialsRefused, match="status 403"):
        company.pull("ga4", "report_daily", day(6), property_id="1")


# Sign-in


def paths(company: Northwind) -> list[str]:
    return [str(one["path"]) for one in company.requests()]


def test_one_token_serves_a_whole_pull(company: Northwind) -> None:
    company.pull("ga4", "report_daily", day(9))
    assert paths(company).count("/oauth2/token") == 1


def test_a_token_that_expires_in_the_middle_is_renewed(company: Northwind) -> None:
    company.control("/__options", {"google_token_seconds": 0})
    with pytest.raises(CredentialsRefused, match="status 401"):
        company.pull("ga4", "report_daily", day(9))
    assert paths(company).count("/oauth2/token") == 2
    company.control("/__options", {"google_token_seconds": 3600})
    company.fault(REPORT, skip=2, unauthorized=True)
    assert company.pull("ga4", "report_daily", day(9)).rows > 0
    assert paths(company).count("/oauth2/token") == 4


def test_a_plain_token_needs_no_key(company: Northwind) -> None:
    for stream in ("events", "report_daily"):
        plain = {"token": "sandbox-ga4-token", "service_account_key": ""}
        assert company.pull("ga4", stream, day(9), **plain).rows > 0
    assert "/oauth2/token" not in paths(company)
