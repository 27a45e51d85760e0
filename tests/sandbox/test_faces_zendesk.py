"""Zendesk's quirks over HTTP: cursors, the withheld minute, limits, the immortal next page."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest

from tests.sandbox.standin import NOW, ZENDESK, SmallWorld, Ticks, at, iso, opened, stamp

TICKETS = "/zendesk/api/v2/incremental/tickets/cursor.json"
CALLS = "/zendesk/api/v2/channels/voice/stats/incremental/calls"
RATINGS = "/zendesk/api/v2/satisfaction_ratings.json"
SINCE = stamp(at(1, 0))


@pytest.fixture
def world():
    world = SmallWorld()
    for key in (3, 1, 2, 5, 4):
        world.ticket(key, at(2 if key > 3 else 1, 12, 0))
    return world


def export(client, **query):
    answer = client.get(TICKETS, params=query, headers=ZENDESK)
    assert answer.status_code == 200, answer.text
    return answer.json()


def keys(page, name="tickets"):
    return [record["id"] for record in page[name]]


def test_zendesk_refuses_a_wrong_token_in_its_own_words(world):
    with opened(world) as client:
        answer = client.get(TICKETS, params={"start_time": SINCE}, auth=("ops", "wrong"))
    assert answer.status_code == 401
    assert answer.json() == {"error": "Couldn't authenticate you"}
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


def test_export_orders_by_generated_timestamp_and_id(world):
    world.ticket(9, at(1, 9), updated_at=iso(at(5)))
    with opened(world) as client:
        assert keys(export(client, start_time=SINCE)) == [9, 1, 2, 3, 4, 5]


def test_export_selects_by_generated_timestamp_not_by_updated_at(world):
    world.ticket(8, at(3), updated_at=iso(at(1, 1)))
    with opened(world) as client:
        assert keys(export(client, start_time=stamp(at(2, 13)))) == [8]


def test_export_withholds_the_last_minute(world):
    world.ticket(6, NOW - timedelta(seconds=60))
    world.ticket(7, NOW - timedelta(seconds=59))
    with opened(world) as client:
        page = export(client, start_time=SINCE)
    assert 6 in keys(page)
    assert 7 not in keys(page)
    assert page["end_of_stream"] is True


def test_export_refuses_a_start_time_younger_than_a_minute(world):
    with opened(world) as client:
        answer = client.get(TICKETS, params={"start_time": stamp(NOW) - 59}, headers=ZENDESK)
    assert answer.status_code == 422
    assert answer.json()["error"] == "InvalidValue"
    assert "Too recent start_time" in answer.json()["description"]


def test_export_serves_the_row_at_the_page_seam_twice(world):
    with opened(world) as client:
        first = export(client, start_time=SINCE, per_page=3)
        second = export(client, cursor=first["after_cursor"], per_page=3)
    assert keys(first) == [1, 2, 3]
    assert keys(second) == [3, 4, 5]
    assert first["end_of_stream"] is False
    assert second["end_of_stream"] is True


def test_export_gives_after_cursor_at_the_end_of_the_stream_too(world):
    with opened(world) as client:
        last = export(client, start_time=SINCE)
        beyond = export(client, cursor=last["after_cursor"])
    assert last["end_of_stream"] is True
    assert last["after_url"].endswith("cursor=" + last["after_cursor"].replace("=", "%3D"))
    assert keys(beyond) == [5]
    assert beyond["after_cursor"] == last["after_cursor"]


def test_export_gets_on_with_one_row_a_page(world):
    seen, query = [], {"start_time": SINCE}
    with opened(world, limits="fast", ticks=Ticks()) as client:
        for _ in range(9):
            page = export(client, **query, per_page=1)
            seen += keys(page)
            query = {"cursor": page["after_cursor"]}
            if page["end_of_stream"]:
                break
    assert sorted(set(seen)) == [1, 2, 3, 4, 5]


def test_export_cursor_has_the_vendors_form(world):
    world.ticket(48107, at(5))
    with opened(world) as client:
        page = export(client, start_time=SINCE)
        answer = client.get(TICKETS, params={"cursor": "nonsense"}, headers=ZENDESK)
    assert base64.b64decode(page["after_cursor"]) == f"{stamp(at(5))}.0||48107|".encode()
    assert answer.status_code == 400


def test_export_shows_deleted_tickets_unless_they_are_excluded(world):
    world.ticket(2, at(3), status="deleted", subject="SCRUBBED")
    with opened(world) as client:
        shown = export(client, start_time=SINCE)
        spared = export(client, start_time=SINCE, exclude_deleted="true")
    assert [t["status"] for t in shown["tickets"] if t["id"] == 2] == ["deleted"]
    assert 2 not in keys(spared)


def test_export_side_loads_metric_sets_only_when_asked(world):
    with opened(world) as client:
        plain = export(client, start_time=SINCE)
        loaded = export(client, start_time=SINCE, include="metric_sets")
    assert all("metric_set" not in ticket for ticket in plain["tickets"])
    assert loaded["tickets"][0]["metric_set"] == {"ticket_id": 1, "replies": 1}


def test_export_shows_a_record_once_with_its_newest_version(world):
    world.ticket(1, at(4), status="solved")
    with opened(world) as client:
        page = export(client, start_time=SINCE)
        earlier = client.post("/__clock", json={"now": "2026-07-03T00:00:00Z"})
        before = export(client, start_time=SINCE)
    assert earlier.status_code == 200
    assert keys(page) == [2, 3, 4, 5, 1]
    assert keys(before) == [1, 2, 3, 4, 5]


def test_export_moves_a_row_between_pages_when_it_changes_meanwhile(world):
    with opened(world) as client:
        first = export(client, start_time=SINCE, per_page=2)
        changed = client.post(
            "/__world/mutate",
            json={"name": "zendesk.tickets", "key": "1", "set": {"status": "hold"},
                  "at": "2026-07-09T00:00:00Z"},
        )  # fmt: skip
        second = export(client, cursor=first["after_cursor"])
    assert changed.status_code == 200
    assert keys(first) == [1, 2]
    assert keys(second) == [2, 3, 4, 5, 1]
    assert second["tickets"][-1]["status"] == "hold"


def test_export_gives_no_cursor_when_nothing_was_ever_there():
    with opened(SmallWorld()) as client:
        page = export(client, start_time=SINCE)
    assert page == {
        "tickets": [],
        "after_url": None,
        "after_cursor": None,
        "before_url": None,
        "before_cursor": None,
        "end_of_stream": True,
    }


def test_exports_allow_ten_requests_a_minute_and_name_the_wait(world):
    ticks = Ticks()
    with opened(world, ticks=ticks) as client:
        for left in range(9, -1, -1):
            answer = client.get(TICKETS, params={"start_time": SINCE}, headers=ZENDESK)
            assert answer.headers["X-Rate-Limit-Remaining"] == str(left)
        ticks.seconds += 18.5
        refused = client.get(TICKETS, params={"start_time": SINCE}, headers=ZENDESK)
        ticks.seconds += 42
        again = client.get(TICKETS, params={"start_time": SINCE}, headers=ZENDESK)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "42"
    assert refused.json()["error"] == "APIRateLimitExceeded"
    assert again.status_code == 200


def test_fast_limits_keep_the_number_and_shorten_the_window(world):
    ticks = Ticks()
    with opened(world, limits="fast", ticks=ticks) as client:
        states = [
            client.get(TICKETS, params={"start_time": SINCE}, headers=ZENDESK).status_code
            for _ in range(11)
        ]
        ticks.seconds += 1
        again = client.get(TICKETS, params={"start_time": SINCE}, headers=ZENDESK)
    assert states == [200] * 10 + [429]
    assert again.status_code == 200


def test_users_are_exported_by_updated_at():
    world = SmallWorld()
    world.updated("zendesk.users", 20, at(2))
    world.updated("zendesk.users", 10, at(3))
    world.updated("zendesk.users", 11, at(1))
    with opened(world) as client:
        answer = client.get(
            TICKETS.replace("tickets", "users"),
            params={"start_time": stamp(at(2))},
            headers=ZENDESK,
        )
    assert keys(answer.json(), "users") == [20, 10]


def talk(client, path=CALLS, **query):
    answer = client.get(path, params=query or None, headers=ZENDESK)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def calls():
    world = SmallWorld()
    for key in range(1, 6):
        world.updated("zendesk.calls", key, at(key))
    return world


def test_talk_next_page_never_ends_and_serves_the_last_row_again(calls):
    with opened(calls) as client:
        first = talk(client, start_time=SINCE)
        second = talk(client, path=first["next_page"])
        third = talk(client, path=second["next_page"])
    assert first["count"] == 5
    assert keys(second, "calls") == keys(third, "calls") == [5]
    assert second["count"] == third["count"] == 1
    assert second["next_page"] == third["next_page"] == first["next_page"]


def test_talk_next_page_begins_at_the_last_row_of_the_page(calls):
    with opened(calls) as client:
        first = talk(client, start_time=SINCE, per_page=2)
        second = talk(client, path=first["next_page"])
    assert keys(first, "calls") == [1, 2]
    assert keys(second, "calls") == [2, 3]
    assert f"start_time={stamp(at(2))}" in first["next_page"]


def test_talk_never_cuts_a_page_inside_a_second(calls):
    for key in (7, 8, 9):
        calls.updated("zendesk.calls", key, at(2))
    with opened(calls) as client:
        page = talk(client, start_time=SINCE, per_page=2)
    assert keys(page, "calls") == [1, 2, 7, 8, 9]


def test_talk_answers_an_empty_page_with_the_same_start(calls):
    with opened(calls) as client:
        page = talk(client, start_time=stamp(at(6)))
    assert page["calls"] == []
    assert page["count"] == 0
    assert page["next_page"].endswith(f"start_time={stamp(at(6))}")


def test_legs_are_served_beside_calls():
    world = SmallWorld()
    world.updated("zendesk.legs", 1, at(2), call_id=4)
    with opened(world) as client:
        page = talk(client, CALLS.replace("calls", "legs"), start_time=SINCE)
    assert page["legs"][0]["call_id"] == 4


def test_ratings_come_in_cursor_pages_of_at_most_a_hundred():
    world = SmallWorld()
    for key in range(1, 251):
        world.updated("zendesk.satisfaction_ratings", key, at(2, 0, 0, key % 60), score="good")
    with opened(world) as client:
        sizes, path = [], f"{RATINGS}?page[size]=500&start_time={SINCE}"
        while path:
            page = client.get(path, headers=ZENDESK).json()
            sizes.append(len(page["satisfaction_ratings"]))
            path = page["links"]["next"]
    assert sizes == [100, 100, 50]
    assert page["meta"]["has_more"] is False
    assert page["satisfaction_ratings"][-1]["id"] == 250


def test_ratings_start_time_selects_by_the_last_change():
    world = SmallWorld()
    world.updated("zendesk.satisfaction_ratings", 1, at(2))
    world.updated("zendesk.satisfaction_ratings", 2, at(4))
    world.updated("zendesk.satisfaction_ratings", 1, at(5), score="bad")
    with opened(world) as client:
        query = {"start_time": stamp(at(3))}
        page = client.get(RATINGS, params=query, headers=ZENDESK).json()
    assert [(r["id"], r.get("score")) for r in page["satisfaction_ratings"]] == [
        (1, "bad"),
        (2, None),
    ]


def test_zendesk_knows_no_other_endpoint(calls):
    with opened(calls) as client:
        answer = client.get("/zendesk/api/v2/tickets.json", headers=ZENDESK)
    assert answer.status_code == 404
    assert answer.json()["error"] == "InvalidEndpoint"
