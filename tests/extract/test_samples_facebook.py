"""Facebook's sample answers, through connector and staging, to the rows written by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from extract import SOURCES
from extract.errors import Defer
from extract.facebook import FacebookSettings
from extract.lake import Manifest, landed_path
from extract.pull import pull
from extract.source import Window
from tests.dbt.warehouse import Warehouse
from tests.extract.northwind import day
from tests.extract.vendor import Answer, Vendor

SAMPLES = Path(__file__).parents[1] / "samples"
NOW = datetime(2026, 7, 2, 0, 10, tzinfo=UTC)
PAGE = "100200300400"
Begin = Callable[[Path], Warehouse]
NO_MORE = Answer(body={"data": []})


def answer(name: str) -> Answer:
    told = json.loads((SAMPLES / f"facebook_{name}.json").read_text())["response"]
    return Answer(told["status"], told["body"], told["headers"])


def land(
    vendor: Vendor, lake: Path, stream: str, window: Window | None = None, **more: Any
) -> Manifest:
    settings = FacebookSettings(base_url=vendor.url, token="secret", page_id=PAGE, **more)
    return pull("facebook", stream, settings, window or day(1), lake, lambda: NOW, "test")


def staged(
    new: Begin, folder: Path, stream: str, columns: str, window: Window | None = None
) -> list[tuple[Any, ...]]:
    """Let the landed files through the gate and into staging; return the columns asked for."""
    files = []
    for part in SOURCES["facebook"].stream(stream).file_windows(window or day(1)):
        landed, raw = (
            landed_path(folder / "lake", zone, "facebook", stream, part)
            for zone in ("landing", "raw")
        )
        raw.parent.mkdir(parents=True)
        landed.replace(raw)
        files.append(str(raw))
    warehouse = new(folder)
    warehouse.build(f"stg_facebook__{stream}", new_files={f"facebook.{stream}": files})
    return warehouse.rows(f"select {columns} from staging.stg_facebook__{stream} order by all")


def test_page_of_the_sample_becomes_its_row(
    vendor: Vendor,
    tmp_path: Path,
    new_warehouse: Begin,
) -> None:
    vendor.say(answer("page"))
    manifest = land(vendor, tmp_path / "lake", "page_counters")
    assert (manifest.rows, manifest.invalid_rows) == (1, 0)
    assert vendor.seen[0].path == f"/v26.0/{PAGE}"
    assert staged(
        new_warehouse, tmp_path, "page_counters",
        "page_id, page_name, cast(snapshot_on as text), cast(snapshot_at as text), is_deleted,"
        " fan_count, follower_count, rating_count, talking_about_count, star_rating_mean, _pk",
    ) == [
        (
            PAGE, "Northwind", "2026-07-01", "2026-07-02 00:10:00", False, 48_211, 49_020, 311,
            220, 4.2, f"{PAGE}|2026-07-01",
        )
    ]  # fmt: skip


def test_post_of_the_sample_becomes_its_row(
    vendor: Vendor,
    tmp_path: Path,
    new_warehouse: Begin,
) -> None:
    vendor.say(*([answer("published_posts"), NO_MORE] * 8))
    manifest = land(vendor, tmp_path / "lake", "published_posts")
    assert (manifest.rows, manifest.outside_window, manifest.invalid_rows) == (1, 7, 0)
    first, following = vendor.seen[-2:]
    assert (first.query["since"], first.query["until"]) == (["1782864000"], ["1782950400"])
    assert following.query["after"] == ["QVFIUb"]
    assert staged(
        new_warehouse, tmp_path, "published_posts",
        "post_id, cast(created_at as text), cast(updated_at as text), cast(created_on as text),"
        " status_type, is_hidden, is_deleted, permalink_url, text, share_count, reaction_count,"
        " comment_count",
    ) == [
        (
            f"{PAGE}_555", "2026-07-01 07:00:00", "2026-07-01 12:40:10", "2026-07-01",
            "mobile_status_update", False, False,
            f"https://www.facebook.com/{PAGE}/posts/555", "Planned maintenance tonight", 7, 91, 14,
        )
    ]  # fmt: skip


def test_comment_of_the_sample_becomes_its_row(
    vendor: Vendor,
    tmp_path: Path,
    new_warehouse: Begin,
) -> None:
    vendor.say(answer("published_posts"), answer("post_comments"), NO_MORE)
    manifest = land(vendor, tmp_path / "lake", "comments")
    assert (manifest.rows, manifest.invalid_rows) == (1, 0)
    asked = vendor.seen[1]
    assert asked.path == f"/v26.0/{PAGE}_555/comments"
    assert (asked.query["filter"], asked.query["order"]) == (["stream"], ["chronological"])
    assert staged(
        new_warehouse, tmp_path, "comments",
        "comment_id, post_id, parent_comment_id, author_id, author_name,"
        " cast(created_at as text), text, like_count, reply_count, is_hidden, is_deleted",
    ) == [
        (
            "555_1", f"{PAGE}_555", None, "9001", "Sample Person", "2026-07-01 07:12:00",
            "Again?", 3, 1, False, False,
        )
    ]  # fmt: skip


def test_insights_of_the_sample_become_a_row_for_each_day_that_was_asked_for(
    vendor: Vendor,
    tmp_path: Path,
    new_warehouse: Begin,
) -> None:
    vendor.say(answer("page_insights"))
    june = day(0)
    manifest = land(vendor, tmp_path / "lake", "page_insights", june, metrics="page_follows")
    assert (manifest.rows, manifest.invalid_rows) == (4, 0)
    last = vendor.seen[-1]
    assert (last.query["since"], last.query["until"]) == (["2026-06-30"], ["2026-07-01"])
    assert last.query["metric"] == ["page_follows"]
    assert staged(
        new_warehouse, tmp_path, "page_insights",
        "metric_code, cast(report_on as text), cast(ended_at as text), period_type, is_available,"
        " metric_value",
        june,
    ) == [
        ("page_follows", "2026-06-29", "2026-06-30 07:00:00", "day", True, 49_001.0),
        ("page_follows", "2026-06-30", "2026-07-01 07:00:00", "day", True, 49_020.0),
    ]  # fmt: skip


def test_limit_of_the_sample_is_waited_for_as_it_says(vendor: Vendor, tmp_path: Path) -> None:
    vendor.say(answer("rate_limit"))
    with pytest.raises(Defer, match="asks for 1020 s") as caught:
        land(vendor, tmp_path / "lake", "published_posts")
    assert (caught.value.seconds, caught.value.http_status) == (17 * 60, 400)
    assert len(vendor.seen) == 1
