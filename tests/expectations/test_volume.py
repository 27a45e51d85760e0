"""Bounds are learnt from history: by weekday, season and holiday, and hardly ever wrong."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from expectations.gate import check_landed
from expectations.lake.usual import usual
from expectations.lake.volume import Bounds, Interval, learn
from expectations.results import Severity, Verdict
from extract.source import DAY, Kind, Window
from tests.expectations.landed import DAY as WEDNESDAY
from tests.expectations.landed import calls, land

FIRST = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
HOLIDAYS = {date(2026, 3, 29), date(2026, 4, 6), date(2026, 4, 27)}
SPIKE = range(44, 48)  # a campaign brings three times as many for four days
WEEKS = {
    "office": (1.2, 1.1, 1.0, 1.0, 0.9, 0.15, 0.1),
    "shop": (0.9, 0.9, 0.9, 1.0, 1.1, 1.3, 1.2),
    "level": (1.0,) * 7,
}


def day(number: int) -> Window:
    return Window(FIRST + DAY * number, FIRST + DAY * (number + 1))


def history(
    chance: random.Random, scale: float, week: str, *, growth: float = 0.004, spike: bool = False
) -> list[int]:
    """Draw 60 fault-free days: weekdays, holidays, growth, a campaign, and more than chance."""
    counts = []
    for number in range(60):
        start = day(number).start
        expected = scale * WEEKS[week][start.weekday()] * (1 + growth) ** number
        expected *= 0.3 if start.date() in HOLIDAYS else 1.0
        expected *= 3.0 if spike and number in SPIKE else 1.0
        mean = expected * chance.lognormvariate(0, 0.08)
        counts.append(max(0, round(chance.gauss(mean, math.sqrt(mean)))))
    return counts


def judged(counts: list[int], number: int, rows: int) -> tuple[bool, Bounds]:
    """Judge a day by the days before it."""
    seen = tuple(Interval(day(n), counts[n]) for n in reversed(range(max(0, number - 42), number)))
    window = day(number)
    bounds = learn(seen, window, Kind.EVENT, window.end, holidays=HOLIDAYS)
    is_high = bounds.high is not None and rows > bounds.high
    return rows < max(bounds.low, bounds.told) or is_high, bounds


STREAMS = [(scale, week) for scale in (20_000, 3_000, 400, 90, 25, 4) for week in WEEKS]


def test_sixty_days_without_a_fault_alert_hardly_ever() -> None:
    """All of 18 streams together, each refusal and each warning counted, over 60 days."""
    chance = random.Random(20260302)  # noqa: S311
    alerts = []
    for place, (scale, week) in enumerate(STREAMS):
        counts = history(chance, scale, week, spike=place == 4)
        alerts += [
            (scale, week, number, counts[number])
            for number in range(60)
            if judged(counts, number, counts[number])[0]
        ]
    assert len(alerts) <= 2, alerts
    days_told = {number for _, _, number, _ in alerts}
    assert SPIKE[0] in days_told, "the campaign is told: a gate that never speaks would pass, too"


@pytest.mark.parametrize("week", WEEKS)
@pytest.mark.parametrize(("scale", "share"), [(20_000, 0.9), (3_000, 0.9), (400, 0.75)])
def test_a_halved_day_is_seen(scale: int, share: float, week: str) -> None:
    """With 400 a day chance alone takes a part of the sight."""
    chance = random.Random(scale)  # noqa: S311
    counts = history(chance, scale, week)
    numbers = [n for n in range(30, 60) if day(n).start.weekday() < 5]
    numbers = [n for n in numbers if day(n).start.date() not in HOLIDAYS]
    seen = [judged(counts, n, counts[n] // 2)[0] for n in numbers]
    assert sum(seen) >= share * len(seen)


def test_the_calm_after_a_wave_is_no_fall_and_less_than_half_of_it_is() -> None:
    """Four weeks of 50 posts a day, two weeks of 150: 45 are usual again, 15 are not."""
    counts = [50] * 28 + [150] * 14
    found, bounds = judged(counts, 42, 45)
    assert not found, bounds
    assert (judged(counts, 42, 15)[0], bounds.below) == (True, Severity.REFUSE)
    assert bounds.low > 15


def test_a_monday_after_mondays_of_crises_is_no_fall() -> None:
    """The posts of the simulated company in six weeks with a crisis on three Mondays in a row."""
    counts = [51, 41, 40, 46, 44, 43, 39, 111, 50, 53, 45, 53, 36, 36, 228, 53, 46, 94, 39, 49, 42]
    counts += [169, 43, 35, 35, 47, 37, 53, 54, 50, 61, 50, 59, 57, 55, 68, 66, 58, 48, 54, 46, 36]
    found, bounds = judged(counts, 42, 42)
    assert not found, bounds
    assert bounds.low > 10


def test_a_third_of_a_day_is_refused() -> None:
    counts = history(random.Random(1), 3_000, "office")  # noqa: S311
    _, bounds = judged(counts, 50, 0)
    assert bounds.below is Severity.REFUSE
    assert bounds.low > counts[50] / 3


def test_a_holiday_is_compared_with_holidays_and_refuses_nothing() -> None:
    counts = history(random.Random(2), 3_000, "level")  # noqa: S311
    holiday = (date(2026, 4, 27) - FIRST.date()).days
    is_told, bounds = judged(counts, holiday, counts[holiday])
    assert not is_told
    assert bounds.below is Severity.WARN
    assert "2 holidays" in bounds.basis


def test_what_waited_over_a_holiday_is_not_too_many_on_the_day_after() -> None:
    """Promises of the simulated service desk up to New Year's Day, a Friday; then come fifteen."""
    counts = [3, 1, 3, 6, 6, 0, 0, 7, 2, 2, 3, 4, 0, 0, 3, 4, 6, 6, 2, 0, 0, 1, 3, 2, 1, 5, 0, 1]
    counts += [4, 1, 2, 5, 0, 0, 0, 4, 7, 6, 7, 0]
    first, day_after = datetime(2026, 11, 23, tzinfo=UTC), datetime(2027, 1, 2, tzinfo=UTC)
    windows = [Window(first + DAY * n, first + DAY * (n + 1)) for n in range(len(counts))]
    seen = [Interval(*one) for one in zip(windows, counts, strict=True)][::-1]
    asked, new_year = Window(day_after, day_after + DAY), date(2027, 1, 1)
    christmas = {date(2026, 12, 25), date(2026, 12, 26)}
    highs = [
        learn(seen, asked, Kind.ENTITY, asked.end, holidays=known).high or 0
        for known in (christmas, christmas | {new_year})
    ]
    assert highs[0] < 15 <= highs[1]


