"""What is particular to each vendor, judged against the simulated company."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from extract import SOURCES, hubspot_search, zendesk
from extract.errors import (
    Defer,
    OutsideWindow,
    RequestRefused,
    SchemaChanged,
    TruncatedFetch,
    UnreadableAnswer,
)
from extract.lake import landed_path
from extract.zendesk_pages import Tickets
from sandbox.faces import hubspot as hubspot_face
from sandbox.faces import zendesk as zendesk_face
from sandbox.faces import zendesk_csat
from sandbox.world import World
from tests.extract.northwind import Northwind, day, northwind

WEEK = day(4, 6)
Kept = dict[str, dict[str, Any]]


def newest(company: Northwind, name: str, window: Any) -> set[str]:
    """Return the keys whose newest version the company's own books date inside a window."""
    last = {version.key: version for version in company.world.versions(name, company.clock.now())}
    return {key for key, version in last.items() if version.at in window}


def keys(company: Northwind, source: str, stream: str, window: Any = WEEK) -> set[str]:
    return set(company.table(source, stream, window)["_pk"].to_pylist())


def by_id(company: Northwind, source: str, stream: str) -> Kept:
    return {str(one["id"]): one for one in company.records(source, stream, WEEK)}


# Zendesk


@pytest.mark.parametrize("stream", ["tickets", "users", "calls", "legs", "satisfaction_ratings"])
def test_zendesk_lands_what_changed_in_the_window(company: Northwind, stream: str) -> None:
    company.pull("zendesk", stream, WEEK)
    reach = SOURCES["zendesk"].stream(stream).reach(WEEK)
    assert keys(company, "zendesk", stream) == newest(company, f"zendesk.{stream}", reach)


@pytest.mark.parametrize("stream", ["tickets", "users", "calls", "legs", "satisfaction_ratings"])
@pytest.mark.parametrize("size", [3, 4, 7])
def test_zendesk_pages_lose_no_row_at_their_seams(
    company: Northwind, monkeypatch: pytest.MonkeyPatch, stream: str, size: int
) -> None:
    company.pull("zendesk", stream, WEEK)
    whole = keys(company, "zendesk", stream)
    monkeypatch.setattr(zendesk, "FULL", size)
    monkeypatch.setattr(zendesk_face, "PAGE", size)
    monkeypatch.setattr(zendesk_csat, "PAGE", size)
    manifest = company.pull("zendesk", stream, WEEK, lake=company.lake / "paged")
    path = landed_path(company.lake / "paged", "landing", "zendesk", stream, WEEK)
    assert set(pq.read_table(path)["_pk"].to_pylist()) == whole
    assert manifest.requests > 1


def test_zendesk_talk_ends_although_its_next_page_is_immortal(company: Northwind) -> None:
    assert company.pull("zendesk", "calls", WEEK).requests <= 3


def test_zendesk_reading_ends_behind_the_window(
    company: Northwind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zendesk, "FULL", 3)
    monkeypatch.setattr(zendesk_face, "PAGE", 3)
    early = company.pull("zendesk", "tickets", day(2))
    company.pull("zendesk", "tickets", day(2, 8))
    assert early.outside_window <= 3
    assert early.requests < len(company.requests()) - early.requests


def test_zendesk_ticket_carries_its_metric_set(company: Northwind) -> None:
    company.pull("zendesk", "tickets", WEEK)
    for ticket in company.records("zendesk", "tickets", WEEK):
        assert ticket["metric_set"]["ticket_id"] == ticket["id"]


def test_zendesk_metric_sets_listed_beside_the_tickets_are_joined_in() -> None:
    page = msgspec.json.decode(
        b'{"tickets": [{"id": 1}, { }, {"id":2 }], "metric_sets": [{"ticket_id": 2, "r": 1}],'
        b'"after_cursor": null, "end_of_stream": true}',
        type=Tickets,
    )
    assert [bytes(row) for row in page.rows] == [
        b'{"id": 1}',
        b"{ }",
        b'{"id":2 ,"metric_set":{"ticket_id": 2, "r": 1}}',
    ]


