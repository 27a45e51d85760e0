"""A day that is read again may hold fewer rows where people delete records, unless it was large."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations.errors import FileRefused
from expectations.gate import check_landed
from expectations.results import Outcome
from tests.expectations.landed import DAY, NOW, Row, land, row_of


def posts(count: int) -> list[Row]:
    stamp = f"{DAY.start:%Y-%m-%dT%H:%M:%S+0000}"
    return [row_of({"id": f"1_{n}", "created_time": stamp}, DAY.start, DAY) for n in range(count)]


def comments(count: int) -> list[Row]:
    return [row_of({"id": f"c{n}", "post_id": "1_1", "created_time": f"{DAY.start:%FT%T+0000}"},
                   DAY.start, DAY) for n in range(count)]  # fmt: skip


@pytest.mark.parametrize(("before", "now"), [(1, 0), (2, 1), (29, 3)])
def test_a_small_day_of_posts_may_lose_some(tmp_path: Path, before: int, now: int) -> None:
    land(tmp_path, posts(before), stream="facebook.published_posts", zone="raw")
    land(tmp_path, posts(now), stream="facebook.published_posts")
    verdict = check_landed("facebook", "published_posts", DAY, tmp_path, NOW, tmp_path / "results")
    assert (verdict.outcome, verdict.rows) == (Outcome.PASSED, now)


def test_a_large_day_that_shrinks_is_refused(tmp_path: Path) -> None:
    land(tmp_path, comments(30), stream="facebook.comments", zone="raw")
    land(tmp_path, comments(23), stream="facebook.comments")
    with pytest.raises(FileRefused, match="23 rows, below 80% of the 30 rows accepted"):
        check_landed("facebook", "comments", DAY, tmp_path, NOW, tmp_path / "results")