@pytest.mark.parametrize(("dip", "low", "high"), [(0.4, 350, 450), (1.0, 900, 1100)])
def test_the_season_of_the_year_before_counts(dip: float, low: float, high: float) -> None:
    """A summer that is quiet each year is no fall."""
    today = date(2026, 7, 15)
    rates = {today - timedelta(days=n): 1000.0 for n in range(1, 43)}
    for n in range(-7, 36):
        rates[today - timedelta(days=364 + n)] = 1000.0 * (dip if n <= 7 else 1.0)
    found = usual(rates, today)
    assert found
    assert low < found.rate < high
    assert ("season" in found.basis) is (dip < 1)


@pytest.mark.parametrize("asked", [date(2026, 4, 24), date(2026, 4, 27)])  # and a holiday
def test_a_stream_that_mostly_holds_nothing_is_judged_all_the_same(asked: date) -> None:
    """A weekly list: on the other days nothing comes, and nothing is usual."""
    number = (asked - FIRST.date()).days
    counts = [200 if day(n).start.weekday() == 5 else 0 for n in range(number)]
    is_told, bounds = judged(counts, number, 0)
    assert not is_told, bounds


def test_few_rows_on_a_weekend_are_no_news_after_working_days_with_as_few() -> None:
    counts = [5, 5, 15, 25, 35, 40, 35, 25, 20, 10, 10, 5]  # readings of contacts, from a Monday
    seen = tuple(Interval(day(n), count) for n, count in enumerate(counts))
    bounds = learn(seen, day(12), Kind.ENTITY, day(12).end)
    assert bounds.low <= 5
    calls = tuple(Interval(day(n), 300 if n % 7 < 5 else 60) for n in range(12))
    assert learn(calls, day(12), Kind.EVENT, day(12).end).low == pytest.approx(12)


