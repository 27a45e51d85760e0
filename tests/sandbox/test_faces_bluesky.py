"""Bluesky's quirks over HTTP: sessions, a search that its cursor does not lead through, limits."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandbox.moments import as_us
from sandbox.render_bluesky import BRAND, Account, SkyPost
from tests.sandbox.standin import NOW, SmallWorld, Ticks, at, opened, stamp

XRPC = "/bluesky/xrpc/"
SEARCH = XRPC + "app.bsky.feed.searchPosts"
FEED = XRPC + "app.bsky.feed.getAuthorFeed"
POSTS = XRPC + "app.bsky.feed.getPosts"
PROFILE = XRPC + "app.bsky.actor.getProfile"
SESSION = XRPC + "com.atproto.server.createSession"
KNOWN = {"identifier": "northwind.example", "password": "sandbox-bluesky-password"}
ANN = Account("did:plc:ann", "ann.bsky.social", "Ann")


def post(number, made, author=ANN, text="hello northwind", *, late=2, **more):
    made_us = as_us(made)
    return SkyPost(
        f"at://{number}", author, number, text, made_us, made_us + late * 1_000_000, (1, 2, 8, 0),
        "neutral", **more,
    )  # fmt: skip


@pytest.fixture
def world():
    world = SmallWorld()
    world.sky += [
        post(1, at(5)),
        post(2, at(6), text="Northwind, really?"),
        post(3, at(7), text="nothing to do with it"),
        post(4, at(8), BRAND, "News of Northwind", reposted_us=None),
    ]
    return world


def signed_in(client):
    answer = client.post(SESSION, json=KNOWN)
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['accessJwt']}"}


def uris(page):
    return [one["uri"] for one in page["posts"]]


def test_a_wrong_password_opens_no_session(world):
    with opened(world) as client:
        answer = client.post(SESSION, json={**KNOWN, "password": "wrong"})
    assert (answer.status_code, answer.json()["error"]) == (401, "AuthenticationRequired")


@pytest.mark.parametrize(
    ("path", "status", "code"), [(SEARCH, 403, "Forbidden"), (PROFILE, 401, "AuthMissing")]
)
def test_nobody_is_refused_without_a_session(world, path, status, code):
    with opened(world) as client:
        answer = client.get(path, params={"q": "northwind", "actor": "northwind.example"})
    assert (answer.status_code, answer.json()["error"]) == (status, code)


def test_a_token_never_given_and_one_that_expired_are_bad_requests(world):
    with opened(world) as client:
        token = signed_in(client)
        asked = {"actor": "northwind.example"}
        wrong = client.get(PROFILE, params=asked, headers={"Authorization": "Bearer x"})
        client.post("/__clock", json={"now": (NOW + timedelta(hours=2)).isoformat()})
        late = client.get(PROFILE, params=asked, headers=token)
    assert (wrong.status_code, wrong.json()["error"]) == (400, "InvalidToken")
    assert (late.status_code, late.json()["error"]) == (400, "ExpiredToken")


def test_a_search_finds_words_latest_first_with_the_sample_s_fields(world):
    with opened(world) as client:
        page = client.get(SEARCH, params={"q": "northwind"}, headers=signed_in(client)).json()
    assert uris(page) == ["at://4", "at://2", "at://1"]
    assert page["hitsTotal"] == 3
    found = page["posts"][2]
    assert found["record"] == {
        "$type": "app.bsky.feed.post",
        "createdAt": "2026-07-05T12:00:00.000Z",
        "langs": ["en"],
        "text": "hello northwind",
    }
    assert found["indexedAt"] == "2026-07-05T12:00:02.000Z"
    assert found["author"]["did"] == "did:plc:ann"
    assert 0 < found["likeCount"] < 8


def test_bounds_go_by_the_earlier_moment_and_the_later_one_is_outside(world):
    world.sky += [post(5, at(9), late=-3_600), post(6, at(2), late=7 * 86_400)]
    span = {"since": "2026-07-06T12:00:00Z", "until": "2026-07-08T12:00:00Z"}
    with opened(world) as client:
        token = signed_in(client)
        page = client.get(SEARCH, params={"q": "northwind", **span}, headers=token).json()
        late = {"q": "northwind", "since": "2026-07-09T11:00:00Z"}
        assert uris(page) == ["at://2"]
        assert uris(client.get(SEARCH, params=late, headers=token).json()) == ["at://5"]
        early = {"q": "northwind", "until": "2026-07-03"}
        assert uris(client.get(SEARCH, params=early, headers=token).json()) == ["at://6"]


def test_the_cursor_of_a_search_ends_before_what_was_found(world):
    world.sky += [post(number, at(1) + timedelta(minutes=number)) for number in range(10, 20)]
    seen, cursor = [], {}
    with opened(world) as client:
        token = signed_in(client)
        while True:
            asked = {"q": "northwind", "limit": "2", **cursor}
            page = client.get(SEARCH, params=asked, headers=token).json()
            seen += uris(page)
            if "cursor" not in page:
                break
            cursor = {"cursor": page["cursor"]}
    assert (len(seen), page["hitsTotal"]) == (6, 13)


def test_a_feed_holds_what_was_passed_on_with_a_reason(world):
    world.sky.append(post(7, at(4), reposted_us=as_us(at(9))))
    with opened(world) as client:
        token = signed_in(client)
        first = {"actor": "northwind.example", "limit": "1"}
        page = client.get(FEED, params=first, headers=token).json()
        rest = client.get(FEED, params={**first, "cursor": page["cursor"]}, headers=token).json()
    assert page["feed"][0]["post"]["uri"] == "at://7"
    assert page["feed"][0]["reason"]["$type"] == "app.bsky.feed.defs#reasonRepost"
    assert [item["post"]["uri"] for item in rest["feed"]] == ["at://4"]
    assert "reason" not in rest["feed"][0]
    assert "cursor" not in rest


def test_posts_that_are_gone_are_left_out_and_25_is_the_most(world):
    with opened(world) as client:
        token = signed_in(client)
        some = client.get(POSTS, params={"uris": ["at://3", "at://99"]}, headers=token).json()
        many = client.get(POSTS, params={"uris": [f"at://{n}" for n in range(26)]}, headers=token)
    assert uris(some) == ["at://3"]
    assert many.status_code == 400


def test_the_profile_counts_the_posts_of_the_account(world):
    with opened(world) as client:
        token = signed_in(client)
        shown = client.get(PROFILE, params={"actor": "northwind.example"}, headers=token).json()
        nobody = client.get(PROFILE, params={"actor": "nobody.example"}, headers=token)
    assert (shown["postsCount"], shown["handle"]) == (241, "northwind.example")
    assert nobody.status_code == 400


def test_limits_are_told_by_an_absolute_reset(world):
    ticks = Ticks()
    with opened(world, ticks=ticks) as client:
        for _ in range(30):
            signed_in(client)
        answer = client.post(SESSION, json=KNOWN)
        assert (answer.status_code, answer.json()["error"]) == (429, "RateLimitExceeded")
        assert answer.headers["ratelimit-policy"] == "30;w=300"
        assert int(answer.headers["ratelimit-reset"]) == stamp(NOW) + 300
        assert "retry-after" not in answer.headers
        ticks.seconds += 300
        shown = client.get(
            PROFILE, params={"actor": "northwind.example"}, headers=signed_in(client)
        )
    assert shown.headers["ratelimit-policy"] == "3000;w=300"
    assert shown.headers["ratelimit-remaining"] == "2999"


@pytest.mark.parametrize(
    ("path", "asked"),
    [(SEARCH, {}), (SEARCH, {"q": "a", "limit": "101"}), (SEARCH, {"q": "a", "until": "soon"}),
     (FEED, {}), (POSTS, {})],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_a_bad_request(world, path, asked):
    with opened(world) as client:
        answer = client.get(path, params=asked, headers=signed_in(client))
    assert (answer.status_code, answer.json()["error"]) == (400, "InvalidRequest")


def test_a_method_that_nobody_knows_is_told(world):
    with opened(world) as client:
        answer = client.get(XRPC + "app.bsky.feed.getLikes", headers=signed_in(client))
    assert (answer.status_code, answer.json()["error"]) == (501, "MethodNotImplemented")
