"""Staging of the files that teams export: restated days, dated postings, posts elsewhere."""

from __future__ import annotations

from typing import Any

from tests.dbt.tiny_lake import Row
from tests.dbt.warehouse import Warehouse

ACD = "stg_files__acd_intervals"


def quarter(queue: str, start: str, **figures: Any) -> Row:
    record = {"queue": queue, "interval_start": f"{start}Z".replace(" ", "T"), **figures}
    return Row(f"{queue}|{record['interval_start']}", record, start)


def test_figures_are_typed(warehouse: Warehouse) -> None:
    row = quarter(
        "Care", "2026-07-01 08:15:00", offered=7, answered=5, answered_in_target=4, abandoned=2,
        short_abandoned=1, mean_answered_wait_seconds=12.4, mean_abandoned_wait_seconds=33.5,
        mean_handle_seconds=301.25, longest_wait_seconds=61, extra="kept in the lake",
    )  # fmt: skip
    empty = quarter("Care", "2026-07-01 08:30:00", offered=0, mean_handle_seconds=None)
    warehouse.lake.land("files.acd_intervals", [row, empty])
    warehouse.build(ACD)
    assert warehouse.rows(
        "select queue_name, cast(started_at as text), cast(started_on as text), offered_count,"
        " answered_count, answered_in_target_count, abandoned_count, short_abandoned_count,"
        " mean_answered_wait_seconds, mean_abandoned_wait_seconds, mean_handle_seconds,"
        f" longest_wait_seconds from staging.{ACD} order by started_at"
    ) == [
        ("Care", "2026-07-01 08:15:00", "2026-07-01", 7, 5, 4, 2, 1, 12.4, 33.5, 301.25, 61),
        ("Care", "2026-07-01 08:30:00", "2026-07-01", 0, *[None] * 8),
    ]


def test_day_that_is_restated_replaces_the_day(warehouse: Warehouse) -> None:
    first = [quarter("Care", "2026-07-01 08:15:00", offered=7),
             quarter("Gone", "2026-07-01 08:15:00", offered=3)]  # fmt: skip
    warehouse.lake.land("files.acd_intervals", first)
    warehouse.lake.land(
        "files.acd_intervals", [quarter("Care", "2026-07-02 08:15:00", offered=1)], "2026-07-02"
    )
    warehouse.build(ACD)
    again = [quarter("Care", "2026-07-01 08:15:00", offered=9)]
    warehouse.lake.land("files.acd_intervals", again, extracted_at="2026-07-04")
    warehouse.build(ACD)
    assert warehouse.rows(
        f"select queue_name, cast(started_on as text), offered_count from staging.{ACD}"
        " order by started_on"
    ) == [("Care", "2026-07-01", 9), ("Care", "2026-07-02", 1)]


def test_each_posting_of_an_agent_stays(warehouse: Warehouse) -> None:
    def posting(team: str, since: str) -> Row:
        record = {"agent_id": 11, "agent_name": "Noor Bos", "team": team,
                  "languages": ["nl", "en"], "valid_from": f"{since}T00:00:00Z"}  # fmt: skip
        return Row(f"11|{since}T00:00:00Z", record, since)

    rows = [posting("Care", "2026-07-01"), posting("Billing", "2026-07-05")]
    warehouse.lake.land("files.agent_roster", rows)
    warehouse.build("stg_files__agent_roster")
    assert warehouse.rows(
        "select agent_id, agent_name, team_name, language_codes, cast(valid_from_on as text)"
        " from staging.stg_files__agent_roster order by valid_from_on"
    ) == [
        (11, "Noor Bos", "Care", ["nl", "en"], "2026-07-01"),
        (11, "Noor Bos", "Billing", ["nl", "en"], "2026-07-05"),
    ]


def test_post_s_moment_is_read_from_milliseconds(warehouse: Warehouse) -> None:
    record = {"post_id": "p1", "published_at": 1782907200500, "network": "linkedin",
              "account": "northwind", "content": "We are hiring.", "likes": 5, "comments": 0,
              "shares": 2}  # fmt: skip
    warehouse.lake.land("files.brand_posts", [Row("p1", record, "2026-07-01 12:00:00")])
    warehouse.build("stg_files__brand_posts")
    assert warehouse.rows(
        "select post_id, cast(published_at as text), cast(published_on as text), network_name,"
        " account_name, post_text, like_count, comment_count, share_count"
        " from staging.stg_files__brand_posts"
    ) == [
        ("p1", "2026-07-01 12:00:00.5", "2026-07-01", "linkedin", "northwind", "We are hiring.",
         5, 0, 2)
    ]  # fmt: skip
