"""What is particular to Facebook: codes inside of 400, single metrics, late comments."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from extract.errors import CredentialsRefused, Defer, MissingKey, RequestRefused, SourceUnavailable
from extract.facebook import SOURCE, FacebookSettings
from extract.lake import read_manifest
from extract.pull import Waiting, pull
from extract.source import DAY, Window
from sandbox.moments import as_us
from tests.extract.northwind import Northwind, day
from tests.extract.vendor import Answer, Vendor

WEEK = day(4, 6)
PAGE = "100200300400"
USAGE = "X-Business-Use-Case-Usage"
NOW = datetime(2026, 7, 10, 0, 10, tzinfo=UTC)


def keys(company: Northwind, stream: str, window: Window) -> list[str]:
    found: list[str] = company.table("facebook", stream, window)["_pk"].to_pylist()
    return found


def books(company: Northwind, name: str) -> dict[str, dict[str, Any]]:
    """Return the records that the company's page holds now, by key."""
    now = company.clock.now()
    newest = {one.key: one.record for one in company.world.versions(f"facebook.{name}", now)}
    return {key: record for key, record in newest.items() if "_gone" not in record}


def created(record: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(record["created_time"])


def refusal(code: int, message: str = "no", **more: Any) -> Answer:
    return Answer(400, {"error": {"message": message, "type": "OAuthException", "code": code,
                                  **more}})  # fmt: skip


def ask(vendor: Vendor, lake: Path, stream: str = "page_counters", **more: Any) -> None:
    settings = FacebookSettings(base_url=vendor.url, token="page-token", page_id=PAGE, **more)
    at_once = Waiting(sleep=lambda _: None)
    pull("facebook", stream, settings, day(9), lake, lambda: NOW, "test", waiting=at_once)


# Posts


def test_posts_of_a_day_lie_in_its_file_and_the_deleted_are_gone(company: Northwind) -> None:
    company.pull("facebook", "published_posts", WEEK)
    expected = {
        (key, created(one).date())
        for key, one in books(company, "published_posts").items()
        if created(one) in Window(WEEK.start - 7 * DAY, WEEK.end)
    }
    landed = {
        (key, part.start.date())
        for part in Window(WEEK.start - 7 * DAY, WEEK.end).days()
        for key in keys(company, "published_posts", part)
    }
    assert landed == expected


@pytest.mark.parametrize("size", [1, 2])
def test_short_and_empty_pages_are_not_taken_for_the_last(company: Northwind, size: int) -> None:
    posts = [one for one in books(company, "published_posts").values() if created(one) in day(5)]
    change = {"name": "facebook.published_posts", "key": max(one["id"] for one in posts)}
    company.control("/__world/mutate", {**change, "set": {"_gone": True}})
    company.control("/__options", {"page_size": size})
    company.pull("facebook", "published_posts", day(5))
    expected = {one["id"] for one in posts} - {change["key"]}
    assert set(keys(company, "published_posts", day(5))) == expected


def test_an_edit_and_later_counts_arrive_with_the_next_days(company: Northwind) -> None:
    company.at(day(4).end + timedelta(minutes=10))
    company.pull("facebook", "published_posts", day(4))
    before = {one["id"]: one for one in company.records("facebook", "published_posts", day(4))}
    key = min(before)
    change = {"name": "facebook.published_posts", "key": key, "set": {"message": "edited"}}
    company.control("/__world/mutate", {**change, "at": "2026-07-05T10:00:00Z"})
    company.at(day(5).end + timedelta(minutes=10))
    company.pull("facebook", "published_posts", day(5))
    after = {one["id"]: one for one in company.records("facebook", "published_posts", day(4))}
    assert after[key]["message"] == "edited"
    assert after[key]["created_time"] == before[key]["created_time"]
    totals = [one[key]["reactions"]["summary"]["total_count"] for one in (before, after)]
    assert totals[0] < totals[1]


# Comments


def test_comments_of_a_window_are_those_written_in_it_on_posts_still_there(
    company: Northwind,
) -> None:
    company.pull("facebook", "comments", WEEK)
    posts = books(company, "published_posts")
    expected = {
        key
        for key, one in books(company, "comments").items()
        if created(one) in WEEK and one["_post"] in posts
    }
    assert set(keys(company, "comments", WEEK)) == expected
    assert len(expected) > 10


def test_a_late_comment_is_found_on_its_old_post(company: Northwind) -> None:
    posts = books(company, "published_posts")
    key = min(
        key
        for key, one in books(company, "comments").items()
        if one["_post"] in posts and created(posts[one["_post"]]) in day(1, 2)
    )
    late = {"created_time": "2026-07-09T12:00:00+0000"}
    company.control("/__world/mutate", {"name": "facebook.comments", "key": key, "set": late})
    company.pull("facebook", "comments", day(9))
    assert key in keys(company, "comments", day(9))
    company.pull("facebook", "comments", day(9), comment_days=3)
    assert key not in keys(company, "comments", day(9))


def test_a_comment_beyond_the_age_is_left_out_in_every_cut(company: Northwind) -> None:
    company.pull("facebook", "comments", WEEK, comment_days=1)
    posts = books(company, "published_posts")
    expected = {
        key
        for key, one in books(company, "comments").items()
        if created(one) in WEEK
        and one["_post"] in posts
        and created(one) < created(posts[one["_post"]]) + DAY
    }
    assert set(keys(company, "comments", WEEK)) == expected
    parts: set[str] = set()
    for part in WEEK.days():
        company.pull("facebook", "comments", part, comment_days=1)
        parts |= set(keys(company, "comments", part))
    assert parts == expected


def test_answers_to_comments_come_with_them(company: Northwind) -> None:
    company.pull("facebook", "comments", WEEK)
    records = company.records("facebook", "comments", WEEK)
    parents = {one["parent"]["id"] for one in records if "parent" in one}
    assert parents
    assert all(one["post_id"].startswith(f"{PAGE}_") for one in records)


def test_a_post_that_is_deleted_meanwhile_costs_its_comments_only(company: Northwind) -> None:
    company.fault(
        "/comments", times=1, status=400,
        body={"error": {"message": "Unsupported get request.", "code": 100, "error_subcode": 33}},
    )  # fmt: skip
    manifest = company.pull("facebook", "comments", WEEK)
    assert manifest.rows > 0
    assert manifest.note == "1 posts are gone or hidden"


def test_posts_that_are_all_hidden_are_a_permission_that_was_lost(
    vendor: Vendor, tmp_path: Path
) -> None:
    def listed(number: int) -> Answer:
        when = "2026-07-09T07:00:00+0000"
        return Answer(
            body={"data": [{"id": f"{PAGE}_{n}", "created_time": when} for n in range(number)]}
        )

    hidden = refusal(100, "Unsupported get request.", error_subcode=33)
    vendor.say(listed(6), hidden)
    with pytest.raises(CredentialsRefused, match="all 6 posts answer that they are gone"):
        ask(vendor, tmp_path, "comments")
    vendor.say(listed(6), Answer(body={"data": []}), hidden)
    ask(vendor, tmp_path, "comments")
    vendor.say(listed(5), hidden)
    ask(vendor, tmp_path, "comments")


def test_a_post_without_an_id_refuses_the_window(vendor: Vendor, tmp_path: Path) -> None:
    vendor.say(Answer(body={"data": [{"created_time": "2026-07-09T07:00:00+0000"}]}))
    with pytest.raises(MissingKey, match="record 1 has no usable id"):
        ask(vendor, tmp_path, "comments")


# Insights


def test_a_withdrawn_metric_lands_as_not_available_and_stops_no_other(company: Northwind) -> None:
    company.pull("facebook", "page_insights", day(5), metrics="page_fans,page_follows")
    rows = {one["name"]: one for one in company.records("facebook", "page_insights", day(5))}
    assert rows["page_fans"] == {
        "id": f"{PAGE}/insights/page_fans/day",
        "name": "page_fans",
        "period": "day",
        "values": [],
        "metric_unavailable": True,
    }
    end = datetime(2026, 7, 6, 7, tzinfo=UTC)  # midnight in California
    follows = company.world.page.counts.fans(as_us(end)) + 809
    assert rows["page_follows"]["values"] == [
        {"value": follows, "end_time": "2026-07-06T07:00:00+0000"}
    ]


def test_each_metric_is_asked_for_by_itself(company: Northwind) -> None:
    company.pull("facebook", "page_insights", day(5))
    asked = Counter(one["query"].split("&")[0] for one in company.requests())
    assert asked == dict.fromkeys(
        ("metric=page_follows", "metric=page_media_view",
         "metric=page_total_media_view_unique", "metric=page_post_engagements"), 4,
    )  # fmt: skip


def test_a_day_that_has_not_ended_in_california_is_noted_and_read_later(
    company: Northwind,
) -> None:
    company.pull("facebook", "page_insights", day(9))
    assert company.table("facebook", "page_insights", day(9)).num_rows == 0
    path = company.lake / "landing" / "facebook" / "page_insights" / "dt=2026-07-09"
    assert read_manifest(next(path.iterdir())).note == "not ready yet"
    company.control("/__clock", {"now": "2026-07-11T00:10:00+00:00"})
    company.pull("facebook", "page_insights", day(10))
    assert company.table("facebook", "page_insights", day(9)).num_rows == 4


def test_a_wrong_page_is_no_withdrawn_metric(company: Northwind) -> None:
    with pytest.raises(RequestRefused, match="code 100 object gone"):
        company.pull("facebook", "page_insights", day(5), page_id="999")


# Ratings


def test_ratings_reach_a_week_back(company: Northwind) -> None:
    company.pull("facebook", "ratings", day(9))
    expected = {
        key
        for key, one in books(company, "ratings").items()
        if created(one) in Window(day(9).start - 7 * DAY, day(9).end)
    }
    assert set(keys(company, "ratings", day(9))) == expected


def test_ratings_are_not_read_further_than_the_window(company: Northwind) -> None:
    company.control("/__options", {"page_size": 1})
    requests = company.pull("facebook", "ratings", day(9)).requests
    assert requests <= company.table("facebook", "ratings", day(9)).num_rows + 1


# Refusals


@pytest.mark.parametrize("code", [4, 17, 32, 613, 80001, 80002])
def test_every_code_for_a_limit_waits_as_long_as_the_header_says(
    vendor: Vendor, tmp_path: Path, code: int
) -> None:
    used = f'{{"{PAGE}":[{{"estimated_time_to_regain_access":0}},' \
           '{"type":"pages","estimated_time_to_regain_access":40}]}'  # fmt: skip
    vendor.say(Answer(400, {"error": {"code": code}}, {USAGE: used}))
    with pytest.raises(Defer) as caught:
        ask(vendor, tmp_path)
    assert caught.value.seconds == 40 * 60
    assert len(vendor.seen) == 1


@pytest.mark.parametrize("usage", [None, "no json", "[]", '{"1":[{}]}', '{"1":[]}'])
def test_a_limit_without_a_time_gives_the_slot_back(
    vendor: Vendor, tmp_path: Path, usage: str | None
) -> None:
    vendor.say(Answer(400, {"error": {"code": 4}}, {USAGE: usage} if usage else {}))
    with pytest.raises(Defer) as caught:
        ask(vendor, tmp_path)
    assert caught.value.seconds == 300


def test_a_short_wait_is_slept(company: Northwind) -> None:
    company.fault("/facebook", refusal="rate_limited", wait_seconds=60)
    assert company.pull("facebook", "page_counters", day(9)).retries == 1
    assert company.slept == [60]


@pytest.mark.parametrize("code", [190, 102, 104, 10, 200, 299])
def test_a_token_that_expired_is_told_as_credentials(
    vendor: Vendor, tmp_path: Path, code: int
) -> None:
    vendor.say(refusal(code, "Session has expired for page-token"))
    with pytest.raises(CredentialsRefused, match=f"status 400 code {code}") as caught:
        ask(vendor, tmp_path)
    assert caught.value.http_status == 400
    assert "page-token" not in str(caught.value)
    assert len(vendor.seen) == 1


@pytest.mark.parametrize("code", [1, 2])
def test_an_error_that_does_not_pass_is_no_limit(company: Northwind, code: int) -> None:
    company.fault("/facebook", times=None, status=400, body={"error": {"code": code}})
    with pytest.raises(SourceUnavailable, match=f"5 times, last with status 400 code {code}"):
        company.pull("facebook", "page_counters", day(9))


def test_a_short_limit_that_stays_gives_the_slot_back(company: Northwind) -> None:
    company.fault("/facebook", times=None, refusal="rate_limited", wait_seconds=60)
    with pytest.raises(Defer, match="somebody else uses the same quota"):
        company.pull("facebook", "page_counters", day(9))


@pytest.mark.parametrize("code", [1, 2])
def test_an_error_that_passes_is_asked_again(company: Northwind, code: int) -> None:
    company.fault("/facebook", times=2, status=400, body={"error": {"code": code}})
    assert company.pull("facebook", "page_counters", day(9)).retries == 2


def test_another_error_is_final(vendor: Vendor, tmp_path: Path) -> None:
    vendor.say(refusal(100, "(#100) Tried accessing nonexisting field (x)"))
    with pytest.raises(RequestRefused, match="status 400 code 100;"):
        ask(vendor, tmp_path)
    assert len(vendor.seen) == 1


def test_a_next_page_without_a_cursor_is_not_the_end(vendor: Vendor, tmp_path: Path) -> None:
    vendor.say(Answer(body={"data": [], "paging": {"next": "https://graph.facebook.com/x"}}))
    with pytest.raises(SourceUnavailable, match="a next page and no cursor"):
        ask(vendor, tmp_path, "ratings")


# How it asks


def test_the_proof_goes_along_when_the_secret_is_known(vendor: Vendor, tmp_path: Path) -> None:
    vendor.say(Answer(body={"id": PAGE, "fan_count": 1, "followers_count": 1}))
    ask(vendor, tmp_path, app_secret="app-secret", api_version="v25.0")
    asked = vendor.seen[0]
    # printf page-token | openssl dgst -sha256 -hmac app-secret
    proof = "d8b448b9cc7d64c51098271805b3cc20b5b715e52bd587eb71b610259587c856"
    assert asked.query["appsecret_proof"] == [proof]
    assert asked.path == f"/v25.0/{PAGE}"
    assert asked.headers["Authorization"] == "Bearer page-token"
    assert "access_token" not in asked.query


def test_the_link_with_the_token_is_never_followed(company: Northwind) -> None:
    company.control("/__options", {"page_size": 1})
    company.pull("facebook", "published_posts", WEEK)
    assert not [one for one in company.requests() if "access_token" in one["query"]]


def test_a_day_that_may_be_not_ready_yet_is_read_again_afterwards() -> None:
    stream = SOURCE.stream("page_insights")
    assert timedelta(days=2) <= stream.late < DAY * stream.restate_days