def test_zendesk_deleted_ticket_is_a_tombstone(company: Northwind) -> None:
    company.pull("zendesk", "tickets", WEEK)
    key = min(keys(company, "zendesk", "tickets"))
    moment = WEEK.end - timedelta(hours=1)
    company.control(
        "/__world/mutate",
        {"name": "zendesk.tickets", "key": key, "at": moment.isoformat(),
         "set": {"status": "deleted", "subject": "SCRUBBED"}},
    )  # fmt: skip
    company.pull("zendesk", "tickets", WEEK)
    table = company.table("zendesk", "tickets", WEEK).to_pylist()
    versions = sorted((row["_cursor"], row["_deleted"]) for row in table if row["_pk"] == key)
    assert versions[-1] == (moment, True)
    assert versions[0][1] is False  # the version that was landed before stays


def test_zendesk_silent_update_moves_the_cursor_alone(company: Northwind) -> None:
    company.pull("zendesk", "tickets", WEEK)
    key = min(keys(company, "zendesk", "tickets"))
    before = by_id(company, "zendesk", "tickets")[key]
    company.control(
        "/__world/mutate",
        {"name": "zendesk.tickets", "key": key, "at": (WEEK.end - timedelta(hours=1)).isoformat(),
         "set": {"updated_at": "2026-07-01T00:00:00Z"}},
    )  # fmt: skip
    company.pull("zendesk", "tickets", WEEK)
    after = [r for r in company.records("zendesk", "tickets", WEEK) if str(r["id"]) == key]
    assert {one["updated_at"] for one in after} == {before["updated_at"], "2026-07-01T00:00:00Z"}


def test_zendesk_limit_is_waited_for(company: Northwind) -> None:
    company.fault("/zendesk/", refusal="rate_limited")
    company.pull("zendesk", "users", WEEK)
    assert company.slept == [41.0]


def test_zendesk_pace_is_ten_requests_a_minute(
    company: Northwind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zendesk, "FULL", 3)
    monkeypatch.setattr(zendesk_face, "PAGE", 3)
    manifest = company.pull("zendesk", "legs", WEEK, requests_per_minute=10)
    assert manifest.requests > 20
    assert len([wait for wait in company.slept if wait > 50]) >= manifest.requests // 10 - 1


# HubSpot


@pytest.mark.parametrize("stream", ["contacts", "deals", "feedback_submissions"])
def test_hubspot_lands_what_changed_in_the_window(company: Northwind, stream: str) -> None:
    company.pull("hubspot", stream, WEEK)
    reach = SOURCES["hubspot"].stream(stream).reach(WEEK)
    assert keys(company, "hubspot", stream) >= newest(company, f"hubspot.{stream}", reach)


@pytest.mark.parametrize("stream", ["contacts", "deals", "feedback_submissions"])
def test_hubspot_walks_past_the_ceiling_of_a_search(
    company: Northwind, monkeypatch: pytest.MonkeyPatch, stream: str
) -> None:
    company.pull("hubspot", stream, WEEK)
    whole = company.table("hubspot", stream, WEEK).select(["_pk", "_cursor", "_payload_sha"])
    monkeypatch.setattr(hubspot_search, "SEARCH_PAGE", 3)
    monkeypatch.setattr(hubspot_face, "CEILING", 6)  # 10,000 at the vendor
    assert whole.num_rows > 6
    company.pull("hubspot", stream, WEEK)
    again = company.table("hubspot", stream, WEEK).select(["_pk", "_cursor", "_payload_sha"])
    assert sorted(again.to_pylist(), key=str) == sorted(whole.to_pylist(), key=str)


def test_hubspot_ceiling_is_met_by_whoever_counts_rows(
    company: Northwind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubspot_face, "CEILING", 1)
    with pytest.raises(RequestRefused, match="status 400 VALIDATION_ERROR"):
        company.pull("hubspot", "contacts", WEEK)


def test_hubspot_archived_contact_is_a_tombstone_at_the_moment_of_archiving(
    company: Northwind,
) -> None:
    company.pull("hubspot", "contacts", WEEK)
    key = min(keys(company, "hubspot", "contacts"))
    moment = WEEK.end - timedelta(hours=1)
    stamp = f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"
    company.control(
        "/__world/mutate",
        {"name": "hubspot.contacts", "key": key, "at": moment.isoformat(),
         "set": {"archived": True, "archivedAt": stamp,
                 "properties.lastmodifieddate": "2026-07-01T00:00:00.000Z"}},
    )  # fmt: skip
    company.pull("hubspot", "contacts", WEEK)
    rows = [r for r in company.table("hubspot", "contacts", WEEK).to_pylist() if r["_pk"] == key]
    newest_row = max(rows, key=lambda row: row["_cursor"])
    assert (newest_row["_deleted"], newest_row["_cursor"]) == (True, moment)


