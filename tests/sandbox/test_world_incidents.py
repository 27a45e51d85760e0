"""Emergencies missed and declared wrongly, and what incidents did, told by worlds compared."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pytest

from sandbox.stories import Emergencies, Outage
from sandbox.truth import truth
from sandbox.world import World
from tests.sandbox.observed import START, day, lived

LATER = "2026-09-24"
MISJUDGED = Emergencies()


@lru_cache(maxsize=2)
def tables(world: World) -> dict[str, pa.Table]:
    return truth(world, day(LATER))


def told(world: World, table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tables(world)[table].to_pylist()
    return rows


@pytest.fixture(scope="module")
def world() -> World:
    return lived(7, 300, LATER, (Outage(), MISJUDGED))


def test_desk_misses_two_and_declares_two_wrongly(world: World) -> None:
    found = sorted(
        ((row["started_at"].date() - START).days, row["is_declared"], row["is_felt"])
        for row in told(world, "it_emergencies")
    )
    assert found == [
        (40, True, True),
        (50, False, True),
        (55, True, False),
        (77, False, True),
        (82, True, False),
    ]


def test_what_is_declared_stands_in_the_desk_s_own_record(world: World) -> None:
    shown = {
        version.key: version.record["major_incident_state"] == "accepted"
        for version in world.versions("servicenow.incident", day(LATER))
        if "_gone" not in version.record
    }
    for row in told(world, "it_emergencies"):
        assert shown[row["incident_id"]] == row["is_declared"]


def test_only_what_is_felt_has_an_effect(world: World) -> None:
    felt = {row["incident_id"]: row["is_felt"] for row in told(world, "it_emergencies")}
    effects = told(world, "it_incident_effects")
    assert {row["true_effect"] for row in effects if not felt[row["incident_id"]]} == {0.0}
    for measure, least in (("contacts", 10), ("queue_wait_seconds", 1), ("mentions", 2)):
        extra = [
            row["true_effect"]
            for row in effects
            if row["measure_slug"] == measure and felt[row["incident_id"]]
        ]
        assert len(extra) == 3
        assert min(extra) > least, measure


def test_an_effect_is_what_differs_from_the_world_without_it(world: World) -> None:
    calm = lived(7, 300, LATER, (Outage().placebo(), MISJUDGED.placebo()))
    begin, end = day("2026-08-10").replace(hour=8), day("2026-08-10").replace(hour=19)

    def waits(lived_world: World) -> list[int]:
        return [
            row["queue_seconds"]
            for row in told(lived_world, "calls")
            if row["direction"] == "inbound"
            and row["queue_seconds"] is not None
            and begin <= row["started_at"] < end
        ]

    outage = next(r for r in told(world, "it_emergencies") if r["story_slug"] == "it_outage")
    effect = {
        row["measure_slug"]: row["true_effect"]
        for row in told(world, "it_incident_effects")
        if row["incident_id"] == outage["incident_id"]
    }
    here, there = waits(world), waits(calm)
    assert effect["queue_wait_seconds"] == pytest.approx(
        sum(here) / len(here) - sum(there) / len(there)
    )


def test_placebo_leaves_only_records_of_small_incidents() -> None:
    now = day("2026-09-01")
    placebo = lived(7, 300, "2026-09-01", (MISJUDGED.placebo(),))
    nothing = lived(7, 300, "2026-09-01", ())
    first, second = truth(placebo, now), truth(nothing, now)
    differing = {name for name in first if not first[name].equals(second[name])}
    records = {"service_tasks", "service_promises"}
    assert differing == {"stories", "it_emergencies", "it_incident_effects", *records}
    assert first["it_emergencies"].num_rows == 1
    assert set(first["it_incident_effects"]["true_effect"].to_pylist()) == {0.0}


def test_dials_say_how_many_and_how_strong() -> None:
    many = replace(MISJUDGED, missed_count=1, wrong_count=3, every_days=2, contact_factor=9.0)
    days = [(one.is_felt, one.after_days, one.contact_factor) for one in many.incidents()]
    assert days == [(True, 50, 9.0), (False, 55, 0.0), (False, 57, 0.0), (False, 59, 0.0)]
    assert not any(one.is_felt for one in many.placebo().incidents())
