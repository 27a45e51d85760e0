"""How many follow the page, and what its insights say: counters that the stories move.

An insight belongs to a day in Pacific time. It shows six hours after that day's end, provisional
until two days after it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sandbox.chance import bell, count
from sandbox.company import Company
from sandbox.moments import DAY, HOUR, as_datetime, as_us

PACIFIC = ZoneInfo("America/Los_Angeles")
READY_AFTER, FINAL_AFTER = 6 * HOUR, 48 * HOUR
PROVISIONAL = 94  # percent of a day's views that show at first
STARS, RATINGS = 4.2, 311  # before the first day
METRICS = (
    "page_follows",
    "page_media_view",
    "page_total_media_view_unique",
    "page_post_engagements",
)


class Counts:
    """The page's counters; they go evenly from one midnight to the next."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._fans = [company.customers * 24 + 211]  # at each midnight
        self._posts: list[int] = []
        self._rated: list[int] = []
        self._sums: list[int] = []

    def live(self, day_us: int, posts: int) -> None:
        """Let people come and go for a day."""
        company = self._company
        rng = company.rng("facebook fans", day_us)
        come, leave = company.customers * 0.009, company.customers * 0.0045
        noon = day_us + DAY // 2
        leave *= 5.0 if company.climate.after_outage(noon, 48) else 1.0
        leave *= 4.0 if company.climate.loud_price(day_us + DAY - 1) else 1.0
        self._fans.append(self._fans[-1] + count(rng, come) - count(rng, leave))
        self._posts.append(posts)

    def rate(self, us: int, is_good: bool) -> None:
        """Count a recommendation: five stars or one."""
        self._rated.append(us)
        self._sums.append((self._sums[-1] if self._sums else 0) + (5 if is_good else 1))

    def fans(self, us: int) -> int:
        """Give the fans at a moment; before the first day those of its beginning."""
        day, since = divmod(us - self._company.start_us, DAY)
        if day < 0:
            return self._fans[0]
        if day + 1 >= len(self._fans):
            return self._fans[-1]
        return self._fans[day] + (self._fans[day + 1] - self._fans[day]) * since // DAY

    def at(self, us: int) -> tuple[int, int, float, int, int]:
        """Give fans, followers, stars, ratings and those who talk about the page."""
        fans, rated = self.fans(us), bisect_right(self._rated, us)
        stars = STARS * RATINGS + (self._sums[rated - 1] if rated else 0)
        talking = 20 + fans // 240
        return fans, followers(fans), round(stars / (RATINGS + rated), 1), RATINGS + rated, talking

    def insights(self, day_us: int) -> Iterator[tuple[int, str, date, int, int]]:
        """Give the insights that become visible after a day: (from, metric, day, value, end)."""
        day = as_datetime(day_us).date() - timedelta(days=1)
        end_us = end_of(day)
        for metric in METRICS:
            value = self._value(metric, day, end_us)
            if metric == "page_follows":
                yield end_us + READY_AFTER, metric, day, value, end_us
                continue
            yield end_us + READY_AFTER, metric, day, value * PROVISIONAL // 100, end_us
            yield end_us + FINAL_AFTER, metric, day, value, end_us

    def _value(self, metric: str, day: date, end_us: int) -> int:
        fans = self.fans(end_us)
        if metric == "page_follows":
            return followers(fans)
        rng = self._company.rng("facebook insight", day)
        index = self._company.day_index(end_us - DAY)
        posts = self._posts[index] if 0 <= index < len(self._posts) else 1
        storm = 3.0 if self._company.climate.after_outage(end_us - DAY // 2, 24) else 1.0
        views = max(0.02, bell(rng, 0.08 + 0.05 * posts, 0.02)) * fans * storm
        shares = {"page_media_view": 1.0, "page_total_media_view_unique": 0.62}
        return int(views * shares.get(metric, 0.031))


def followers(fans: int) -> int:
    """Give those who follow: the fans and some who follow without liking."""
    return fans + 809


def end_of(day: date) -> int:
    """Give the end of a day in Pacific time."""
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), PACIFIC)
    return as_us(midnight.astimezone(UTC))
