"""Staging over real files: newest version, tombstones, quarantine, empty streams, restated days."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dbt.tiny_lake import (
    Row,
    TinyLake,
    archived_contact,
    contact,
    deal,
    hit,
    iso,
    post,
    user,
)
from tests.dbt.warehouse import Warehouse

CONTACTS = "stg_hubspot__contacts"
EVENTS = "stg_ga4__events"


def content(warehouse: Warehouse, model: str, without: str = "_build_id") -> list[tuple]:
    """Everything but what tells of the build alone."""
    return warehouse.rows(f"select * exclude ({without}) from staging.{model} order by all")


def test_staging_gives_empty_typed_tables_when_no_file_was_accepted(
    warehouse: Warehouse,
) -> None:
    warehouse.build("path:models/staging/zendesk", EVENTS)
    assert warehouse.rows("select count(*) from staging.stg_zendesk__calls") == [(0,)]
    types = dict(
        warehouse.rows(
            "select column_name, data_type from duckdb_columns() where table_name like 'stg_%'"
            " and column_name in ('talk_seconds', 'event_at', 'requester_phone', 'is_deleted')"
        )
    )
    assert types == {
        "talk_seconds": "BIGINT",
        "event_at": "TIMESTAMP",
        "requester_phone": "VARCHAR",
        "is_deleted": "BOOLEAN",
    }


def test_staging_reads_the_ticket_s_nested_fields(warehouse: Warehouse) -> None:
    ticket = {
        "id": 48211,
        "via": {"channel": "voice", "source": {"from": {"phone": "+31205550147"}, "rel": None}},
        "created_at": "2026-07-01T08:14:09Z",
        "generated_timestamp": 1782903791,
        "status": "solved",
        "custom_fields": [{"id": 1, "value": True}, {"id": 4410012, "value": "billing"}],
        "satisfaction_rating": {"score": "good"},
        "metric_set": {
            "replies": 2,
            "solved_at": "2026-07-01T09:00:00Z",
            "reply_time_in_minutes": {"calendar": 12, "business": 12},
        },
    }
    warehouse.lake.land("zendesk.tickets", [Row("48211", ticket, "2026-07-01 11:03:11")])
    warehouse.build("stg_zendesk__tickets")
    assert warehouse.rows(
        "select ticket_id, requester_phone, contact_reason_type, first_reply_minutes, reply_count,"
        " cast(generated_at as text), cast(solved_at as text), cast(created_on as text)"
        " from staging.stg_zendesk__tickets"
    ) == [
        (
            *(48211, "+31205550147", "billing", 12, 2),
            *("2026-07-01 11:03:11", "2026-07-01 09:00:00", "2026-07-01"),
        )
    ]


@pytest.mark.parametrize("value", ["2026-07-01T11:30:00.000Z", "1782905400000"])
def test_staging_reads_hubspot_moments_in_both_of_their_forms(
    warehouse: Warehouse, value: str
) -> None:
    answer = {"id": "3301", "properties": {"hs_value": "0", "hs_submission_timestamp": value}}
    warehouse.lake.land("hubspot.feedback_submissions", [Row("3301", answer, "2026-07-01 12:00")])
    warehouse.build("stg_hubspot__feedback_submissions")
    assert warehouse.rows(
        "select score, cast(submitted_at as text) from staging.stg_hubspot__feedback_submissions"
    ) == [(0.0, "2026-07-01 11:30:00")]


def test_staging_keeps_the_newest_version_of_a_key(warehouse: Warehouse) -> None:
    warehouse.lake.land("hubspot.contacts", [contact("1", "2026-07-01 08:00", email="old@x.nl")])
    changed = contact("1", "2026-07-01 08:00", "2026-07-02 09:00", email="new@x.nl")
    warehouse.lake.land("hubspot.contacts", [changed], "2026-07-02")
    warehouse.build(CONTACTS)
    assert warehouse.rows(f"select email from staging.{CONTACTS}") == [("new@x.nl",)]


def test_staging_keeps_what_it_has_when_an_older_version_comes_later(
    warehouse: Warehouse,
) -> None:
    changed = contact("1", "2026-07-01 08:00", "2026-07-02 09:00", email="new@x.nl")
    warehouse.lake.land("hubspot.contacts", [changed], "2026-07-02")
    warehouse.build(CONTACTS)
    old = contact("1", "2026-07-01 08:00", email="old@x.nl")
    warehouse.lake.land("hubspot.contacts", [old], extracted_at="2026-08-01")
    warehouse.build(CONTACTS)
    assert warehouse.rows(f"select email, _build_id from staging.{CONTACTS}") == [("new@x.nl", 1)]


def test_staging_marks_each_row_with_the_build_that_brought_it(warehouse: Warehouse) -> None:
    warehouse.lake.land("hubspot.contacts", [contact("1", "2026-07-01 08:00")])
    warehouse.build(CONTACTS)
    warehouse.lake.land("hubspot.contacts", [contact("2", "2026-07-02 08:00")], "2026-07-02")
    warehouse.build(CONTACTS)
    assert warehouse.rows(
        f"select contact_id, _build_id from staging.{CONTACTS} order by contact_id"
    ) == [("1", 1), ("2", 2)]


def test_staging_keeps_a_tombstone_flagged(warehouse: Warehouse) -> None:
    warehouse.lake.land("hubspot.contacts", [contact("1", "2026-07-01 08:00", email="a@x.nl")])
    tombstone = archived_contact("1", "2026-07-01 08:00", "2026-07-02 10:00")
    warehouse.lake.land("hubspot.contacts", [tombstone], "2026-07-02")
    warehouse.build(CONTACTS)
    assert warehouse.rows(f"select contact_id, email, is_deleted from staging.{CONTACTS}") == [
        ("1", None, True)
    ]


def test_staging_leaves_quarantined_rows_where_they_are(warehouse: Warehouse) -> None:
    held = Row("9", {"id": 9}, "2026-07-01 10:00", error="type drift at $.name")
    warehouse.lake.land("zendesk.users", [held, user(8, "2026-07-01 09:00")])
    warehouse.build("stg_zendesk__users")
    assert warehouse.rows("select user_id from staging.stg_zendesk__users") == [(8,)]


def test_a_restated_day_of_events_replaces_the_day(warehouse: Warehouse) -> None:
    first = hit("b1", 1, "2026-07-01 10:00")
    warehouse.lake.land_events("2026-07-01", [first, hit("b2", 2, "2026-07-01 11:00")])
    warehouse.lake.land_events("2026-07-02", [hit("b1", 3, "2026-07-02 10:00")])
    warehouse.build(EVENTS)
    warehouse.lake.land_events("2026-07-01", [first, hit("b3", 4, "2026-07-01 12:00")])
    warehouse.build(EVENTS)
    assert warehouse.rows(
        f"select web_client_id, ga_session_id, _build_id from staging.{EVENTS} order by all"
    ) == [("b1", 1, 2), ("b1", 3, 1), ("b3", 4, 2)]


def test_a_restated_day_that_came_empty_empties_the_day(warehouse: Warehouse) -> None:
    warehouse.lake.land_events("2026-07-01", [hit("b1", 1, "2026-07-01 10:00")])
    warehouse.build(EVENTS)
    warehouse.lake.land_events("2026-07-01", [])
    warehouse.build(EVENTS)
    assert warehouse.rows(f"select * from staging.{EVENTS}") == []


def intervals(lake: TinyLake) -> list:
    """Three intervals in which a contact changes, another goes and a third comes."""
    one = contact("1", "2026-07-01 08:00", email="a@x.nl")
    two = contact("2", "2026-07-01 09:00", email="b@x.nl")
    moved = contact("1", "2026-07-01 08:00", "2026-07-02 08:00", email="c@x.nl")
    gone = archived_contact("2", "2026-07-01 09:00", "2026-07-03 08:00")
    return [
        lambda: lake.land("hubspot.contacts", [one, two], "2026-07-01"),
        lambda: lake.land("hubspot.contacts", [moved], "2026-07-02"),
        lambda: lake.land("hubspot.contacts", [gone, contact("3", "2026-07-03")], "2026-07-03"),
    ]


def test_intervals_in_any_order_give_the_same_staging(
    new_warehouse: Callable[[Path], Warehouse], tmp_path: Path
) -> None:
    seen = []
    for number, order in enumerate([(0, 1, 2), (2, 1, 0), (1, 2, 0)]):
        warehouse = new_warehouse(tmp_path / str(number))
        for interval in order:
            intervals(warehouse.lake)[interval]()
            warehouse.build(CONTACTS)
        seen.append(content(warehouse, CONTACTS))
    assert len(seen[0]) == 3
    assert all(one == seen[0] for one in seen)


def test_an_interval_taken_twice_gives_the_same_staging(warehouse: Warehouse) -> None:
    for landing in intervals(warehouse.lake):
        landing()
    warehouse.build(CONTACTS)
    before = content(warehouse, CONTACTS, without="_build_id, _extracted_at")
    for landing in intervals(warehouse.lake):
        landing()
    warehouse.build(CONTACTS)
    assert content(warehouse, CONTACTS, without="_build_id, _extracted_at") == before


@pytest.mark.slow
def test_a_full_refresh_gives_the_rows_of_the_builds_day_by_day(warehouse: Warehouse) -> None:
    for number, landing in enumerate(intervals(warehouse.lake)):
        landing()
        day = f"2026-07-0{number + 1}"
        warehouse.lake.land_events(day, [hit("b1", number, f"{day} 10:00")])
        warehouse.lake.land("hubspot.deals", [deal("7", "1", "2026-07-01", day, "closedwon")], day)
        warehouse.build("path:models/staging/hubspot", EVENTS)
    models = [CONTACTS, EVENTS, "stg_hubspot__deals"]
    before = [content(warehouse, model) for model in models]
    warehouse.build(*models, full_refresh=True)
    assert [content(warehouse, model) for model in models] == before


def test_a_build_without_as_of_says_what_to_pass(warehouse: Warehouse) -> None:
    result = warehouse.run("int_lifecycle_events", as_of=None)  # type: ignore[arg-type]
    messages = " ".join(str(one.message) for one in result.result)
    assert "as_of: no value was passed" in messages
    assert "cxw build" in messages


def test_each_reading_of_a_post_s_counters_stays(warehouse: Warehouse) -> None:
    for day, likes in (("2026-07-02", 3), ("2026-07-04", 8)):
        reading = {"id": "5", "created_at": iso("2026-07-01 10:00")}
        counted = Row("5", {**reading, "public_metrics": {"like_count": likes}})
        warehouse.lake.land("x.post_metrics", [counted], day)
        warehouse.build("stg_x__post_metrics")
    assert warehouse.rows(
        "select cast(snapshot_on as text), age_days, like_count, cast(snapshot_at as text)"
        " from staging.stg_x__post_metrics order by 1"
    ) == [
        ("2026-07-02", 1, 3, "2026-07-03 00:10:00"),
        ("2026-07-04", 3, 8, "2026-07-05 00:10:00"),
    ]


def test_posts_that_a_file_read_again_no_longer_holds_are_gone(warehouse: Warehouse) -> None:
    """The first file spans two days; the second day comes again, once with a post less."""
    mentions = "stg_x__mentions"
    one, two = (post(str(day), "222", "ann", f"2026-07-0{day} 09:00") for day in (1, 2))
    three = post("3", "222", "ann", "2026-07-02 10:00")
    warehouse.lake.land("x.mentions", [one, two], days=2)
    warehouse.lake.land("x.mentions", [two, three], "2026-07-02", extracted_at="2026-07-03")
    warehouse.build(mentions)
    warehouse.lake.land("x.mentions", [two], "2026-07-02", extracted_at="2026-07-04")
    warehouse.build(mentions)
    posts = warehouse.rows(f"select post_id from staging.{mentions} order by all")
    assert posts == [("1",), ("2",)]
    stepwise = content(warehouse, mentions)
    warehouse.build(mentions, full_refresh=True)
    assert content(warehouse, mentions) == stepwise


def test_a_post_stays_while_another_file_of_its_day_holds_it(warehouse: Warehouse) -> None:
    two = post("2", "222", "ann", "2026-07-02 09:00")
    warehouse.lake.land("x.mentions", [two], days=2)
    warehouse.lake.land("x.mentions", [two], "2026-07-02", extracted_at="2026-07-03")
    warehouse.build("stg_x__mentions")
    warehouse.lake.land("x.mentions", [], "2026-07-02", extracted_at="2026-07-04")
    warehouse.build("stg_x__mentions")
    assert warehouse.rows("select post_id from staging.stg_x__mentions") == [("2",)]
