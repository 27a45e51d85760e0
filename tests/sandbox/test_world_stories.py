"""Planted stories show in the truth, and the placebo of the same world shows nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import pytest

from sandbox.moments import DAY
from sandbox.searches import day_found
from sandbox.stories import PLANTED, Outage, dialled, with_placebo
from sandbox.truth import truth
from tests.sandbox.observed import START, day, lived

Rows = dict[str, list[dict[str, Any]]]
LATER = "2026-11-08"
HABITS = {
    "care_programme",
    "posting_bias",
    "refills",
    "wavering_customers",
}  # from the first day on


@pytest.fixture(scope="module")
def planted() -> Rows:
    stories = tuple(one for one in PLANTED if one.slug not in HABITS - {"posting_bias"})
    tables = truth(lived(7, 500, LATER, stories), day(LATER))
    return {name: table.to_pylist() for name, table in tables.items()}


@pytest.fixture(scope="module")
def placebo() -> Rows:
    tables = truth(lived(7, 500, LATER, ()), day(LATER))
    return {name: table.to_pylist() for name, table in tables.items()}


def passed(moment: datetime) -> int:
    return (moment.date() - START).days


def mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)


def waits(rows: Rows, is_meant: Callable[[int], bool]) -> list[int]:
    return [
        call["queue_seconds"]
        for call in rows["calls"]
        if call["direction"] == "inbound"
        and call["answered_at"] is not None
        and is_meant(passed(call["started_at"]))
    ]


def lapses(rows: Rows, begin: int, end: int) -> int:
    return sum(
        row["stage_type"] == "lapsed" and begin <= passed(row["entered_at"]) < end
        for row in rows["stage_periods"]
    )


def test_outage_makes_callers_wait(planted: Rows, placebo: Rows) -> None:
    usual = mean(waits(planted, lambda n: 20 <= n < 40))
    assert mean(waits(planted, lambda n: n == 40)) > 3 * usual + 5
    assert mean(waits(placebo, lambda n: n == 40)) < 3 * usual + 5


def test_outage_brings_calls_tickets_and_angry_posts(planted: Rows, placebo: Rows) -> None:
    def on_the_day(rows: Rows, table: str, column: str) -> int:
        return sum(passed(row[column]) == 40 for row in rows[table])

    for table, column in (("calls", "started_at"), ("tickets", "created_at")):
        assert on_the_day(planted, table, column) > 2 * on_the_day(placebo, table, column)
    angry = [row for row in planted["posts"] if row["true_sentiment"] == "negative"]
    calm = [row for row in placebo["posts"] if row["true_sentiment"] == "negative"]
    assert sum(passed(r["created_at"]) == 40 for r in angry) > 4 * sum(
        passed(r["created_at"]) == 40 for r in calm
    )


def test_outage_lowers_csat(planted: Rows) -> None:
    scores = [
        (passed(row["submitted_at"]), row["score"] == 2)
        for row in planted["survey_answers"]
        if row["metric_slug"] == "csat"
    ]
    hit = mean(good for n, good in scores if 40 <= n < 43)
    usual = mean(good for n, good in scores if 10 <= n < 40)
    assert hit < usual - 0.1


def test_price_change_makes_more_customers_lapse(planted: Rows, placebo: Rows) -> None:
    assert lapses(planted, 0, 40) == lapses(placebo, 0, 40)
    assert lapses(planted, 90, 120) > 1.3 * lapses(placebo, 90, 120)


def test_nothing_differs_from_the_placebo_before_the_first_story() -> None:
    now = day("2026-08-10")
    later = tuple(story for story in PLANTED if story.slug not in HABITS)
    planted, placebo = (
        truth(lived(7, 400, "2026-08-10", later), now),
        truth(lived(7, 400, "2026-08-10", ()), now),
    )
    for name in planted.keys() - {"stories"}:
        assert planted[name].equals(placebo[name]), name


def test_outage_at_its_placebo_leaves_nothing_but_the_incident_record() -> None:
    now = day("2026-08-13")
    told = lived(7, 400, "2026-08-13", (Outage().placebo(),))
    calm = lived(7, 400, "2026-08-13", ())
    for name, versions in calm.company.books.versions.items():
        if not name.startswith("servicenow."):
            assert told.company.books.versions[name] == versions, name
    assert told.x_posts(now) == calm.x_posts(now)
    assert told.company.sky_posts == calm.company.sky_posts
    for days in range(38, 44):
        us = told.company.start_us + days * DAY
        assert day_found(told.company, us) == day_found(calm.company, us)
    majors = [task for task in told.company.books.service_tasks if task.is_major]
    assert len(majors) == 1
    assert not [task for task in calm.company.books.service_tasks if task.is_major]
    placebo, nothing = truth(told, now), truth(calm, now)
    differing = {name for name in placebo if not placebo[name].equals(nothing[name])}
    tables = {"service_tasks", "service_promises", "it_emergencies", "it_incident_effects"}
    assert differing == {"stories", *tables}


def test_stories_are_told_with_their_parameters(planted: Rows, placebo: Rows) -> None:
    told = {row["story_slug"]: row for row in planted["stories"]}
    assert set(told) == {story.slug for story in PLANTED} - (HABITS - {"posting_bias"})
    outage = told["it_outage"]
    assert passed(outage["started_at"]) == 40
    assert (outage["ended_at"] - outage["started_at"]).total_seconds() == 9 * 3600
    assert json.loads(outage["parameters"])["hours"] == Outage().hours
    assert told["price_change"]["ended_at"] is None
    assert placebo["stories"] == []


def test_a_story_that_has_not_begun_is_not_told() -> None:
    rows = truth(lived(7, 400, "2026-08-10"), day("2026-08-10"))["stories"].to_pylist()
    assert all(row["started_at"] < day("2026-08-10") for row in rows)
    assert {"it_outage", "price_change"}.isdisjoint(row["story_slug"] for row in rows)


def test_dials_are_read_as_their_own_type() -> None:
    outage, price, *_ = dialled(PLANTED, {"it_outage.hours": "4", "price_change.mood_drop": "0.2"})
    assert (outage.hours, price.mood_drop) == (4, 0.2)
    assert (outage.after_days, price.raise_percent) == (40, 12)


@pytest.mark.parametrize(
    ("dials", "words"),
    [
        ({"flood.hours": "4"}, "no story is called 'flood'"),
        ({"it_outage.colour": "4"}, "it_outage has no dial 'colour'"),
        ({"it_outage.hours": "many"}, "invalid literal"),
    ],
)
def test_a_dial_that_does_not_fit_is_refused(dials: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        dialled(PLANTED, dials)


def test_a_placebo_is_asked_for_by_name() -> None:
    outage, price, *_ = with_placebo(PLANTED, ["price_change"])
    assert (outage, price.raise_percent) == (PLANTED[0], 0)
    assert with_placebo(PLANTED, ["all"])[0] == PLANTED[0].placebo()
