"""The quality desk: who reads what twice, what the export shows, and an auditor who differs."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from sandbox.audits import AUDITORS, Auditing, Reading, audits_file, read_until
from sandbox.moments import as_us
from sandbox.stories import DifferingAuditors
from sandbox.world import World

START, UNTIL = date(2026, 7, 1), datetime(2026, 8, 20, tzinfo=UTC)
STORY = DifferingAuditors(after_days=10)


def lived(*stories: DifferingAuditors) -> World:
    world = World(7, 250, START, stories)
    world.advance(UNTIL)
    return world


@pytest.fixture(scope="module")
def world() -> World:
    return lived(STORY)


@pytest.fixture(scope="module")
def readings(world: World) -> list[Reading]:
    return read_until(world.company, as_us(UNTIL))


def test_every_audit_is_read_by_two_who_differ_and_shown_twice_at_times(
    readings: list[Reading],
) -> None:
    whose: dict[str, set[tuple[int, bool]]] = {}
    for one in readings:
        whose.setdefault(one.audit_id, set()).add((one.auditor_id, one.is_second))
    complete = [found for found in whose.values() if len(found) == 2]
    assert len(complete) > 50
    assert all(len({auditor for auditor, _ in found}) == 2 for found in complete)
    assert {one.auditor_id for one in readings} == set(AUDITORS)
    shown = Counter(one.is_shown for one in readings if one.is_second)
    assert 0.2 < shown[True] / shown.total() < 0.6


def test_calls_letters_and_replies_are_read_after_they_were_handled(
    world: World, readings: list[Reading]
) -> None:
    assert {one.kind for one in readings} >= {"call", "ticket"}
    ended = {str(call.call_id): call.seen_us for call in world.company.books.calls}
    assert all(ended[one.contact] < one.us for one in readings if one.kind == "call")


def test_the_story_alone_moves_the_answers_of_one_auditor_to_one_question(
    readings: list[Reading],
) -> None:
    moved = [one for one in readings if one.answer != one.unmoved]
    assert len(moved) > 5
    assert {(one.auditor_id, one.question.slug) for one in moved} == {(371_002, "tone")}
    assert {(one.unmoved, one.answer) for one in moved} == {("yes", "no")}
    begins = STORY.begins(as_us(datetime(2026, 7, 1, tzinfo=UTC)))
    assert min(one.us for one in moved) >= begins


def test_the_placebo_reads_the_same_audits_and_nobody_is_stricter(readings: list[Reading]) -> None:
    placebo = read_until(lived(STORY.placebo()).company, as_us(UNTIL))
    assert [one.unmoved for one in placebo] == [one.answer for one in placebo]
    assert [one.unmoved for one in placebo] == [one.unmoved for one in readings]
    assert [(one.audit_id, one.us) for one in placebo] == [(o.audit_id, o.us) for o in readings]


def test_the_export_holds_what_was_read_on_its_day_and_nothing_of_the_truth(
    world: World, readings: list[Reading]
) -> None:
    auditing = Auditing(world.company)
    days = [START + timedelta(days=n) for n in range(50)]
    rows = [
        row
        for day in days
        for row in csv.DictReader(io.StringIO(audits_file(auditing, day).decode()))
    ]
    told = [
        (one.audit_id, "second" if one.is_second else "first", one.question.slug, one.answer)
        for one in readings
        if one.is_shown
    ]
    shown = [(r["audit_id"], r["rating"], r["question"], r["answer"]) for r in rows]
    assert sorted(shown) == sorted(told)
    assert all(int(r["earned"]) <= int(r["possible"]) for r in rows)
    assert {r["possible"] for r in rows if r["answer"] == "na"} == {"0"}
    failed = {(r["question"], r["answer"]) for r in rows if r["auto_fail"] == "true"}
    assert failed == {("identity", "no")}
