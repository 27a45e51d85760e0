"""What happens to the company: planted incidents with their parameters, and how they are felt.

A world without stories is the placebo of the same world with them: persons and habits are equal,
only what the story touches differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sandbox.moments import DAY, HOUR


@dataclass(frozen=True, slots=True)
class Outage:
    """Northwind's own systems fail for some hours: nobody can use the product."""

    slug: str = "it_outage"
    after_days: int = 40
    from_hour: int = 8
    hours: int = 9
    contact_factor: float = 5.0
    handle_factor: float = 1.35
    reply_factor: float = 2.5
    mood_drop: float = 0.22
    post_share: float = 0.10
    stranger_factor: float = 4.0
    leave_share: float = 0.01

    def begins(self, start_us: int) -> int:
        """Give the first moment."""
        return start_us + self.after_days * DAY + self.from_hour * HOUR

    def ends(self, start_us: int) -> int | None:
        """Give the moment when it is over."""
        return self.begins(start_us) + self.hours * HOUR


@dataclass(frozen=True, slots=True)
class PriceChange:
    """Northwind raises its price: the price-conscious ask, complain and leave."""

    slug: str = "price_change"
    after_days: int = 60
    from_hour: int = 6
    raise_percent: int = 12
    contact_factor: float = 1.5
    loud_days: int = 10
    decide_days: int = 14
    leave_share: float = 0.28
    mood_drop: float = 0.10
    post_share: float = 0.12

    def begins(self, start_us: int) -> int:
        """Give the moment of the announcement."""
        return start_us + self.after_days * DAY + self.from_hour * HOUR

    def ends(self, start_us: int) -> int | None:
        """Give None: the new price stays."""
        return None


Story = Outage | PriceChange
PLANTED: tuple[Story, ...] = (Outage(), PriceChange())


def parameters(story: Story) -> dict[str, object]:
    """Give a story's parameters by name."""
    return {name: value for name, value in asdict(story).items() if name != "slug"}


class Climate:
    """Answers what the stories do to a moment or a day."""

    def __init__(self, stories: Sequence[Story], start_us: int) -> None:
        self.stories = tuple(stories)
        self.start_us = start_us
        self._outages = [
            (story.begins(start_us), story.begins(start_us) + story.hours * HOUR, story)
            for story in stories
            if isinstance(story, Outage)
        ]
        self._prices = [
            (story.begins(start_us), story) for story in stories if isinstance(story, PriceChange)
        ]

    def outage(self, us: int) -> Outage | None:
        """Give the outage that is on at a moment."""
        return next((story for begin, end, story in self._outages if begin <= us < end), None)

    def outages_of(self, day_us: int) -> list[tuple[int, int, Outage]]:
        """Give the outages that begin on a day, with their bounds."""
        return [each for each in self._outages if day_us <= each[0] < day_us + DAY]

    def after_outage(self, us: int, hours: int) -> Outage | None:
        """Give the outage that is on or was over less than `hours` ago."""
        return next(
            (story for begin, end, story in self._outages if begin <= us < end + hours * HOUR),
            None,
        )

    def prices_of(self, day_us: int) -> list[tuple[int, PriceChange]]:
        """Give the price changes announced on a day."""
        return [each for each in self._prices if day_us <= each[0] < day_us + DAY]

    def loud_price(self, us: int) -> PriceChange | None:
        """Give the price change that people still talk about."""
        return next(
            (story for begin, story in self._prices if begin <= us < begin + story.loud_days * DAY),
            None,
        )