def test_hubspot_merged_contact_gets_a_tombstone_from_the_winner(company: Northwind) -> None:
    company.pull("hubspot", "contacts", WEEK)
    winner, loser = sorted(keys(company, "hubspot", "contacts"), key=int)[:2]
    moment = WEEK.end - timedelta(hours=1)
    company.control(
        "/__world/mutate",
        {"name": "hubspot.contacts", "key": winner, "at": moment.isoformat(),
         "set": {"properties.hs_merged_object_ids": f"{loser};900001"}},
    )  # fmt: skip
    company.control(
        "/__world/mutate",
        {"name": "hubspot.contacts", "key": loser, "at": moment.isoformat(), "vanish": True},
    )
    company.pull("hubspot", "contacts", WEEK)
    gone = {
        row["_pk"]: row
        for row in company.table("hubspot", "contacts", WEEK).to_pylist()
        if row["_deleted"] and row["_cursor"] == moment
    }
    assert set(gone) == {loser, "900001"}
    record = msgspec.json.decode(gone[loser]["_payload"])
    assert (record["mergedInto"], record["archivedAt"]) == (
        winner,
        f"{moment:%Y-%m-%dT%H:%M:%S}.000Z",
    )
    assert record["createdAt"]
    assert gone[loser]["_error"] is None


def test_hubspot_deal_carries_its_contacts(company: Northwind) -> None:
    company.pull("hubspot", "deals", WEEK)
    truth = {v.key: v.record for v in company.world.versions("hubspot.deals", company.clock.now())}
    landed = by_id(company, "hubspot", "deals")
    assert landed
    for key, deal in landed.items():
        wanted = [one["id"] for one in truth[key]["associations"]["contacts"]["results"]]
        assert [one["id"] for one in deal["associations"]["contacts"]["results"]] == wanted


def test_hubspot_answer_without_ticket_carries_an_empty_list(company: Northwind) -> None:
    company.pull("hubspot", "feedback_submissions", WEEK)
    lists = [
        one["associations"]["tickets"]["results"]
        for one in company.records("hubspot", "feedback_submissions", WEEK)
    ]
    assert [] in lists
    assert any(lists)


def test_hubspot_association_that_is_refused_is_not_left_out_in_silence(
    company: Northwind,
) -> None:
    problem = {"subCategory": "crm.associations.MISSING_SCOPES"}
    company.fault(
        "/associations/",
        times=None,
        status=207,
        body={"results": [], "errors": [problem]},
    )
    with pytest.raises(RequestRefused, match="MISSING_SCOPES"):
        company.pull("hubspot", "deals", WEEK)


@pytest.mark.parametrize(
    ("refusal", "wait"), [("rate_limited", 10.0), ("rate_limited_secondly", 1.0)]
)
def test_hubspot_limit_is_read_from_the_policy(
    company: Northwind, refusal: str, wait: float
) -> None:
    company.fault("/hubspot/", refusal=refusal)
    company.pull("hubspot", "owners", day(9))
    assert company.slept == [wait]


@pytest.mark.parametrize(("zone", "hours"), [("UTC", 24), ("Europe/Amsterdam", 22)])
def test_hubspot_daily_limit_puts_the_run_off_to_midnight_of_the_account(
    company: Northwind, zone: str, hours: int
) -> None:
    company.fault("/hubspot/", refusal="rate_limited_daily")
    with pytest.raises(Defer) as caught:
        company.pull("hubspot", "owners", day(9), time_zone=zone)
    assert caught.value.seconds == hours * 3600 - 600  # it is ten past midnight UTC
    assert company.slept == []


def test_hubspot_prefix_may_be_a_dated_version(company: Northwind) -> None:
    for stream, window in (("contacts", WEEK), ("owners", day(9))):
        prefix = "/crm/objects/2026-03"
        assert company.pull("hubspot", stream, window, path_prefix=prefix).rows > 0
    paths = {request["path"] for request in company.requests()}
    assert paths == {
        "/hubspot/crm/objects/2026-03/contacts/search",
        "/hubspot/crm/objects/2026-03/contacts",
        "/hubspot/crm/owners/2026-03",
    }


def test_hubspot_owners_that_come_shortened_are_refused(company: Northwind) -> None:
    company.after(day(8))
    company.pull("hubspot", "owners", day(8))
    company.accept("hubspot", "owners", day(8))
    company.after(day(9))
    company.fault("/owners", times=None, drop_tail=2)
    with pytest.raises(TruncatedFetch, match="2 rows, below 80% of the 4"):
        company.pull("hubspot", "owners", day(9))
    assert company.pull("hubspot", "owners", day(9), accept_shrink=True).rows == 2


