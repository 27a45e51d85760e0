"""True issues: one cause each, and a broken step that alone makes people ask again."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from sandbox.stories import BrokenStep
from sandbox.truth import truth
from tests.sandbox.observed import day, lived

Row = dict[str, Any]
UNTIL = "2026-08-05"
STEP = BrokenStep(after_days=8, days=20)


def touchpoints(*stories: BrokenStep) -> list[Row]:
    return truth(lived(5, 700, UNTIL, stories), day(UNTIL))["issue_touchpoints"].to_pylist()


@pytest.fixture(scope="module")
def planted() -> list[Row]:
    return touchpoints(STEP)


def test_a_touchpoint_belongs_to_one_issue_of_one_person(planted: list[Row]) -> None:
    keys = [(row["touchpoint_type"], row["source_record_id"]) for row in planted]
    assert len(set(keys)) == len(keys)
    persons = defaultdict(set)
    for row in planted:
        persons[row["issue_id"]].add((row["person_id"], row["contact_reason"]))
    assert all(len(found) == 1 for found in persons.values())
    assert {kind for kind, _ in keys} >= {"call", "ticket", "survey_answer", "crm_ticket"}


def test_an_issue_holds_what_followed_from_its_first_contact(planted: list[Row]) -> None:
    kinds = defaultdict(list)
    for row in planted:
        kinds[row["issue_id"]].append(row["touchpoint_type"])
        assert row["begun_at"] <= row["noted_at"]
    assert sum("survey_answer" in found for found in kinds.values()) > 20
    assert sum(found.count("call") > 1 for found in kinds.values()) > 20


def test_the_broken_step_brings_back_people_with_its_reason_and_nobody_else(
    planted: list[Row],
) -> None:
    again = [row for row in planted if row["story_slug"] == "broken_step"]
    begins = day("2026-07-01").timestamp() + STEP.after_days * 86_400
    assert len({row["issue_id"] for row in again}) > 8
    assert {row["contact_reason"] for row in again} == {"billing"}
    assert min(row["noted_at"].timestamp() for row in again) > begins + 86_400


def test_the_placebo_is_the_same_world_without_the_step(planted: list[Row]) -> None:
    placebo = touchpoints(STEP.placebo())
    assert not [row for row in placebo if row["story_slug"]]
    assert placebo == touchpoints()
    before = day("2026-07-09")
    assert [row for row in placebo if row["noted_at"] < before] == [
        row for row in planted if row["noted_at"] < before
    ]


def test_who_came_for_the_second_time_says_that_the_first_contact_did_not_solve_it() -> None:
    rows = truth(lived(5, 700, UNTIL, (STEP,)), day(UNTIL))
    asked = [row for row in rows["survey_answers"].to_pylist() if row["metric_slug"] == "fcr"]
    again = {
        row["source_record_id"]
        for row in rows["issue_touchpoints"].to_pylist()
        if row["touchpoint_type"] == "survey_answer" and row["story_slug"]
    }
    assert len(asked) > 30
    assert {row["score"] for row in asked} == {0, 1}
    assert {row["score"] for row in asked if row["answer_id"] in again} <= {0}
