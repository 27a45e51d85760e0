"""What is searched for follows the stories, and searches about problems run ahead of calls."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.moments import DAY, start_of
from sandbox.truth import truth
from sandbox.world import World
from tests.sandbox.standin import START

DAYS = 75
END = datetime(2026, 7, 1, tzinfo=UTC) + timedelta(days=DAYS + 5)


def lived(stories: bool = True) -> World:
    world = World(7, 400, START) if stories else World(7, 400, START, ())
    world.advance(END)
    return world


@pytest.fixture(scope="module")
def world() -> World:
    return lived()


def impressions(world: World, topic: str) -> list[int]:
    """Count a topic's impressions of each day."""
    return [
        sum(one.impressions for one in world.search_day(START + timedelta(n), END) or ()
            if one.topic == topic)
        for n in range(DAYS)
    ]  # fmt: skip


def test_the_outage_raises_its_queries_on_its_day(world: World) -> None:
    outage = impressions(world, "outage")
    assert outage.index(max(outage)) == 40
    assert outage[40] > 20 * (sum(outage[:40]) / 40 + 1)
    assert outage[40] > outage[41] > outage[44]


def test_the_price_change_raises_its_queries_on_its_day_and_fades(world: World) -> None:
    price = impressions(world, "price")
    assert price.index(max(price)) == 60
    assert sum(price[60:63]) > 2 * sum(price[63:66])


def test_without_stories_no_day_stands_out() -> None:
    placebo = lived(stories=False)
    for topic in ("outage", "price"):
        shown = impressions(placebo, topic)
        assert max(shown) <= 15 + 3 * sum(shown) / DAYS


def test_searches_about_problems_run_a_day_ahead_of_the_calls(world: World) -> None:
    problems = impressions(world, "problems")
    begun = Counter(
        (call.started_us - start_of(START)) // DAY
        for call in world.company.books.calls
        if call.direction == "inbound"
    )
    quiet = list(range(1, 38))  # before the outage
    assert correlation([problems[n] for n in quiet], [begun[n + 1] for n in quiet]) > 0.7
    assert correlation([problems[n] for n in quiet], [begun[n - 1] for n in quiet]) < 0.4


def correlation(xs: list[int], ys: list[int]) -> float:
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    both = sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True))
    return both / (sum((a - x) ** 2 for a in xs) * sum((b - y) ** 2 for b in ys)) ** 0.5


def test_a_day_is_the_same_however_far_the_world_has_lived(world: World) -> None:
    day = START + timedelta(30)
    young = World(7, 400, START)
    now = datetime(2026, 8, 4, 8, tzinfo=UTC)
    young.advance(now)
    assert young.search_day(day, now) == world.search_day(day, END)


def test_no_day_is_final_before_the_next_was_lived(world: World) -> None:
    for passed in range(20):
        day = START + timedelta(passed)
        two_days_later = datetime.combine(day, datetime.min.time(), UTC) + timedelta(days=3)
        assert world.search_day(day, two_days_later) is None
        assert world.search_day(day, two_days_later + timedelta(hours=31)) is not None


def test_the_truth_tells_the_days_whose_results_were_final(world: World) -> None:
    until = datetime(2026, 8, 15, tzinfo=UTC)
    told = truth(world, until)["search_days"].to_pylist()
    last = max(row["report_on"] for row in told)
    assert last.isoformat() in {"2026-08-10", "2026-08-11"}
    on = START + timedelta(40)
    found = world.search_day(on, END) or []
    (outage,) = (r for r in told if (r["report_on"], r["topic_slug"]) == (on, "outage"))
    mine = [one for one in found if one.topic == "outage"]
    assert outage["impression_count"] == sum(one.impressions for one in mine)
    assert outage["detail_click_count"] == sum(one.clicks for one in mine if not one.is_rare)
