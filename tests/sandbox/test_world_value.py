"""Refills follow true rates, a rival takes some, and pauses meet those whom search brought."""

from __future__ import annotations

import pyarrow as pa
import pytest

from sandbox.stories import Refills, Story, Wavering
from sandbox.truth import truth
from tests.sandbox.observed import day, lived

UNTIL = "2026-09-14"


def told(*stories: Story) -> dict[str, pa.Table]:
    return truth(lived(7, 150, UNTIL, stories), day(UNTIL))


@pytest.fixture(scope="module")
def refilled() -> dict[str, pa.Table]:
    return told(Refills())


def test_refills_touch_nothing_else(refilled: dict[str, pa.Table]) -> None:
    calm = told()
    for name in ("calls", "tickets", "sessions", "survey_answers", "posts", "identifiers"):
        assert refilled[name].equals(calm[name]), name


def test_a_rival_takes_orders_and_leaves_the_others_as_they_were(
    refilled: dict[str, pa.Table],
) -> None:
    placebo = told(Refills().placebo())
    due, spared = refilled["refills"].to_pylist(), placebo["refills"].to_pylist()
    assert [(one["person_id"], one["due_at"]) for one in due] == [
        (one["person_id"], one["due_at"]) for one in spared
    ]
    taken = [one for one in due if one["fate_type"] == "rival"]
    assert taken
    assert min(one["due_at"] for one in taken) >= day("2026-08-30")
    assert not [one for one in spared if one["fate_type"] == "rival"]


def test_the_order_after_which_one_drops_out_is_the_last(refilled: dict[str, pa.Table]) -> None:
    last: dict[str, object] = {}
    for one in refilled["refills"].to_pylist():
        last[one["person_id"]] = one["due_at"]
    dropped = {
        one["person_id"]: one["dropped_out_at"]
        for one in refilled["buyers"].to_pylist()
        if one["dropped_out_at"] is not None
    }
    assert dropped
    assert all(last[person] == at for person, at in dropped.items())
    assert all(
        (one["expected_30_days"] > 0) == one["is_alive"] for one in refilled["buyers"].to_pylist()
    )


def test_refills_come_at_the_rate_of_their_buyers(refilled: dict[str, pa.Table]) -> None:
    """Until one drops out, orders due are the rate times the days, over all buyers."""
    until, expected, due = day(UNTIL), 0.0, len(refilled["refills"])
    for one in refilled["buyers"].to_pylist():
        days = ((one["dropped_out_at"] or until) - one["began_at"]).total_seconds() / 86400
        expected += one["orders_per_day"] * days
    assert due == pytest.approx(expected, rel=0.2)


def test_pauses_meet_those_whom_search_brought() -> None:
    found = told(Refills(), Wavering())
    mediums = {one["person_id"]: one["first_medium"] for one in found["buyers"].to_pylist()}
    paused = [mediums[one["person_id"]] for one in found["pauses"].to_pylist()]
    assert len(paused) > 5
    assert set(paused) == {"organic"}
    assert Wavering().placebo().pause_share == 0
