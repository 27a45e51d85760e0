"""Facebook's staging: days that are replaced, metrics that are gone, counters that stay apart."""

from __future__ import annotations

from typing import Any

from tests.dbt.tiny_lake import Record, Row, at
from tests.dbt.warehouse import Warehouse

POSTS, INSIGHTS = "stg_facebook__published_posts", "stg_facebook__page_insights"


def graph(text: str) -> str:
    """Write a moment as the Graph API does."""
    return at(text).strftime("%Y-%m-%dT%H:%M:%S+0000")


def post(key: str, created: str, message: str = "hello", **more: Any) -> Row:
    payload = {"id": key, "created_time": graph(created), "message": message, **more}
    return Row(key, payload, created)


def insight(metric: str, *values: tuple[float | None, str]) -> Row:
    shown: Record = {"id": f"1/insights/{metric}/day", "name": metric, "period": "day"}
    shown["values"] = [{"value": value, "end_time": graph(end)} for value, end in values]
    return Row(shown["id"], shown)


def insights(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    return warehouse.rows(
        "select metric_code, cast(report_on as text), is_available, metric_value"
        f" from staging.{INSIGHTS} order by all"
    )


def test_a_day_of_posts_read_again_shows_the_edit_and_lets_the_deleted_go(
    warehouse: Warehouse,
) -> None:
    name = "facebook.published_posts"
    warehouse.lake.land(name, [post("a", "2026-07-01 08:00"), post("b", "2026-07-01 09:00")])
    warehouse.lake.land(name, [post("c", "2026-07-02 08:00")], "2026-07-02")
    warehouse.build(POSTS)
    warehouse.lake.land(
        name, [post("a", "2026-07-01 08:00", "Update: hello", shares={"count": 3})],
        extracted_at="2026-07-03",
    )  # fmt: skip
    warehouse.build(POSTS)
    assert warehouse.rows(
        f"select post_id, text, share_count from staging.{POSTS} order by 1"
    ) == [("a", "Update: hello", 3), ("c", "hello", 0)]  # fmt: skip


def test_a_value_belongs_to_the_pacific_day_that_ends_with_it(warehouse: Warehouse) -> None:
    warehouse.lake.land("facebook.page_insights", [insight("f", (5, "2026-07-02 07:00"))])
    winter = [insight("f", (6, "2026-12-02 08:00"))]
    warehouse.lake.land("facebook.page_insights", winter, "2026-12-01")
    warehouse.build(INSIGHTS)
    assert insights(warehouse) == [
        ("f", "2026-07-01", True, 5.0),
        ("f", "2026-12-01", True, 6.0),
    ]


def test_days_that_change_the_clock_keep_their_values(warehouse: Warehouse) -> None:
    # In 2026 the clocks of California change on 8 March and on 1 November.
    for day, end in (("2026-03-08", "2026-03-09 07:00"), ("2026-11-01", "2026-11-02 08:00")):
        warehouse.lake.land("facebook.page_insights", [insight("f", (1, end))], day)
    warehouse.build(INSIGHTS)
    assert [row[1] for row in insights(warehouse)] == ["2026-03-08", "2026-11-01"]


def test_a_metric_that_was_withdrawn_has_no_value_and_never_a_zero(warehouse: Warehouse) -> None:
    gone = insight("page_fans")
    gone.payload["metric_unavailable"] = True
    rows = [gone, insight("page_follows", (0, "2026-07-02 07:00"))]
    warehouse.lake.land("facebook.page_insights", rows)
    warehouse.build(INSIGHTS)
    assert insights(warehouse) == [
        ("page_fans", "2026-07-01", False, None),
        ("page_follows", "2026-07-01", True, 0.0),
    ]


def test_a_restated_day_replaces_its_values(warehouse: Warehouse) -> None:
    for value, taken in ((94, "2026-07-02"), (100, "2026-07-04")):
        rows = [insight("v", (value, "2026-07-02 07:00"))]
        warehouse.lake.land("facebook.page_insights", rows, extracted_at=taken)
        warehouse.build(INSIGHTS)
    assert insights(warehouse) == [("v", "2026-07-01", True, 100.0)]


def test_the_counters_of_each_day_stay(warehouse: Warehouse) -> None:
    for day, fans in (("2026-07-01", 100), ("2026-07-02", 97)):
        row = Row("1", {"id": "1", "fan_count": fans, "followers_count": fans + 9})
        warehouse.lake.land("facebook.page_counters", [row], day)
        warehouse.build("stg_facebook__page_counters")
    assert warehouse.rows(
        "select cast(snapshot_on as text), fan_count, follower_count, star_rating_mean"
        " from staging.stg_facebook__page_counters order by 1"
    ) == [("2026-07-01", 100, 109, None), ("2026-07-02", 97, 106, None)]


def test_a_late_comment_lies_in_the_day_it_was_written(warehouse: Warehouse) -> None:
    for key, created in (("c1", "2026-07-01 10:00"), ("c2", "2026-07-20 10:00")):
        payload = {"id": key, "post_id": "p", "created_time": graph(created), "message": "hi"}
        warehouse.lake.land("facebook.comments", [Row(key, payload, created)], created[:10])
        warehouse.build("stg_facebook__comments")
    assert warehouse.rows(
        "select comment_id, post_id, cast(created_on as text), is_hidden"
        " from staging.stg_facebook__comments order by 1"
    ) == [("c1", "p", "2026-07-01", False), ("c2", "p", "2026-07-20", False)]


def test_a_recommendation_keeps_its_newest_words(warehouse: Warehouse) -> None:
    for words, day in (("good", "2026-07-01"), ("bad after all", "2026-07-03")):
        payload = {
            "open_graph_story": {"id": "9"},
            "created_time": graph("2026-07-01 10:00"),
            "recommendation_type": "positive",
            "review_text": words,
            "reviewer": {"id": "7", "name": "Sample Person"},
        }
        warehouse.lake.land("facebook.ratings", [Row("9", payload, "2026-07-01 10:00")], day)
        warehouse.build("stg_facebook__ratings")
    assert warehouse.rows(
        "select rating_id, recommendation_type, text, author_name, star_count"
        " from staging.stg_facebook__ratings"
    ) == [("9", "positive", "bad after all", "Sample Person", None)]


def test_a_recommendation_taken_back_goes_when_the_files_of_its_days_came_again(
    warehouse: Warehouse,
) -> None:
    """Each file goes a week back: only when none of them holds a row any more, it is gone."""

    def land(day: str, *rows: Row) -> None:
        warehouse.lake.land("facebook.ratings", list(rows), day, extracted_at="2026-07-03")

    def kept() -> list[tuple[str]]:
        warehouse.build("stg_facebook__ratings")
        return warehouse.rows("select rating_id from staging.stg_facebook__ratings order by 1")

    one, two = (
        Row(key, {"created_time": graph(moment), "review_text": "fine"}, moment)
        for key, moment in (("1", "2026-07-01 10:00"), ("2", "2026-07-02 10:00"))
    )
    land("2026-07-01", one)
    land("2026-07-02", one, two)
    assert kept() == [("1",), ("2",)]
    land("2026-07-01")
    assert kept() == [("1",), ("2",)]
    land("2026-07-02", two)
    assert kept() == [("2",)]
