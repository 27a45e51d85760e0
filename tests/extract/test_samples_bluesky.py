"""Bluesky's sample answer, through connector and staging, to the row written by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from extract.bluesky import BlueskySettings
from extract.lake import Manifest
from extract.pull import Waiting, pull
from tests.dbt.warehouse import Warehouse
from tests.extract.northwind import day
from tests.extract.vendor import Answer, Vendor

SAMPLE: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "samples" / "bluesky_search_posts.json").read_text()
)
NOW = datetime(2026, 7, 2, 0, 10, tzinfo=UTC)
SESSION = Answer(body={"accessJwt": "token-of-the-session", "did": "did:plc:us"})
LAST_PAGE = Answer(body={"posts": []})


def pulled(vendor: Vendor, lake: Path, *answers: Answer) -> Manifest:
    settings = BlueskySettings(
        base_url=vendor.say(*answers).url, handle="us.example", app_password="secret-password",
        query="northwind",
    )  # fmt: skip
    waiting = Waiting(lambda _: None, lambda: 1000.0)
    return pull(
        "bluesky", "search_posts", settings, day(1), lake, lambda: NOW, "test", waiting=waiting
    )


def page() -> Answer:
    said = SAMPLE["response"]
    return Answer(said["status"], said["body"], said["headers"])


def test_the_post_of_the_sample_becomes_a_typed_row(
    vendor: Vendor,
    tmp_path: Path,
    new_warehouse: Callable[[Path], Warehouse],
) -> None:
    manifest = pulled(vendor, tmp_path / "lake", SESSION, page(), LAST_PAGE)
    assert (manifest.rows, manifest.invalid_rows) == (1, 0)
    (tmp_path / "lake" / "landing").rename(tmp_path / "lake" / "raw")
    warehouse = new_warehouse(tmp_path)
    files = [str(path) for path in (tmp_path / "lake" / "raw").rglob("*.parquet")]
    warehouse.build("stg_bluesky__search_posts", new_files={"bluesky.search_posts": files})
    uri = "at://did:plc:abc123/app.bsky.feed.post/3ktest1"
    assert warehouse.rows(
        "select post_id, author_id, author_username, conversation_id, referenced_post_id,"
        " reference_type, cast(created_at as text), cast(claimed_at as text),"
        " cast(indexed_at as text), cast(created_on as text), language_code, text, like_count,"
        " repost_count, reply_count, quote_count, is_deleted from staging.stg_bluesky__search_posts"
    ) == [
        (
            *(uri, "did:plc:abc123", "sample.bsky.social", uri, None, None),
            *("2026-07-01 09:05:00", "2026-07-01 09:05:00", "2026-07-01 09:05:02.311"),
            *("2026-07-01", "en", "northwind support answered in 2 minutes, impressive"),
            *(19, 4, 1, 0, False),
        )
    ]


def test_the_sample_s_request_is_asked_with_the_token_of_a_session(
    vendor: Vendor, tmp_path: Path
) -> None:
    pulled(vendor, tmp_path, SESSION, page(), LAST_PAGE)
    signed_in, asked, again = vendor.seen
    assert (signed_in.method, signed_in.path) == (
        "POST",
        "/xrpc/com.atproto.server.createSession",
    )
    assert signed_in.body == {"identifier": "us.example", "password": "secret-password"}
    assert asked.headers["Authorization"] == "Bearer token-of-the-session"
    wanted = SAMPLE["request"]
    assert asked.path == wanted["path"]
    moments = {"since": "2026-07-01T00:00:00.000Z", "until": "2026-07-02T00:00:00.000Z"}
    assert {name: values[0] for name, values in asked.query.items()} == wanted["query"] | moments
    assert again.query["until"] == ["2026-07-01T09:05:00.001Z"]  # the seam comes again
    assert "cursor" not in again.query
