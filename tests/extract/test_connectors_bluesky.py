"""Bluesky: sessions, a search that no cursor leads through, a feed with what was passed on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from extract.bluesky import BlueskySettings, access
from extract.bluesky_model import Found
from extract.errors import CredentialsRefused, Defer, EndlessPaging, OutsideWindow, RequestRefused
from extract.http import Client
from sandbox.moments import as_us
from sandbox.render_bluesky import BRAND, SkyPost
from tests.extract.northwind import Northwind, day
from tests.extract.vendor import Answer, Vendor

WEEK = day(4, 6)  # ends where the fixture's clock stands
NOW = datetime(2026, 7, 10, 0, 10, tzinfo=UTC)
SESSION = Answer(body={"accessJwt": "one"})
FOUND = Answer(body={"posts": []})
SEARCH = "/xrpc/app.bsky.feed.searchPosts"


def posts(company: Northwind) -> list[SkyPost]:
    return company.world.sky_posts(company.clock.now())


def within(post: SkyPost, window: Any = WEEK) -> bool:
    return as_us(window.start) <= post.sort_us < as_us(window.end)


def keys(company: Northwind, stream: str, window: Any = WEEK) -> set[str]:
    return set(company.table("bluesky", stream, window)["_pk"].to_pylist())


# What lands


def test_a_search_lands_what_bluesky_sorts_into_the_window(company: Northwind) -> None:
    company.pull("bluesky", "search_posts", WEEK)
    truth = {post.uri for post in posts(company) if within(post)}
    named = {post.uri for post in posts(company) if "northwind" in post.text.lower()}
    assert keys(company, "search_posts") == truth & named
    assert len(truth & named) > 5


@pytest.mark.parametrize("size", [2, 3, 7])
def test_a_search_goes_on_where_the_cursor_ends(company: Northwind, size: int) -> None:
    company.pull("bluesky", "search_posts", WEEK)
    whole = keys(company, "search_posts")
    company.control("/__options", {"page_size": size})  # the cursor leads through three pages
    assert len(whole) > 3 * size or size == 7
    manifest = company.pull("bluesky", "search_posts", WEEK)
    assert keys(company, "search_posts") == whole
    assert manifest.duplicates >= len(whole) // size


def test_a_post_is_dated_by_the_earlier_of_its_two_moments(company: Northwind) -> None:
    company.at(day(60).end + timedelta(minutes=10))
    month = day(20, 41)
    company.pull("bluesky", "search_posts", month)
    odd = 0
    for record in company.records("bluesky", "search_posts", month):
        made, seen = record["record"]["createdAt"], record["indexedAt"]
        sort = datetime.fromisoformat(record["sortAt"])
        assert sort == min(datetime.fromisoformat(made), datetime.fromisoformat(seen))
        odd += made > seen  # a device that is ahead of time
    assert odd > 0


def test_own_posts_are_those_of_the_account_and_not_what_it_passed_on(company: Northwind) -> None:
    company.at(day(60).end + timedelta(minutes=10))
    month = day(20, 41)
    shown = [post for post in posts(company) if post.reposted_us]
    assert shown
    company.pull("bluesky", "own_posts", month)
    truth = {post.uri for post in posts(company) if post.author == BRAND and within(post, month)}
    assert keys(company, "own_posts", month) == truth


def test_a_feed_is_read_until_it_is_older_than_the_window(company: Northwind) -> None:
    company.control("/__options", {"page_size": 3})
    late = company.pull("bluesky", "own_posts", day(9))
    early = company.pull("bluesky", "own_posts", day(2))
    assert late.requests < early.requests
    assert early.outside_window > 0


def test_counters_are_read_of_posts_that_are_one_three_and_seven_days_old(
    company: Northwind,
) -> None:
    company.pull("bluesky", "post_metrics", day(9))
    truth = {
        post.uri
        for post in posts(company)
        if post.author == BRAND and any(within(post, day(number)) for number in (8, 6, 2))
    }
    assert keys(company, "post_metrics", day(9)) == truth
    asked = [one for one in company.requests() if one["path"].endswith("getPosts")]
    assert len(asked) == -(-len(truth) // 25)


def test_the_profile_is_one_row_a_day(company: Northwind) -> None:
    company.pull("bluesky", "profile", day(9))
    (record,) = company.records("bluesky", "profile", day(9))
    assert record["handle"] == "northwind.example"
    own = sum(post.author == BRAND for post in posts(company))
    assert record["postsCount"] == 240 + own


# Sessions and limits


def client(vendor: Vendor) -> Client:
    settings = BlueskySettings(
        base_url=vendor.url, handle="us.example", app_password="secret", query="q"
    )
    return Client(access(settings), now=lambda: NOW, sleep=lambda _: None)


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "ExpiredToken"), (400, "InvalidToken"), (401, "AuthMissing"), (403, "Forbidden")],
)
def test_a_session_that_ended_is_made_anew_once(vendor: Vendor, status: int, code: str) -> None:
    ended = Answer(status, {"error": code, "message": "Token has expired"})
    vendor.say(SESSION, ended, Answer(body={"accessJwt": "two"}), FOUND)
    with client(vendor) as made:
        made.get(SEARCH, {}, Found)
    assert [seen.path.rpartition(".")[2] for seen in vendor.seen] == [
        *("createSession", "searchPosts", "createSession", "searchPosts"),
    ]
    assert vendor.seen[3].headers["Authorization"] == "Bearer two"


def test_another_bad_request_makes_no_new_session(vendor: Vendor) -> None:
    vendor.say(SESSION, Answer(400, {"error": "InvalidRequest", "message": "limit"}))
    with client(vendor) as made, pytest.raises(RequestRefused, match="status 400 InvalidRequest"):
        made.get(SEARCH, {}, Found)
    assert len(vendor.seen) == 2


def test_a_session_that_ends_again_at_once_is_told(vendor: Vendor) -> None:
    ended = Answer(400, {"error": "ExpiredToken", "message": "Token has expired"})
    vendor.say(SESSION, ended, SESSION, ended)
    with client(vendor) as made, pytest.raises(RequestRefused, match="status 400 ExpiredToken"):
        made.get(SEARCH, {}, Found)


def test_a_session_outlives_no_two_hours_of_reading(company: Northwind) -> None:
    settings = company.settings("bluesky")
    with Client(access(settings), now=company.clock.now, sleep=company.sleep) as made:
        made.get(SEARCH, {"q": "northwind"}, Found)
        company.at(company.clock.now() + timedelta(hours=3))
        made.get(SEARCH, {"q": "northwind"}, Found)
    statuses = [one["status"] for one in company.requests()]
    assert statuses == [200, 200, 400, 200, 200]


def test_a_wrong_password_is_told(company: Northwind) -> None:
    with pytest.raises(CredentialsRefused, match="status 401 AuthenticationRequired"):
        company.pull("bluesky", "profile", day(9), app_password="wrong")


def test_a_limit_is_waited_for_until_its_reset(company: Northwind) -> None:
    company.fault("getProfile", refusal="rate_limited", wait_seconds=40)
    company.pull("bluesky", "profile", day(9))
    assert company.slept == [41.0]


def test_a_long_limit_puts_the_run_off(company: Northwind) -> None:
    company.fault("createSession", refusal="rate_limited")
    with pytest.raises(Defer) as caught:
        company.pull("bluesky", "search_posts", WEEK)
    assert 300 <= caught.value.seconds <= 302


# Pages


def post(number: int, at: str) -> dict[str, Any]:
    return {
        "uri": f"at://{number}",
        "author": {"did": "did:plc:a", "handle": "a.example"},
        "record": {"createdAt": at, "text": "northwind"},
        "indexedAt": at,
        **dict.fromkeys(("likeCount", "repostCount", "replyCount", "quoteCount"), 0),
    }


def found(first: int, count: int, at: str, **more: Any) -> Answer:
    return Answer(body={"posts": [post(first + n, at) for n in range(count)], **more})


def search(company: Northwind, vendor: Vendor, *answers: Answer) -> Any:
    url = vendor.say(SESSION, *answers).url
    return company.pull("bluesky", "search_posts", day(9), base_url=url)


def test_posts_of_one_moment_are_passed_by_the_cursor(company: Northwind, vendor: Vendor) -> None:
    noon, before = "2026-07-09T12:00:00.000Z", "2026-07-09T11:00:00.000Z"
    pages = [
        found(0, 100, noon, cursor="100"),
        found(0, 100, noon, cursor="100"),
        found(100, 3, before),
        found(102, 1, before),
    ]
    assert search(company, vendor, *pages).rows == 103
    asked = [(seen.query["until"][0], seen.query.get("cursor")) for seen in vendor.seen[1:]]
    assert asked == [
        ("2026-07-10T00:00:00.000Z", None),
        ("2026-07-09T12:00:00.001Z", None),
        ("2026-07-09T12:00:00.001Z", ["100"]),
        ("2026-07-09T11:00:00.001Z", None),
    ]


def test_posts_of_one_moment_without_a_way_past_are_refused(
    company: Northwind, vendor: Vendor
) -> None:
    with pytest.raises(EndlessPaging, match="100 posts of one millisecond"):
        search(company, vendor, found(0, 100, "2026-07-09T12:00:00.000Z"))


def test_a_cursor_that_leads_nowhere_ends_the_walk(company: Northwind, vendor: Vendor) -> None:
    answer = found(0, 1, "2026-07-09T12:00:00.000Z", cursor="100")
    assert search(company, vendor, answer).rows == 1
    assert len(vendor.seen) == 4


@pytest.mark.parametrize("hidden", [1, 3])
def test_pages_whose_posts_are_all_hidden_are_passed_by_the_cursor(
    company: Northwind, vendor: Vendor, hidden: int
) -> None:
    noon, before = "2026-07-09T12:00:00.000Z", "2026-07-09T11:00:00.000Z"
    first = [found(0, 2, noon, cursor="100"), found(1, 1, noon, cursor="100")]
    empty = [found(0, 0, noon, cursor=f"{n + 2}00") for n in range(hidden)]
    assert search(company, vendor, *first, *empty, found(2, 3, before), FOUND).rows == 5


def test_a_server_that_ignores_the_bounds_is_refused(company: Northwind, vendor: Vendor) -> None:
    with pytest.raises(OutsideWindow, match="ignored one"):
        search(company, vendor, found(0, 1, "2026-07-08T12:00:00.000Z"), FOUND)


@pytest.mark.parametrize("odd", ["yesterday", "2026-07-09T12:00:00", None, "0000-01-01T00:00:00Z"])
def test_a_moment_that_is_none_leaves_the_server_s(
    company: Northwind, vendor: Vendor, odd: str | None
) -> None:
    told = post(1, "2026-07-09T12:00:00.000Z")
    told["record"]["createdAt"] = odd
    search(company, vendor, Answer(body={"posts": [told]}), FOUND)
    (record,) = company.records("bluesky", "search_posts", day(9))
    assert record["sortAt"] == "2026-07-09T12:00:00Z"
