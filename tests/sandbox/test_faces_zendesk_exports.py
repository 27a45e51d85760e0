"""Zendesk's time-based exports, its two CSAT features and its agents' activity over HTTP."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sandbox.world import Version
from tests.sandbox.standin import NOW, ZENDESK, SmallWorld, at, iso, opened, stamp

API = "/zendesk/api/v2"
EVENTS = f"{API}/incremental/ticket_metric_events.json"
COMPANIES = f"{API}/incremental/organizations.json"
RATINGS = f"{API}/satisfaction_ratings.json"
RESPONSES = f"{API}/guide/survey_responses"
AGENTS = f"{API}/channels/voice/stats/agents_activity.json"
SAMPLES = Path(__file__).parent.parent / "samples"
SINCE = stamp(at(1, 0))


def ask(client, path, status=200, **query):
    answer = client.get(path, params=query or None, headers=ZENDESK)
    assert answer.status_code == status, answer.text
    return answer.json()


def event(world, key, when, **fields):
    record = {"id": key, "ticket_id": 1, "metric": "reply_time", "instance_id": 1,
              "type": "activate", "time": iso(when), **fields}  # fmt: skip
    world.kept["zendesk.ticket_metric_events"].append(Version(when, str(key), record))


@pytest.fixture
def world():
    world = SmallWorld()
    for key, minute in ((1, 0), (2, 0), (3, 0), (4, 1), (5, 2)):
        event(world, key, at(2, 9, minute))
    return world


def test_metric_events_are_exported_by_their_time_and_the_page_tells_the_end(world):
    event(world, 6, NOW - timedelta(seconds=59))
    with opened(world) as client:
        page = ask(client, EVENTS, start_time=SINCE)
    assert [one["id"] for one in page["ticket_metric_events"]] == [1, 2, 3, 4, 5]
    last = stamp(at(2, 9, 2))
    assert (page["count"], page["end_time"], page["end_of_stream"]) == (5, last, True)
    assert page["next_page"].endswith(f"ticket_metric_events.json?start_time={last}")


def test_metric_events_repeat_the_rows_of_the_seam_s_second(world):
    with opened(world) as client:
        first = ask(client, EVENTS, start_time=SINCE, per_page=2)
        second = ask(client, first["next_page"])
        third = ask(client, second["next_page"])
    assert [one["id"] for one in first["ticket_metric_events"]] == [1, 2, 3]
    assert [one["id"] for one in second["ticket_metric_events"]] == [1, 2, 3, 4]
    assert [one["id"] for one in third["ticket_metric_events"]] == [4, 5]
    ends = [page["end_of_stream"] for page in (first, second, third)]
    assert ends == [False, False, True]


def test_metric_event_that_is_withdrawn_keeps_its_time(world):
    event(world, 6, at(3), type="breach", deleted=False)
    with opened(world) as client:
        change = {"name": "zendesk.ticket_metric_events", "key": "6", "set": {"deleted": True}}
        assert client.post("/__world/mutate", json=change).status_code == 200
        page = ask(client, EVENTS, start_time=stamp(at(3)))
    shown = page["ticket_metric_events"]
    assert [(one["deleted"], one["time"]) for one in shown] == [(True, iso(at(3)))]


def test_organizations_are_exported_by_updated_at():
    world = SmallWorld()
    world.updated("zendesk.organizations", 20, at(3))
    world.updated("zendesk.organizations", 10, at(2))
    with opened(world) as client:
        page = ask(client, COMPANIES, start_time=SINCE)
    assert [one["id"] for one in page["organizations"]] == [10, 20]
    assert page["end_of_stream"] is True


def rate(world, key, when, score, comment=None, changed=None, **fields):
    changed = changed or when
    record = {"id": key, "ticket_id": 48211, "requester_id": 903451200771, "score": score,
              "comment": comment, "created_at": iso(when), "updated_at": iso(changed),
              **fields}  # fmt: skip
    world.kept["zendesk.satisfaction_ratings"].append(Version(changed, str(key), record))


def newer(client):
    client.post("/__options", json={"zendesk_csat": "survey_responses"}).raise_for_status()


def test_account_has_one_csat_feature_and_refuses_the_other():
    world = SmallWorld()
    rate(world, 1, at(2), "good")
    with opened(world) as client:
        assert len(ask(client, RATINGS)["satisfaction_ratings"]) == 1
        ask(client, RESPONSES, status=404)
        newer(client)
        assert len(ask(client, RESPONSES)["survey_responses"]) == 1
        refused = ask(client, RATINGS, status=403)
        assert client.get("/__options").json()["zendesk_csat"] == "survey_responses"
    assert refused["error"]["title"] == "Forbidden"


def test_response_has_the_shape_of_the_vendor_s_sample():
    world = SmallWorld()
    text = "Solved in one call"
    rate(world, 88120, at(1, 10, 55, 2), "good", text, at(1, 10, 55, 30))
    with opened(world) as client:
        newer(client)
        [shown] = ask(client, RESPONSES)["survey_responses"]
    sample = json.loads((SAMPLES / "zendesk_csat_survey_response.json").read_text())
    wanted = sample["response"]["body"]["survey_response"]
    assert set(shown) == {*wanted, "subject_zrns"}
    for name in ("expires_at", "responder_id", "subjects"):
        assert shown[name] == wanted[name]
    for mine, theirs in zip(shown["answers"], wanted["answers"], strict=True):
        assert set(mine) == set(theirs)
        assert mine["type"] == theirs["type"]
    told = {name: shown["answers"][0][name] for name in ("rating", "rating_category")}
    assert told == {"rating": 5, "rating_category": "good"}
    assert shown["answers"][1]["value"] == text


def test_responses_leave_out_what_was_only_offered():
    world = SmallWorld()
    rate(world, 1, at(2), "offered")
    rate(world, 2, at(2), "bad")
    with opened(world) as client:
        newer(client)
        shown = ask(client, RESPONSES)["survey_responses"]
    assert [one["answers"][0]["rating_category"] for one in shown] == ["bad"]


def test_responses_are_narrowed_by_their_creation_alone():
    world = SmallWorld()
    rate(world, 1, at(2), "good", "late", changed=at(6))
    rate(world, 2, at(5), "bad")
    span = {"filter[created_at_start]": stamp(at(2)) * 1000,
            "filter[created_at_end]": stamp(at(4)) * 1000}  # fmt: skip
    with opened(world) as client:
        newer(client)
        shown = ask(client, RESPONSES, **span)["survey_responses"]
    assert [one["answers"][-1]["updated_at"] for one in shown] == [iso(at(6))]


def test_responses_come_in_cursor_pages_in_the_order_of_their_ids():
    world = SmallWorld()
    for key in range(1, 8):
        rate(world, key, at(2, 0, key), "good")
    with opened(world) as client:
        newer(client)
        pages, path = [], f"{RESPONSES}?page[size]=3"
        while path:
            page = ask(client, path)
            pages.append([one["id"] for one in page["survey_responses"]])
            path = page["links"]["next"]
        wrong = client.get(f"{RESPONSES}?page[after]=nonsense", headers=ZENDESK)
    ids = [one for ids in pages for one in ids]
    assert [len(ids) for ids in pages] == [3, 3, 1]
    assert ids == sorted(ids)
    assert len(set(ids)) == 7
    assert all(len(one) == 26 for one in ids)
    assert wrong.status_code == 400


def worker(world, key, role):
    record = {"id": key, "role": role, "name": "Daan Bos"}
    world.kept["zendesk.users"].append(Version(at(1), str(key), record))


def talked(world, key, when, agent, **fields):
    times = {"talk_time": 0, "hold_time": 0, "wrap_up_time": 0, "direction": "inbound"}
    world.updated("zendesk.calls", key, when, agent_id=agent, **{**times, **fields})


def test_activity_counts_the_calls_of_the_account_s_day():
    world = SmallWorld()
    worker(world, 11, "agent")
    worker(world, 12, "end-user")
    talked(world, 1, at(9, 6, 59, 59), 11, talk_time=999)  # the day begins at 7 UTC
    talked(world, 2, at(9, 7), 11, talk_time=100, hold_time=30, wrap_up_time=20)
    talked(world, 3, at(9, 12), 11, talk_time=50, direction="outbound")
    talked(world, 4, at(9, 12), None)
    with opened(world) as client:
        [row] = ask(client, AGENTS)["agents_activity"]
    counted = {name: row[name] for name in row if name.startswith(("calls_", "total_", "average_"))}
    assert row["agent_id"] == 11
    assert counted == {
        "calls_accepted": 1, "calls_denied": 0, "calls_missed": 0, "calls_put_on_hold": 1,
        "total_call_duration": 180, "total_talk_time": 150, "total_hold_time": 30,
        "total_wrap_up_time": 20, "average_talk_time": 75, "average_hold_time": 30,
        "average_wrap_up_time": 10,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("now", "state", "online", "away"),
    [
        (at(9, 8), "offline", 0, 0),
        (at(9, 10), "online", 3600, 0),
        (at(9, 12, 15), "away", 3 * 3600 + 900, 900),
        (at(9, 18), "offline", 8 * 3600, 1800),
        (at(10, 6), "offline", 8 * 3600, 1800),
        (at(10, 7), "offline", 0, 0),  # midnight in the Pacific zone
    ],
)
def test_activity_follows_the_agent_s_shift(now: datetime, state, online, away):
    world = SmallWorld()
    worker(world, 11, "admin")
    shift = {"id": "11.2026-07-09", "agent_id": 11, "begins_at": iso(at(9, 9)),
             "ends_at": iso(at(9, 17)), "rests_at": iso(at(9, 12)),
             "returns_at": iso(at(9, 12, 30))}  # fmt: skip
    world.kept["zendesk.shifts"].append(Version(at(9, 0), shift["id"], shift))
    with opened(world, now) as client:
        [row] = ask(client, AGENTS)["agents_activity"]
    assert (row["agent_state"], row["online_time"], row["away_time"]) == (state, online, away)
    assert row["available_time"] == online - away


def test_new_endpoints_refuse_a_wrong_token(world):
    with opened(world) as client:
        for path in (EVENTS, COMPANIES, RATINGS, RESPONSES, AGENTS):
            assert client.get(path, auth=("ops", "wrong")).status_code == 401


def test_time_based_exports_share_the_ten_requests_of_a_minute(world):
    with opened(world) as client:
        for _ in range(10):
            ask(client, EVENTS, start_time=SINCE)
        refused = ask(client, COMPANIES, status=429, start_time=SINCE)
    assert refused["error"] == "APIRateLimitExceeded"
