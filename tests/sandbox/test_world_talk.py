"""Stories that make people talk: who talks, what of it is a crisis, and what people think."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.stories import PLANTED, Campaign, ClumsyPost, PostingBias, with_placebo
from sandbox.truth import truth
from sandbox.world import World
from tests.sandbox.observed import START, day, lived

UNTIL = "2026-09-28"
TALK = (PostingBias(), Campaign(), ClumsyPost())


@pytest.fixture(scope="module")
def worlds() -> tuple[World, World]:
    return lived(7, 300, UNTIL, TALK), lived(7, 300, UNTIL, with_placebo(TALK, ["all"]))


def told(world: World, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = truth(world, day(UNTIL))[name].to_pylist()
    return rows


def quoting(world: World, kind: str) -> int:
    """Count the posts that quote the company's post of a story."""
    key = next(
        str(post.record["id"])
        for post in world.company.x_records
        if post.record["author_id"] == "111" and kind in post.record["text"]
    )
    return sum(
        {"type": "quoted", "id": key} in post.record.get("referenced_tweets", [])
        for post in world.company.x_records
    )


def test_a_clumsy_post_is_quoted_and_at_its_placebo_is_not(worlds: tuple[World, World]) -> None:
    planted, placebo = (quoting(world, "Just kidding") for world in worlds)
    assert planted >= 10
    assert placebo <= 1  # somebody may quote any post of the company


def test_a_placebo_is_no_crisis_and_no_campaign(worlds: tuple[World, World]) -> None:
    assert [row["cause_type"] for row in told(worlds[0], "crises")] == ["own_post"]
    assert [row["story_slug"] for row in told(worlds[0], "campaigns")] == ["campaign"]
    assert told(worlds[1], "crises") == told(worlds[1], "campaigns") == []


def test_each_cause_of_a_crisis_is_planted_once() -> None:
    until = "2026-09-28"
    rows = truth(lived(7, 60, until), day(until))["crises"].to_pylist()
    assert sorted(row["cause_type"] for row in rows) == [
        "it_incident", "outside", "own_post", "price",
    ]  # fmt: skip


def test_nobody_is_born_of_a_story_that_makes_people_talk(worlds: tuple[World, World]) -> None:
    people = [[person.handle for person in world.company.people] for world in worlds]
    assert people[0] == people[1]


def means(world: World) -> tuple[float, float]:
    """Give the last week's mean opinion of the population and of the voices."""
    rows = told(world, "opinions")
    last = [row for row in rows if row["week_on"] == max(row["week_on"] for row in rows)]
    persons, voices = (sum(row[name] for row in last) for name in ("person_count", "voice_count"))
    return (
        sum(row["person_count"] * row["net_sentiment"] for row in last) / persons,
        sum(row["voice_count"] * row["voiced_net_sentiment"] for row in last) / voices,
    )


def test_voices_differ_from_the_population_by_the_bias_alone(worlds: tuple[World, World]) -> None:
    population, voices = means(worlds[0])
    assert voices < population - 4  # on Bluesky the loud are not louder than others
    population, voices = means(worlds[1])
    assert abs(voices - population) < 3


def test_opinions_are_noted_for_whole_weeks(worlds: tuple[World, World]) -> None:
    weeks = sorted({row["week_on"] for row in told(worlds[0], "opinions")})
    assert all(week.weekday() == 0 for week in weeks)
    assert (weeks[0] - START).days < 0  # the first week began before the first day
    assert len(PLANTED) > len(TALK)


def test_a_post_of_a_competitor_names_it_alone_and_brings_no_new_account() -> None:
    world = lived(7, 300, "2026-07-20", ())
    posts = {str(post.record["id"]): post.record for post in world.company.x_records}
    rivals = truth(world, day("2026-07-20"))["rival_posts"].to_pylist()
    assert len(rivals) > 15
    for row in rivals:
        text = posts[row["post_id"]]["text"].lower()
        assert row["brand_slug"] in text
        assert "northwind" not in text
        assert posts[row["post_id"]]["author_id"] in world.company.x_accounts
    assert len(posts) == len(world.company.x_records)