# GA4


@contextmanager
def exporting(world: World, change: Callable[[pa.Table], pa.Table]) -> Iterator[None]:
    """Let the company export its days changed; a sandbox remembers the files that it has served."""
    exported = world.ga4_day

    def changed(at: date, now: datetime) -> pa.Table | None:
        table = exported(at, now)
        return None if table is None else change(table)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world, "ga4_day", changed)
        yield


def test_ga4_lands_the_native_columns_behind_the_keys(company: Northwind) -> None:
    company.pull("ga4", "events", day(9))
    table = company.table("ga4", "events", day(9))
    export = company.world.ga4_day(day(9).start.date(), company.clock.now())
    assert export is not None
    assert table.drop_columns(table.column_names[:8]).cast(export.schema).equals(export)
    assert len(set(table["_pk"].to_pylist())) == table.num_rows


def test_ga4_reads_the_window_and_three_days_before(company: Northwind) -> None:
    manifest = company.pull("ga4", "events", day(8, 2))
    files = sorted(path.stem for path in (company.lake / "landing").rglob("*.parquet"))
    assert files == [day(number).name for number in range(5, 10)]
    assert manifest.rows == sum(
        company.table("ga4", "events", day(number)).num_rows for number in range(5, 10)
    )


def test_ga4_day_that_is_not_exported_yet_lands_without_rows_and_says_so(
    company: Northwind,
) -> None:
    company.at(day(9).end + timedelta(minutes=2))
    manifest = company.pull("ga4", "events", day(9))
    assert manifest.note == "2026-07-09: not exported yet"
    table = company.table("ga4", "events", day(9))
    assert table.num_rows == 0
    assert "event_params" in table.column_names


def test_ga4_restated_day_replaces_the_day(company: Northwind) -> None:
    counts = []
    for window in (day(6), day(9)):
        company.after(window)
        company.pull("ga4", "events", window)
        counts.append(company.table("ga4", "events", day(6)).num_rows)
    assert counts[1] > counts[0]  # late hits joined


def test_ga4_new_column_lands_and_other_days_can_be_read_with_it(company: Northwind) -> None:
    with exporting(company.world, lambda t: t.append_column("brand_new", [[1] * t.num_rows])):
        company.pull("ga4", "events", day(9))
    assert company.table("ga4", "events", day(9))["brand_new"][0].as_py() == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda t: t.drop_columns(["event_name"]), "event_name is missing"),
        (
            lambda t: t.set_column(1, "event_timestamp", t["event_timestamp"].cast("string")),
            "event_timestamp is string, not int64",
        ),
        (lambda t: t.drop_columns(["device"]), "device is missing"),
    ],
)
def test_ga4_column_that_changed_refuses_the_day(
    company: Northwind, change: Any, told: str
) -> None:
    with (
        exporting(company.world, change),
        pytest.raises(SchemaChanged, match=re.escape(told)),
    ):
        company.pull("ga4", "events", day(9))
    assert list((company.lake / "landing").rglob("*.parquet")) == []


def test_ga4_rows_of_another_day_refuse_the_file(company: Northwind) -> None:
    def other_day(table: pa.Table) -> pa.Table:
        return table.set_column(0, "event_date", [["20260101"] * table.num_rows])

    with (
        exporting(company.world, other_day),
        pytest.raises(OutsideWindow, match="rows of other days in the file of 20260706"),
    ):
        company.pull("ga4", "events", day(9))


def test_ga4_rows_that_repeat_land_once_and_are_counted(company: Northwind, world: World) -> None:
    clean = company.pull("ga4", "events", day(9)).rows
    with (
        exporting(world, lambda t: pa.concat_tables([t, t.slice(0, 3)])),
        northwind(world, company.lake) as other,
    ):
        manifest = other.pull("ga4", "events", day(9))
    assert (manifest.rows, manifest.duplicates) == (clean, 12)


def test_ga4_file_that_differs_from_its_hash_is_never_landed(company: Northwind) -> None:
    company.fault("/download/", times=None, drop_tail=1)
    with pytest.raises(UnreadableAnswer, match="failed 5 times, last with"):
        company.pull("ga4", "events", day(9))
    assert list((company.lake / "landing").rglob("*.parquet")) == []
