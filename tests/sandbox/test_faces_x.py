"""X's quirks over HTTP: the seven-day horizon, fields and expansions, limits, billed reads."""

from __future__ import annotations

import pytest

from sandbox.faces.x_query import InvalidQuery, compile_query
from tests.sandbox.standin import NOW, SmallWorld, Ticks, X, at, iso, opened

SEARCH = "/x/2/tweets/search/recent"
QUERY = '(@northwind OR "northwind") -is:retweet'
RETWEET = [{"type": "retweeted", "id": "100"}]


@pytest.fixture
def world():
    world = SmallWorld()
    world.post(90, at(1), "@northwind long ago")
    world.post(100, at(4), "@northwind charged twice")
    world.post(101, at(5), "RT @northwind charged twice", referenced_tweets=RETWEET)
    world.post(102, at(6), "Why does Northwind never answer?", author="8")
    world.post(103, at(7), "Nothing to do with it")
    world.post(104, at(8), "We are on it", author="111")
    replied = [{"type": "replied_to", "id": "100"}]
    world.post(105, at(9), "@user_7 sorry from northwind", author="111", referenced_tweets=replied)
    return world


def get(client, path=SEARCH, **query):
    answer = client.get(path, params=query, headers=X)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(client, path=SEARCH, **query):
    answer = client.get(path, params=query, headers=X)
    assert answer.status_code == 400, answer.text
    return answer.json()


def ids(page):
    return [post["id"] for post in page.get("data", [])]


def test_x_refuses_a_wrong_token_in_its_own_words(world):
    with opened(world) as client:
        answer = client.get(SEARCH, headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401
    assert answer.json() == {
        "title": "Unauthorized",
        "detail": "Unauthorized",
        "type": "about:blank",
        "status": 401,
    }


def test_search_finds_mentions_and_words_without_retweets_newest_first(world):
    with opened(world) as client:
        page = get(client, query=QUERY)
    assert ids(page) == ["105", "102", "100"]
    assert page["meta"] == {"newest_id": "105", "oldest_id": "100", "result_count": 3}


def test_search_pages_by_next_token():
    world = SmallWorld()
    for key in range(200, 225):
        world.post(key, at(9, 0, key - 200), "@northwind hello")
    seen, token = [], None
    with opened(world) as client:
        while True:
            page = get(client, query=QUERY, **({"next_token": token} if token else {}))
            seen.append(page["meta"]["result_count"])
            token = page["meta"].get("next_token")
            if token is None:
                break
    assert seen == [10, 10, 5]


def test_search_answers_nothing_found_without_data(world):
    with opened(world) as client:
        assert get(client, query="unicorns") == {"meta": {"result_count": 0}}


def test_search_takes_a_half_open_window_of_time(world):
    with opened(world) as client:
        page = get(client, query=QUERY, start_time=iso(at(4)), end_time=iso(at(6)))
    assert ids(page) == ["100"]


def test_search_takes_exclusive_bounds_of_ids(world):
    with opened(world) as client:
        assert ids(get(client, query=QUERY, since_id="100", until_id="105")) == ["102"]


def test_search_refuses_a_start_before_the_seven_days(world):
    with opened(world) as client:
        answer = refused(client, query=QUERY, start_time=iso(at(3, 0, 9)))
        inside = get(client, query=QUERY, start_time="2026-07-03T00:10:00Z")
    assert answer["title"] == "Invalid Request"
    assert answer["type"].endswith("/problems/invalid-request")
    assert answer["errors"][0]["parameters"] == {"start_time": [iso(at(3, 0, 9))]}
    assert "must be on or after 2026-07-03T00:10Z" in answer["errors"][0]["message"]
    assert ids(inside)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"since_id": "100", "start_time": iso(at(8))}, "in conjunction"),
        ({"since_id": "5"}, "larger than 90"),
        ({"end_time": iso(NOW)}, "10 seconds prior"),
        ({"max_results": "9"}, "between 10 and 100"),
        ({"max_results": "101"}, "between 10 and 100"),
        ({"start_time": "yesterday"}, "YYYY-MM-DDTHH:mm:ssZ"),
        ({"next_token": "!!"}, "next_token"),
        ({"query": "(open"}, "not closed"),
        ({"query": "near:utrecht"}, "invalid operator 'near'"),
        ({"query": "x" * 513}, "513"),
    ],
)
def test_search_refuses_in_the_vendors_form(world, query, told):
    with opened(world) as client:
        answer = refused(client, **{"query": QUERY, **query})
    assert told in answer["errors"][0]["message"]


def test_fields_and_expansions_are_shown_when_asked(world):
    with opened(world) as client:
        bare = get(client, query="charged -is:retweet")
        full = get(
            client,
            query="charged -is:retweet",
            **{
                "tweet.fields": "created_at,public_metrics",
                "expansions": "author_id",
                "user.fields": "verified",
            },
        )
    assert set(bare["data"][0]) == {"id", "text", "edit_history_tweet_ids"}
    assert "includes" not in bare
    assert full["data"][0]["public_metrics"]["like_count"] == 10
    assert full["data"][0]["author_id"] == "7"
    assert full["includes"]["users"] == [
        {"id": "7", "username": "user_7", "name": "Somebody", "verified": False}
    ]


