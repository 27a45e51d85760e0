"""Posts that X wants deleted leave staging, whichever comes first: the post or the verdict."""

from __future__ import annotations

from tests.dbt.tiny_lake import Row, iso, post
from tests.dbt.warehouse import Warehouse

MENTIONS = "stg_x__mentions"
KEPT = "post_id, author_id, author_username, text, like_count, is_deleted, _build_id"
GONE = ("1", None, None, None, None, True)
SHOWN = ("1", "222", "ann", "hello", 1, False)


def verdict(key: str, reason: str = "deleted") -> Row:
    payload = {
        "id": key,
        "action": "delete",
        "created_at": iso("2026-07-01 09:00"),
        "redacted_at": iso("2026-07-07 10:00"),
        "reason": reason,
    }
    return Row(key, payload, is_deleted=True)


def land_posts(warehouse: Warehouse, extracted_at: str | None = None) -> None:
    posts = [post(key, "222", "ann", "2026-07-01 09:00") for key in ("1", "2")]
    warehouse.lake.land("x.mentions", posts, extracted_at=extracted_at)


def land_verdict(warehouse: Warehouse, reason: str = "deleted", day: str = "2026-07-09") -> None:
    warehouse.lake.land("x.compliance", [verdict("1", reason)], day)


def first(warehouse: Warehouse) -> tuple:
    return warehouse.rows(f"select {KEPT} from staging.{MENTIONS} where post_id = '1'")[0]


def test_a_verdict_names_the_post_and_why_it_is_gone(warehouse: Warehouse) -> None:
    land_verdict(warehouse, "suspended")
    warehouse.build("stg_x__compliance")
    assert warehouse.rows(
        "select post_id, withdrawal_type, cast(withdrawn_at as text), cast(created_at as text),"
        " is_deleted from staging.stg_x__compliance"
    ) == [("1", "suspended", "2026-07-07 10:00:00", "2026-07-01 09:00:00", True)]


def test_a_post_that_an_earlier_build_read_loses_its_content(warehouse: Warehouse) -> None:
    land_posts(warehouse)
    warehouse.build(MENTIONS)
    assert first(warehouse) == (*SHOWN, 1)
    land_verdict(warehouse)
    warehouse.build(MENTIONS)
    assert first(warehouse) == (*GONE, 2)  # of this build, so the marts rebuild its day
    assert warehouse.rows(f"select _build_id from staging.{MENTIONS} where post_id = '2'") == [(1,)]
    assert warehouse.rows(
        f"select cast(created_on as text), conversation_id from staging.{MENTIONS}"
        " where post_id = '1'"
    ) == [("2026-07-01", "1")]


def test_a_verdict_is_carried_out_once(warehouse: Warehouse) -> None:
    land_posts(warehouse)
    land_verdict(warehouse)
    warehouse.build(MENTIONS)
    land_verdict(warehouse, day="2026-07-16")
    warehouse.build(MENTIONS)
    assert first(warehouse) == (*GONE, 1)


def test_builds_day_by_day_give_what_a_full_refresh_gives(warehouse: Warehouse) -> None:
    land_posts(warehouse)
    warehouse.build(MENTIONS)
    land_verdict(warehouse)
    warehouse.build(MENTIONS)
    query = f"select * exclude (_build_id) from staging.{MENTIONS} order by all"
    stepwise = warehouse.rows(query)
    warehouse.build(MENTIONS, full_refresh=True)
    assert warehouse.rows(query) == stepwise


def test_a_day_that_is_read_from_its_files_again_keeps_the_verdict(warehouse: Warehouse) -> None:
    land_posts(warehouse)
    land_verdict(warehouse)
    warehouse.build(MENTIONS)
    warehouse.lake.land("x.mentions", [], days=2, extracted_at="2026-07-10")
    warehouse.build(MENTIONS)
    assert first(warehouse) == (*GONE, 2)


def test_a_post_that_was_read_after_the_verdict_is_there_again(warehouse: Warehouse) -> None:
    land_posts(warehouse)
    land_verdict(warehouse)
    warehouse.build(MENTIONS)
    land_posts(warehouse, extracted_at="2026-07-12")
    warehouse.build(MENTIONS)
    assert first(warehouse) == (*SHOWN, 2)


def test_a_scrubbed_place_is_no_deletion(warehouse: Warehouse) -> None:
    land_posts(warehouse)
    land_verdict(warehouse, "scrub_geo")
    warehouse.build(MENTIONS)
    assert first(warehouse) == (*SHOWN, 1)


def test_a_withdrawn_mention_leaves_the_mart_and_the_texts(warehouse: Warehouse) -> None:
    warehouse.lake.land("x.mentions", [post("1", "222", "ann", "2026-07-01 09:00", "secret")])
    chosen = ("+fct_mentions", "+int_texts_to_score")
    warehouse.build(*chosen)
    assert warehouse.rows("select post_id from cx_warehouse.marts.fct_mentions") == [("1",)]
    assert warehouse.rows("select text from intermediate.int_texts_to_score") == [("secret",)]
    land_verdict(warehouse)
    warehouse.build(*chosen)
    assert warehouse.rows("select post_id from cx_warehouse.marts.fct_mentions") == []
    assert warehouse.rows("select text from intermediate.int_texts_to_score") == []
