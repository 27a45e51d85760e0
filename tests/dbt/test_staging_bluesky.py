"""Bluesky's posts, readings of counters and the account, as they lie in staging."""

from __future__ import annotations

from typing import Any

from tests.dbt.tiny_lake import Row, iso
from tests.dbt.warehouse import Warehouse

SEARCH = "stg_bluesky__search_posts"
COUNTS = {"likeCount": 3, "repostCount": 1, "replyCount": 0, "quoteCount": 2}


def view(key: str, made: str, seen: str | None = None, **record: Any) -> dict[str, Any]:
    content = {"createdAt": made, "text": "northwind", "langs": ["nl", "en"], **record}
    return {
        "uri": f"at://a/{key}",
        "author": {"did": "did:plc:a", "handle": "a.example"},
        "record": content,
        "indexedAt": seen or made,
        **COUNTS,
    }


def row(key: str, made: str, **record: Any) -> Row:
    return Row(f"at://a/{key}", {**view(key, iso(made), **record), "sortAt": iso(made)}, made)


def test_an_answer_names_the_post_above_it_and_the_one_it_began_with(warehouse: Warehouse) -> None:
    reply = {"parent": {"uri": "at://b/2"}, "root": {"uri": "at://b/1"}}
    warehouse.lake.land("bluesky.search_posts", [row("3", "2026-07-01 09:00", reply=reply)])
    warehouse.build(SEARCH)
    assert warehouse.rows(
        "select post_id, conversation_id, referenced_post_id, reference_type, language_code"
        f" from staging.{SEARCH}"
    ) == [("at://a/3", "at://b/1", "at://b/2", "replied_to", "nl")]


def test_a_post_lies_on_the_day_by_which_bluesky_sorts_it(warehouse: Warehouse) -> None:
    ahead = view("1", "2026-07-02T01:00:00Z", "2026-07-01T22:00:00.500Z")
    odd = view("2", "yesterday", "2026-07-01T22:00:00.500Z")
    sort = "2026-07-01T22:00:00.500000Z"
    rows = [
        Row("at://a/1", {**ahead, "sortAt": sort}, "2026-07-01 22:00:00.500"),
        Row("at://a/2", {**odd, "sortAt": sort}, "2026-07-01 22:00:00.500"),
    ]
    warehouse.lake.land("bluesky.search_posts", rows)
    warehouse.build(SEARCH)
    assert warehouse.rows(
        "select cast(created_on as text), cast(created_at as text), cast(claimed_at as text)"
        f" from staging.{SEARCH} order by post_id"
    ) == [
        ("2026-07-01", "2026-07-01 22:00:00.5", "2026-07-02 01:00:00"),
        ("2026-07-01", "2026-07-01 22:00:00.5", None),
    ]


def test_a_post_that_a_day_read_again_no_longer_holds_is_gone(warehouse: Warehouse) -> None:
    one, two = row("1", "2026-07-01 09:00"), row("2", "2026-07-01 10:00")
    warehouse.lake.land("bluesky.search_posts", [one, two])
    warehouse.build(SEARCH)
    warehouse.lake.land("bluesky.search_posts", [two], extracted_at="2026-07-05")
    warehouse.build(SEARCH)
    assert warehouse.rows(f"select post_id from staging.{SEARCH}") == [("at://a/2",)]


def test_own_posts_are_read_from_the_items_of_the_feed(warehouse: Warehouse) -> None:
    item = {"post": view("1", "2026-07-01T09:00:00Z"), "sortAt": "2026-07-01T09:00:00Z"}
    warehouse.lake.land("bluesky.own_posts", [Row("at://a/1", item, "2026-07-01 09:00")])
    warehouse.build("stg_bluesky__own_posts")
    assert warehouse.rows(
        "select post_id, author_id, author_username, text, conversation_id, reference_type,"
        " like_count, repost_count, reply_count, quote_count, cast(created_at as text)"
        " from staging.stg_bluesky__own_posts"
    ) == [
        ("at://a/1", "did:plc:a", "a.example", "northwind", "at://a/1", None, 3, 1, 0, 2,
         "2026-07-01 09:00:00"),
    ]  # fmt: skip


def test_each_reading_of_a_post_s_counters_stays(warehouse: Warehouse) -> None:
    for day, likes in (("2026-07-02", 3), ("2026-07-04", 8)):
        reading = {**view("1", "2026-07-01T09:00:00Z"), "likeCount": likes}
        warehouse.lake.land("bluesky.post_metrics", [Row("at://a/1", reading)], day)
        warehouse.build("stg_bluesky__post_metrics")
    assert warehouse.rows(
        "select post_id, cast(snapshot_on as text), age_days, like_count"
        " from staging.stg_bluesky__post_metrics order by 2"
    ) == [("at://a/1", "2026-07-02", 1, 3), ("at://a/1", "2026-07-04", 3, 8)]


def test_each_reading_of_the_account_stays(warehouse: Warehouse) -> None:
    for day, followers in (("2026-07-02", 1180), ("2026-07-03", 1184)):
        profile = {
            "did": "did:plc:us",
            "handle": "us.example",
            "followersCount": followers,
            "followsCount": 85,
            "postsCount": 240,
        }
        warehouse.lake.land("bluesky.profile", [Row("did:plc:us", profile)], day)
        warehouse.build("stg_bluesky__profile")
    assert warehouse.rows(
        "select account_id, account_username, cast(snapshot_on as text), follower_count,"
        " followed_count, post_count from staging.stg_bluesky__profile order by 3"
    ) == [
        ("did:plc:us", "us.example", "2026-07-02", 1180, 85, 240),
        ("did:plc:us", "us.example", "2026-07-03", 1184, 85, 240),
    ]