@pytest.mark.parametrize(
    ("before", "rows", "is_told"),
    [
        ([116, 113, 169, 114, 116, 150, 113], 202, False),  # views of a shop that begins
        ([1, 1, 1, 2, 1, 1, 1, 2, 2, 3, 1], 6, False),  # ratings: chance goes so far
        ([116, 113, 169, 114, 116, 150, 113], 400, True),
    ],
)
def test_a_rise_in_the_first_weeks_is_told_when_it_is_large(
    before: list[int], rows: int, is_told: bool
) -> None:
    assert judged(before, len(before), rows)[0] is is_told


def test_a_stream_of_waves_may_have_a_day_without_rows_and_a_steady_one_not() -> None:
    """The audits of the simulated company; a desk has its thirty calls every day."""
    waves = [20, 10, 10, 5, 15, 20, 20, 20, 40, 55, 55, 45, 30, 30, 35, 45, 45, 35, 30, 30]
    waves += [25, 15, 25, 25, 30, 20, 15, 25, 25, 50, 45, 60, 55, 55, 50, 40, 65, 75, 85, 75]
    waves += [45, 25, 0]
    assert not judged(waves, 42, 0)[0]
    is_told, bounds = judged([30, 33, 27, 31, 29, 32, 28] * 8, 51, 0)
    assert (is_told, bounds.below) == (True, Severity.REFUSE)


def test_few_or_torn_weeks_teach_nothing() -> None:
    today = date(2026, 7, 15)
    rates = {today - timedelta(days=n): 1000.0 for n in range(1, 43)}
    assert usual({d: r for d, r in rates.items() if (today - d).days <= 20}, today) is None
    assert usual({d: r for d, r in rates.items() if d.weekday() != 2}, today) is None
    assert usual(rates, today)


Give = Callable[[int], Verdict]


@pytest.fixture
def give(tmp_path: Path) -> Give:
    """Give the gate a Wednesday with so many calls, after six weeks of 300 a day."""
    for age in range(1, 43):
        past = Window(WEDNESDAY.start - DAY * age, WEDNESDAY.end - DAY * age)
        land(tmp_path, calls(300, past), window=past, zone="raw")

    def judge(count: int, **values: object) -> Verdict:
        land(tmp_path, calls(count, **values))
        now = WEDNESDAY.end + timedelta(minutes=10)
        return check_landed("zendesk", "calls", WEDNESDAY, tmp_path, now, tmp_path / "results")

    return judge


def test_the_bound_and_by_how_much_it_was_broken_are_said(give: Give) -> None:
    verdict = give(170)
    told = {c.check: c.message for c in verdict.failed(Severity.WARN)}
    assert told == {
        "rows_as_many_as_usual": "170.0 rows a day, 10.0 below the bound of 180.0 "
        "(usual 300.0: Wednesdays of 42 days)"
    }


def test_records_that_lost_their_fields_are_told(give: Give) -> None:
    empty = dict.fromkeys(("duration", "talk_time", "hold_time", "wrap_up_time", "wait_time"), 1)
    assert give(300, **empty).failed(Severity.WARN) == ()  # type: ignore[call-arg]
    verdict = give(300, note="x" * 200)  # type: ignore[call-arg]
    [check] = verdict.failed(Severity.WARN)
    assert check.check == "records_have_their_usual_size"
    assert "bytes a record" in check.message
    assert "above" in check.message
