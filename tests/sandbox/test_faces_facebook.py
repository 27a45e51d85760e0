"""The Graph API's quirks over HTTP: codes, paging, insights, and a page that feels the stories."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from sandbox.faces import facebook
from sandbox.faces.quota import Rule
from sandbox.moments import DAY, as_us
from sandbox.page_counts import end_of
from sandbox.stories import Outage, PriceChange
from sandbox.world import Version, World
from tests.sandbox.standin import SmallWorld, Ticks, at, opened

PAGE = "100200300400"
ROOT = f"/facebook/v26.0/{PAGE}"
POSTS = f"{ROOT}/published_posts"
INSIGHTS = f"{ROOT}/insights"
FACEBOOK = {"Authorization": "Bearer sandbox-facebook-token"}
JULY = {"period": "day", "since": "2026-07-04", "until": "2026-07-06"}
FIELDS = "id,created_time,updated_time,shares,reactions.summary(total_count).limit(0)"


def graph(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%S+0000")


def write(world: SmallWorld, name: str, key: str, when: datetime, **fields) -> None:
    record = {"id": key, "created_time": graph(when), **fields}
    world.kept[f"facebook.{name}"].append(Version(when, key, record))


def comment(world: SmallWorld, key: str, when: datetime, post: str = "1_2", **fields) -> None:
    who = {"id": "9001", "name": "Sample Person"}
    write(world, "comments", key, when, message="hi", _post=post, **{"from": who, **fields})


@pytest.fixture
def world() -> SmallWorld:
    world = SmallWorld()
    for number in range(1, 6):
        when = at(number)
        write(world, "published_posts", f"1_{number}", when, message="x", updated_time=graph(when),
              _ripe=[100, 10])  # fmt: skip
    comment(world, "2_1", at(2, 13))
    comment(world, "2_2", at(6), parent={"id": "2_1"})
    comment(world, "2_3", at(4))
    return world


@pytest.fixture(scope="module")
def lived() -> World:
    world = World(7, 200, date(2026, 7, 1))
    world.advance(datetime(2026, 7, 10, tzinfo=UTC))
    return world


def get(client, path, **query):
    answer = client.get(path, params=query, headers=FACEBOOK)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(client, path, headers=None, **query):
    answer = client.get(path, params=query, headers=FACEBOOK if headers is None else headers)
    assert answer.status_code == 400, answer.text
    return answer.json()["error"]


def ids(page):
    return [one["id"] for one in page["data"]]


# Refusals


@pytest.mark.parametrize(("headers", "code"), [({}, 104), ({"Authorization": "Bearer wrong"}, 190)])
def test_a_wrong_token_is_a_400_with_a_code(world, headers, code) -> None:
    with opened(world) as client:
        error = refused(client, POSTS, headers)
    assert (error["type"], error["code"]) == ("OAuthException", code)


def test_a_token_may_stand_in_the_query(world) -> None:
    with opened(world) as client:
        answer = client.get(POSTS, params={"access_token": "sandbox-facebook-token"})
    assert answer.status_code == 200


def test_a_proof_must_fit_the_token(world) -> None:
    right = hmac.new(b"sandbox-facebook-secret", b"sandbox-facebook-token", hashlib.sha256)
    with opened(world) as client:
        assert refused(client, POSTS, appsecret_proof="0" * 64)["code"] == 100
        assert get(client, POSTS, appsecret_proof=right.hexdigest())["data"]


def test_the_limit_is_a_400_with_minutes_in_a_header_of_json(world) -> None:
    fault = {"path_regex": "/facebook", "refusal": "rate_limited"}
    with opened(world) as client:
        client.post("/__faults", json=fault)
        answer = client.get(POSTS, headers=FACEBOOK)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == 80001
    assert "retry-after" not in answer.headers
    used = json.loads(answer.headers["X-Business-Use-Case-Usage"])
    assert used[PAGE][0]["estimated_time_to_regain_access"] == 17


def test_the_limit_counts_the_calls_of_a_day(world, monkeypatch) -> None:
    ticks = Ticks()
    monkeypatch.setattr(facebook, "CALLS", Rule(2, 86_400.0, rolling=True))
    with opened(world, ticks=ticks) as client:
        get(client, POSTS)
        get(client, POSTS)
        assert refused(client, POSTS)["code"] == 80001
        ticks.seconds += 86_400
        get(client, POSTS)


@pytest.mark.parametrize("path", ["/facebook/v26.0/999", "/facebook/v26.0/1_99/comments"])
def test_what_is_not_there_is_code_100_with_a_subcode(world, path) -> None:
    with opened(world) as client:
        error = refused(client, path)
    assert (error["code"], error["error_subcode"]) == (100, 33)


def test_a_field_that_is_unknown_fails_the_call(world) -> None:
    with opened(world) as client:
        error = refused(client, POSTS, fields="id,likes")
    assert (
        error["message"] == "(#100) Tried accessing nonexisting field (likes) on node type (post)"
    )


# Posts and comments


def test_posts_come_newest_first_with_the_fields_that_were_asked_for(world) -> None:
    with opened(world) as client:
        page = get(client, POSTS, fields=FIELDS)
    assert ids(page) == ["1_5", "1_4", "1_3", "1_2", "1_1"]
    assert set(page["data"][0]) == {"id", "created_time", "updated_time", "shares", "reactions"}


def test_both_ends_of_the_window_belong_to_it(world) -> None:
    span = {"since": int(at(2).timestamp()), "until": int(at(4).timestamp())}
    with opened(world) as client:
        assert ids(get(client, POSTS, **span)) == ["1_4", "1_3", "1_2"]


def test_deleted_posts_leave_pages_short_and_even_empty(world) -> None:
    for key in ("1_4", "1_3"):
        world.kept["facebook.published_posts"].append(
            Version(at(8), key, {"id": key, "_gone": True})
        )
    pages, after = [], None
    with opened(world) as client:
        while True:
            page = get(client, POSTS, limit=1, **({"after": after} if after else {}))
            pages.append(ids(page))
            if "next" not in page["paging"]:
                break
            after = page["paging"]["cursors"]["after"]
            assert "access_token=" in page["paging"]["next"]
    assert pages == [["1_5"], [], [], ["1_2"], ["1_1"]]


def test_the_last_page_has_a_cursor_and_no_next(world) -> None:
    with opened(world) as client:
        paging = get(client, POSTS)["paging"]
    assert "next" not in paging
    assert paging["cursors"]["after"]


def test_a_late_comment_moves_updated_time_and_not_created_time(world) -> None:
    with opened(world) as client:
        post = next(one for one in get(client, POSTS, fields=FIELDS)["data"] if one["id"] == "1_2")
    assert (post["created_time"], post["updated_time"]) == (graph(at(2)), graph(at(6)))


def test_counts_grow_with_age_and_shares_of_none_are_absent(world) -> None:
    seen = []
    for now in (at(1, 12, 1), at(1, 21), at(9)):
        with opened(world, now) as client:
            post = get(client, POSTS, fields=FIELDS)["data"][-1]
        shares = post.get("shares", {}).get("count", "absent")
        seen.append((post["reactions"]["summary"]["total_count"], shares))
    assert seen == [(0, "absent"), (50, 5), (95, 9)]  # half of 100 and 10 after nine hours


def test_stream_shows_answers_and_toplevel_does_not(world) -> None:
    path = "/facebook/v26.0/1_2/comments"
    with opened(world) as client:
        shown = {"order": "chronological", "fields": "id,parent,comment_count"}
        stream = get(client, path, filter="stream", **shown)
        top = get(client, path, **shown)
    assert stream["data"] == [
        {"id": "2_1", "comment_count": 1},
        {"id": "2_3", "comment_count": 0},
        {"id": "2_2", "parent": {"id": "2_1"}, "comment_count": 0},
    ]
    assert ids(top) == ["2_1", "2_3"]


# Insights


def test_a_value_ends_with_the_pacific_day(lived) -> None:
    with opened(lived) as client:
        data = get(client, INSIGHTS, metric="page_follows", **JULY)["data"]
    assert [one["end_time"] for one in data[0]["values"]] == [
        "2026-07-05T07:00:00+0000",
        "2026-07-06T07:00:00+0000",
    ]
    assert data[0]["id"] == f"{PAGE}/insights/page_follows/day"


@pytest.mark.parametrize("metric", ["page_fans", "page_impressions", "page_follows,page_fans"])
def test_one_invalid_metric_fails_the_whole_call(lived, metric) -> None:
    with opened(lived) as client:
        error = refused(client, INSIGHTS, metric=metric, **JULY)
    assert (error["code"], error["message"]) == (
        100,
        "(#100) The value must be a valid insights metric",
    )


def test_values_are_provisional_for_two_days(lived) -> None:
    span = {"period": "day", "since": "2026-07-05", "until": "2026-07-06"}
    values = []
    for now in (at(6, 12, 59), at(6, 13), at(8, 7)):
        with opened(lived, now) as client:
            data = get(client, INSIGHTS, metric="page_media_view", **span)["data"]
        values.append(data[0]["values"][0]["value"] if data else None)
    assert values[0] is None
    assert values[1] == values[2] * 94 // 100


def test_the_paging_of_insights_never_ends(lived) -> None:
    with opened(lived) as client:
        assert "next" in get(client, INSIGHTS, metric="page_follows", **JULY)["paging"]


def test_a_pacific_day_follows_the_clocks_of_california() -> None:
    assert end_of(date(2026, 7, 1)) == as_us(datetime(2026, 7, 2, 7, tzinfo=UTC))
    assert end_of(date(2026, 12, 1)) == as_us(datetime(2026, 12, 2, 8, tzinfo=UTC))


# The page and the stories


def test_fans_leave_after_an_outage_and_a_price_change() -> None:
    worlds = {}
    for name, stories in (("stories", (Outage(), PriceChange())), ("placebo", ())):
        world = World(7, 300, date(2026, 7, 1), stories)
        world.advance(datetime(2026, 9, 9, tzinfo=UTC))
        worlds[name] = world.page.counts
    start = as_us(datetime(2026, 7, 1, tzinfo=UTC))

    def gap(day: int) -> int:
        moment = start + day * DAY
        return worlds["stories"].fans(moment) - worlds["placebo"].fans(moment)

    assert gap(40) == 0
    assert gap(44) < 0
    assert gap(60) == gap(44)
    assert gap(70) < gap(60)


def test_the_page_changes_no_number_of_another_vendor(lived) -> None:
    class Still(World):
        """The same company without page and forms."""

        def advance(self, now: datetime) -> None:
            self.page.live = self.forms.live = lambda _: None  # type: ignore[method-assign]
            super().advance(now)

    still = Still(7, 200, date(2026, 7, 1))
    still.advance(datetime(2026, 7, 10, tzinfo=UTC))
    with_page, without = lived.company.books.versions, still.company.books.versions
    theirs = set(with_page) - set(without)
    assert {name.partition(".")[0] for name in theirs} == {"facebook", "typeform"}
    assert {name: with_page[name] for name in without} == without
    assert [one.mood for one in lived.company.people] == [one.mood for one in still.company.people]


def test_the_page_shows_its_counters(lived) -> None:
    with opened(lived, at(9)) as client:
        fields = "id,name,fan_count,followers_count,overall_star_rating,rating_count"
        page = get(client, ROOT, fields=fields)
    fans = lived.page.counts.fans(as_us(at(9)))
    assert (page["fan_count"], page["followers_count"]) == (fans, fans + 809)
    rated = [one for one in lived.company.books.versions["facebook.ratings"] if one.at <= at(9)]
    good = sum(one.record["recommendation_type"] == "positive" for one in rated)
    total = 311 + len(rated)
    assert page["rating_count"] == total
    stars = (4.2 * 311 + 5 * good + (len(rated) - good)) / total
    assert page["overall_star_rating"] == pytest.approx(stars, abs=0.051)


def test_comments_come_late_and_some_vanish() -> None:
    world = World(7, 400, date(2026, 7, 1))
    world.advance(datetime(2026, 8, 10, tzinfo=UTC))
    posts = {one.key: one.at for one in world.company.books.versions["facebook.published_posts"]
             if one.record.get("updated_time") == one.record.get("created_time")}  # fmt: skip
    comments = world.company.books.versions["facebook.comments"]
    ages = [one.at - posts[one.record["_post"]] for one in comments
            if one.record.get("_post") in posts]  # fmt: skip
    assert max(ages) > timedelta(days=7)
    assert any("_gone" in one.record for one in comments)
