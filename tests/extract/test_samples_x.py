"""X's sample answers, through connector and staging, to the rows written by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from extract.lake import Manifest
from extract.pull import Waiting, pull
from extract.source import Window
from extract.x import XSettings
from tests.dbt.warehouse import Warehouse
from tests.extract.vendor import Answer, Vendor

SAMPLES = Path(__file__).parents[1] / "samples"
NOW = datetime(2026, 7, 1, 9, 14, 30, tzinfo=UTC)  # half a minute before the sample's reset
WINDOW = Window(datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 1, 9, 10, tzinfo=UTC))
LAST_PAGE = Answer(body={"meta": {"result_count": 0}})
POST = (
    "post_id, author_id, author_username, author_followers_count, conversation_id, reference_type,"
    " referenced_post_id, reply_to_user_id, cast(created_at as text), cast(created_on as text),"
    " language_code, text, retweet_count, reply_count, like_count, quote_count, impression_count,"
    " is_deleted"
)


def answer(name: str) -> Answer:
    said: dict[str, Any] = json.loads((SAMPLES / f"x_{name}.json").read_text())["response"]
    return Answer(said["status"], said["body"], said["headers"])


def pulled(vendor: Vendor, lake: Path, slept: list[float], *answers: Answer) -> Manifest:
    settings = XSettings(
        base_url=vendor.say(*answers).url, bearer_token="secret-token", account_id="111",
        query='(@northwind OR "northwind") -is:retweet', read_budget=1_000,
    )  # fmt: skip
    waiting = Waiting(slept.append, lambda: 1000.0 + sum(slept))
    return pull(
        "x", "search_posts", settings, WINDOW, lake, lambda: NOW, "test", waiting=waiting
    )  # fmt: skip


def test_posts_of_the_sample_become_typed_rows(
    vendor: Vendor,
    tmp_path: Path,
    new_warehouse: Callable[[Path], Warehouse],
) -> None:
    manifest = pulled(vendor, tmp_path / "lake", [], answer("recent_search"), LAST_PAGE)
    assert (manifest.rows, manifest.invalid_rows) == (2, 0)
    landing = tmp_path / "lake" / "landing"
    landing.rename(tmp_path / "lake" / "raw")
    warehouse = new_warehouse(tmp_path)
    files = [str(path) for path in (tmp_path / "lake" / "raw").rglob("*.parquet")]
    warehouse.build("stg_x__search_posts", new_files={"x.search_posts": files})
    assert warehouse.rows(f"select {POST} from staging.stg_x__search_posts order by 1") == [
        (
            *("1940011111111111111", "2244994946", None, None, "1940000000000000000"),
            *("quoted", "1940000000000000000", None, "2026-07-01 08:55:00", "2026-07-01", "en"),
            "Good recovery by @northwind https://t.co/x",
            *(0, 0, 1, 0, 60, False),
        ),
        (
            *("1940012345678901234", "2244994945", "sample_user", 120, "1940012345678901234"),
            *(None, None, None, "2026-07-01 09:02:11", "2026-07-01", "en"),
            "@northwind charged twice, 40 minutes on hold. Not great.",
            *(3, 2, 11, 0, 812, False),
        ),
    ]


def test_the_sample_s_request_is_asked_with_its_fields_and_paid_expansion(
    vendor: Vendor, tmp_path: Path
) -> None:
    pulled(vendor, tmp_path, [], answer("recent_search"), LAST_PAGE)
    wanted = json.loads((SAMPLES / "x_recent_search.json").read_text())["request"]
    asked = {name: values[0] for name, values in vendor.seen[0].query.items()}
    assert vendor.seen[0].path == wanted["path"]
    for name in ("query", "max_results", "user.fields"):
        assert asked[name] == wanted["query"][name]
    fields = set(wanted["query"]["tweet.fields"].split(","))
    assert set(asked["tweet.fields"].split(",")) == fields
    assert asked["expansions"] == "author_id"  # referenced posts would be paid for, too
    assert vendor.seen[1].query["next_token"] == ["b26v89c19zqg8o3fpz"]


def test_the_sample_s_limit_is_waited_for(vendor: Vendor, tmp_path: Path) -> None:
    slept: list[float] = []
    pulled(vendor, tmp_path, slept, answer("429"), LAST_PAGE)
    assert slept == [31.0]
