"""What a day of a stream usually holds: its level now, times its weekday, times its season.

Each past day is divided by the factor of its weekday; the median of the nearest two weeks is the
level, so growth is followed within days and a spike moves nothing. A wave, or spikes on one
weekday, do move it: the second least of the weekday tells how calm a day after them may be. The
factor of a weekday is the median share of its days in the week around them. With a year of history
the season counts, too: how the same weeks of the year before stood to the month ahead of them.
Holidays teach nothing about other days; a holiday is compared with the holidays that were seen, and
what waited over it may come on the day after.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import mean, median

LEARNT_FROM = 21  # days: three of each weekday
LEVEL_DAYS = 14
WAVE = 1.5  # so many times a calm day of the weekday; growth is slower
SEASON_DAYS = 7  # before and after the same date of the year before
SEASON_AHEAD = 28
YEAR = timedelta(days=364)  # whole weeks
SEASON_LIMITS = (0.25, 4.0)
SIGMAS = 4 * 1.4826  # of a median deviation: four standard deviations of a normal
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Rates = Mapping[date, float]


@dataclass(frozen=True, slots=True)
class Usual:
    """The rate that a day should have, how far days stray from it, and what that rests on."""

    rate: float
    calm: float  # in a wave the second least of the weekday, else the rate
    noise: float  # share of the rate; four standard deviations of past days
    newest: float  # what the day before would mean for this one
    waited: float  # what the holidays just before would have brought as working days
    is_holiday: bool
    basis: str


def usual(rates: Rates, day: date, holidays: Collection[date] = ()) -> Usual | None:
    """Return what is usual for a day; None when the days around it cannot tell."""
    near = sorted((one for one in rates if one not in holidays and one != day),
                  key=lambda one: (abs(one - day), one))  # fmt: skip
    near = [one for one in near if abs(one - day) < YEAR / 2]
    if len(near) < LEARNT_FROM:
        return None
    factors = _factors({one: rates[one] for one in near})
    if factors is None:
        return None
    plain = {one: rates[one] / factors[one.weekday()] for one in near if factors[one.weekday()]}
    level = median([plain[one] for one in near if one in plain][:LEVEL_DAYS] or [0.0])
    if not level:  # most days hold nothing
        return None
    season = _season(rates, day, holidays)
    rate = level * factors[day.weekday()] * season
    named = f"{WEEKDAYS[day.weekday()]}s of {len(near)} days"
    if day in holidays:
        seen = [rates[one] / level for one in rates if one in holidays and abs(one - day) < YEAR]
        rate, named = level * median(seen or [0.0]), f"{len(seen)} holidays"
    alike = sorted(rates[one] for one in near if one.weekday() == day.weekday())
    calm = alike[1] if len(alike) > 1 and rate > WAVE * alike[1] else rate
    strays = sorted(_strays(plain))
    noise = SIGMAS * median(strays) if strays else 0.0
    before = max((one for one in plain if one < day), default=None)
    newest = plain[before] * factors[day.weekday()] if before else rate
    told = f", {season:.2f} of it at this season" if season != 1.0 else ""
    waited = level * season * sum(factors[one.weekday()] for one in _just_before(day, holidays))
    basis = f"usual {rate:,.1f}: {named}{told}"
    return Usual(rate, calm, noise, newest, waited, day in holidays, basis)


def _just_before(day: date, holidays: Collection[date]) -> Iterator[date]:
    """Yield the holidays that end with the day before."""
    while (day := day - timedelta(days=1)) in holidays:
        yield day


def _factors(rates: Rates) -> list[float] | None:
    """Return what each weekday is to the week around it; None where weeks are torn."""
    shares: list[list[float]] = [[] for _ in WEEKDAYS]
    for day, rate in rates.items():
        week = [rates.get(day + timedelta(days=n)) for n in range(-3, 4)]
        whole = [one for one in week if one is not None]
        if len(whole) == len(WEEKDAYS) and (middle := mean(whole)):
            shares[day.weekday()].append(rate / middle)
    return [median(one) for one in shares] if all(shares) else None


def _strays(plain: Rates) -> Iterator[float]:
    """Yield by which share each day missed the level of the days before it."""
    days = sorted(plain)
    for place, day in enumerate(days[LEVEL_DAYS:], LEVEL_DAYS):
        level = median(plain[one] for one in days[place - LEVEL_DAYS : place])
        if level:
            yield abs(plain[day] / level - 1)


def _season(rates: Rates, day: date, holidays: Collection[date]) -> float:
    """Return what these weeks were to the month ahead of them, a year before; 1 if unknown."""
    then = day - YEAR
    around = _days(rates, then, range(-SEASON_DAYS, SEASON_DAYS + 1), holidays)
    ahead = _days(rates, then, range(-SEASON_DAYS - SEASON_AHEAD, -SEASON_DAYS), holidays)
    if len(around) <= SEASON_DAYS or len(ahead) < SEASON_AHEAD / 2 or not mean(ahead):
        return 1.0
    low, high = SEASON_LIMITS
    return min(max(mean(around) / mean(ahead), low), high)


def _days(
    rates: Rates, day: date, offsets: Sequence[int], holidays: Collection[date]
) -> list[float]:
    asked = (day + timedelta(days=n) for n in offsets)
    return [rates[one] for one in asked if one in rates and one not in holidays]