def test_referenced_posts_are_included_when_asked(world):
    with opened(world) as client:
        page = get(client, query="sorry", expansions="referenced_tweets.id")
    assert [post["id"] for post in page["includes"]["tweets"]] == ["100"]


def test_mentions_leave_out_retweets_and_own_posts(world):
    with opened(world) as client:
        page = get(client, "/x/2/users/111/mentions", max_results=5)
        window = get(client, "/x/2/users/111/mentions", start_time=iso(at(2)))
    assert ids(page) == ["100", "90"]
    assert ids(window) == ["100"]


def test_own_posts_can_leave_out_replies(world):
    with opened(world) as client:
        path = "/x/2/users/111/tweets"
        assert ids(get(client, path)) == ["105", "104"]
        assert ids(get(client, path, exclude="retweets,replies")) == ["104"]


def test_unknown_account_is_told_beside_no_data(world):
    with opened(world) as client:
        page = get(client, "/x/2/users/999/tweets")
    assert page["errors"][0]["title"] == "Not Found Error"


def test_lookup_names_the_ids_it_did_not_find(world):
    with opened(world) as client:
        page = get(client, "/x/2/tweets", ids="104,999,100")
        nobody = get(client, "/x/2/tweets", ids="999")
    assert ids(page) == ["104", "100"]
    assert page["errors"][0]["resource_id"] == "999"
    assert page["errors"][0]["type"].endswith("/problems/resource-not-found")
    assert "data" not in nobody


def test_lookup_takes_at_most_a_hundred_ids(world):
    with opened(world) as client:
        answer = refused(client, "/x/2/tweets", ids=",".join(str(i) for i in range(101)))
    assert "101" in answer["errors"][0]["message"]


def test_metrics_move_with_the_clock(world):
    with opened(world) as client:
        fields = {"ids": "100", "tweet.fields": "public_metrics"}
        later = get(client, "/x/2/tweets", **fields)
        client.post("/__clock", json={"now": "2026-07-05T12:00:00Z"})
        earlier = get(client, "/x/2/tweets", **fields)
    assert later["data"][0]["public_metrics"]["like_count"] == 10
    assert earlier["data"][0]["public_metrics"]["like_count"] == 2


def test_limit_is_told_with_an_absolute_reset_and_no_retry_after(world):
    ticks = Ticks()
    with opened(world, ticks=ticks) as client:
        first = client.get(SEARCH, params={"query": QUERY}, headers=X)
        ticks.seconds += 100
        for _ in range(449):
            client.get(SEARCH, params={"query": QUERY}, headers=X)
        answer = client.get(SEARCH, params={"query": QUERY}, headers=X)
        ticks.seconds += 800
        again = client.get(SEARCH, params={"query": QUERY}, headers=X)
    assert first.headers["x-rate-limit-remaining"] == "449"
    assert answer.status_code == 429
    assert answer.headers["x-rate-limit-reset"] == str(int(NOW.timestamp()) + 800)
    assert "Retry-After" not in answer.headers
    assert answer.json()["title"] == "Too Many Requests"
    assert again.status_code == 200


def test_limits_are_counted_per_endpoint(world):
    with opened(world) as client:
        get(client, query=QUERY)
        answer = client.get("/x/2/users/111/tweets", headers=X)
    assert answer.headers["x-rate-limit-limit"] == "10000"
    assert answer.headers["x-rate-limit-remaining"] == "9999"


def test_reads_are_billed_once_a_day_with_the_users_of_expansions(world):
    with opened(world) as client:
        for _ in range(2):
            get(client, query=QUERY, expansions="author_id")
        get(client, "/x/2/users/111/mentions")
        same_day = client.get("/__log").json()["x_billed"]
        client.post("/__clock", json={"now": "2026-07-11T00:10:00Z"})
        get(client, query=QUERY)
        next_day = client.get("/__log").json()["x_billed"]
    assert same_day == {"posts": 3, "users": 3, "owned": 1, "usd": 0.046}
    assert next_day["posts"] == 6


def test_usage_cap_is_a_429_of_its_own_type(world):
    with opened(world) as client:
        client.post("/__options", json={"x_post_cap": 3})
        get(client, query=QUERY)
        answer = client.get(SEARCH, params={"query": QUERY}, headers=X)
    assert answer.status_code == 429
    assert answer.json()["type"].endswith("/problems/usage-capped")
    assert "x-rate-limit-reset" not in answer.headers


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("good service", "Service was good", True),
        ('"good service"', "service was good", False),
        ('"good service"', "Really good service!", True),
        ("good OR bad", "bad luck", True),
        ("-bad good", "bad and good", False),
        ("(good OR fine) -(bad OR sad)", "fine", True),
        ("(good OR fine) -(bad OR sad)", "fine but sad", False),
        ("lang:en good", "good", True),
        ("from:someone", "anything", True),
        ("from:other", "anything", False),
        ("to:northwind", "@northwind hello", True),
        ("is:quote", "anything", False),
    ],
)
def test_query_finds_what_it_says(query, text, found):
    post = {"text": text, "lang": "en", "author_id": "7"}
    assert compile_query(query)(post, "someone") is found


@pytest.mark.parametrize("query", ["", "-", "OR", "good OR", "()", "good)", 'a "b'])
def test_query_that_means_nothing_is_refused(query):
    with pytest.raises(InvalidQuery):
        compile_query(query)
