"""Typeform's quirks over HTTP: inclusive seconds, tokens, kinds of responses, deletions."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from sandbox.faces import typeform
from sandbox.truth import truth
from sandbox.world import Version, World
from tests.sandbox.standin import NOW, SmallWorld, Ticks, at, iso, opened

FORM = "u6nXL7"
PATH = f"/typeform/forms/{FORM}/responses"
TYPEFORM = {"Authorization": "Bearer sandbox-typeform-token"}


def submit(world: SmallWorld, key: str, when: datetime, kind: str = "completed", **more) -> None:
    record = {
        "token": key,
        "response_id": key,
        "response_type": kind,
        "landed_at": iso(when),
        "submitted_at": iso(when) if kind == "completed" else "0001-01-01T00:00:00Z",
        "answers": [],
        "_form": FORM,
        **more,
    }
    world.kept["typeform.responses"].append(Version(when, key, record))


@pytest.fixture
def world() -> SmallWorld:
    world = SmallWorld()
    for number in range(1, 6):
        submit(world, f"r{number}", at(number))
    submit(world, "half", at(3, 13), "partial")
    return world


def get(client, path=PATH, **query):
    answer = client.get(path, params=query, headers=TYPEFORM)
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(page):
    return [one["response_id"] for one in page["items"]]


def test_a_wrong_token_is_refused_in_the_vendor_s_words(world) -> None:
    with opened(world) as client:
        answer = client.get(PATH, headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401
    assert answer.json()["code"] == "AUTHENTICATION_FAILED"


def test_an_unknown_form_is_not_found(world) -> None:
    with opened(world) as client:
        answer = client.get("/typeform/forms/nowhere/responses", headers=TYPEFORM)
    assert (answer.status_code, answer.json()["code"]) == (404, "FORM_NOT_FOUND")


def test_responses_come_newest_first_without_what_is_the_sandbox_s_own(world) -> None:
    with opened(world) as client:
        page = get(client)
    assert ids(page) == ["r5", "r4", "r3", "r2", "r1"]
    assert (page["total_items"], page["page_count"]) == (5, 1)
    assert not [name for one in page["items"] for name in one if name.startswith("_")]


def test_both_ends_belong_to_the_window_to_the_second(world) -> None:
    with opened(world) as client:
        assert ids(get(client, since="2026-07-02T12:00:00", until="2026-07-04T12:00:00")) == [
            "r4",
            "r3",
            "r2",
        ]
        assert ids(get(client, since="2026-07-02T12:00:01", until="2026-07-04T11:59:59Z")) == ["r3"]
        assert ids(get(client, until=str(int(at(1).timestamp())))) == ["r1"]


def test_before_and_after_leave_the_named_response_out(world) -> None:
    with opened(world) as client:
        first = get(client, page_size=2)
        second = get(client, page_size=2, before="r4")
        assert (ids(first), first["total_items"], first["page_count"]) == (["r5", "r4"], 5, 3)
        assert (ids(second), second["total_items"]) == (["r3", "r2"], 3)
        assert ids(get(client, after="r3")) == ["r5", "r4"]


@pytest.mark.parametrize(
    "query",
    [
        {"before": "r4", "sort": "submitted_at,asc"},
        {"before": "nobody"},
        {"page_size": 1001},
        {"page_size": 0},
        {"response_type": "all"},
        {"since": "yesterday"},
    ],
)
def test_what_does_not_fit_is_refused(world, query) -> None:
    with opened(world) as client:
        answer = client.get(PATH, params=query, headers=TYPEFORM)
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


def test_partial_responses_come_only_when_asked_for_and_by_another_moment(world) -> None:
    span = {"since": "2026-07-03T00:00:00", "until": "2026-07-03T23:59:59"}
    with opened(world) as client:
        assert ids(get(client, **span)) == ["r3"]
        assert ids(get(client, **span, response_type="completed,partial")) == ["half", "r3"]


def test_a_deleted_response_vanishes_without_a_trace(world) -> None:
    world.kept["typeform.responses"].append(Version(at(8), "r2", {"_form": FORM, "_gone": True}))
    with opened(world, at(7)) as client:
        assert "r2" in ids(get(client))
    with opened(world) as client:
        assert "r2" not in ids(get(client))


def test_a_response_is_hidden_for_half_an_hour(world) -> None:
    submit(world, "hidden", at(9, 23, 41))
    submit(world, "shown", at(9, 23, 40))
    with opened(world) as client:  # at 00:10
        assert "shown" in ids(get(client))
        assert "hidden" not in ids(get(client))


def test_twenty_requests_in_ten_seconds_and_no_more(world) -> None:
    ticks = Ticks()
    with opened(world, ticks=ticks) as client:
        for _ in range(typeform.PACE.limit):
            get(client)
        answer = client.get(PATH, headers=TYPEFORM)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "10")
        ticks.seconds += 10
        get(client)


# The company's forms


def test_scores_follow_mood_and_agree_with_the_truth() -> None:
    world = World(7, 500, date(2026, 7, 1))
    until = datetime(2026, 8, 5, tzinfo=UTC)
    rows = truth(world, until)["form_answers"].to_pylist()
    seen = Counter(row["metric_slug"] for row in rows)
    assert min(seen["nps"], seen["ces"], seen["csat"]) > 5
    asked = {"nps": "nps", "ease": "ces", "happy": "csat"}
    shown = {
        (one["response_id"], asked[answer["field"]["ref"]]): answer["number"]
        for version in world.versions("typeform.responses", until)
        if (one := version.record).get("response_type") == "completed"
        for answer in one["answers"]
        if answer["field"]["ref"] in asked
    }
    assert shown == {(row["response_id"], row["metric_slug"]): row["score"] for row in rows}
    moods = {one.person_id: one.mood for one in world.company.people}
    nps = [(row["score"], moods[row["person_id"]]) for row in rows if row["metric_slug"] == "nps"]
    glad = [mood for score, mood in nps if score >= 9]
    cross = [mood for score, mood in nps if score <= 6]
    assert sum(glad) / len(glad) > sum(cross) / len(cross)


def test_some_who_answer_are_known_by_number_some_by_address_and_some_not_at_all() -> None:
    world = World(7, 500, date(2026, 7, 1))
    world.advance(datetime(2026, 8, 5, tzinfo=UTC))
    responses = [one.record for one in world.versions("typeform.responses", NOW.replace(month=8))]
    nps = [
        one for one in responses if one["_form"] == FORM and one.get("response_type") == "completed"
    ]
    ways = Counter(
        "number" if "hidden" in one else "address" if len(one["answers"]) > 1
        and one["answers"][-1]["type"] == "email" else "nobody"
        for one in nps
    )  # fmt: skip
    assert set(ways) == {"number", "address", "nobody"}
