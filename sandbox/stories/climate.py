"""Answers what the stories do to a moment or a day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from sandbox.moments import DAY, HOUR
from sandbox.stories.broken_step import BrokenStep
from sandbox.stories.campaign import Campaign
from sandbox.stories.clumsy_post import ClumsyPost
from sandbox.stories.crm_noise import CrmNoise
from sandbox.stories.emergencies import Emergencies, Missed
from sandbox.stories.outage import Outage
from sandbox.stories.outside_rumour import OutsideRumour
from sandbox.stories.posting_bias import PostingBias
from sandbox.stories.price_change import PriceChange
from sandbox.stories.story import Story

Told = TypeVar("Told", bound=Story)
Talk = Campaign | ClumsyPost | OutsideRumour


class Climate:
    """Answers what the stories do to a moment or a day."""

    def __init__(self, stories: Sequence[Story], start_us: int) -> None:
        self.stories = tuple(stories)
        self.start_us = start_us
        noise = [story for story in stories if isinstance(story, CrmNoise)]
        self.crm_noise = noise[0] if noise else CrmNoise()
        incidents = [story for story in stories if isinstance(story, Outage)]
        for story in stories:
            if isinstance(story, Emergencies):
                incidents += story.incidents()
        self._recorded = [
            (one.begins(start_us), one.begins(start_us) + one.hours * HOUR, one)
            for one in incidents
        ]
        self._outages = [each for each in self._recorded if each[2].is_felt]
        self._steps = [
            (story.begins(start_us), story.begins(start_us) + story.days * DAY, story)
            for story in stories
            if isinstance(story, BrokenStep)
        ]
        self._prices = [
            (story.begins(start_us), story) for story in stories if isinstance(story, PriceChange)
        ]
        self._talks = [
            (story.begins(start_us), story) for story in stories if isinstance(story, Talk)
        ]

    def talks_of(self, day_us: int) -> list[tuple[int, Talk]]:
        """Give the stories of a day that make people talk."""
        return [each for each in self._talks if day_us <= each[0] < day_us + DAY]

    def posting_bias(self, us: int) -> PostingBias | None:
        """Give what makes some customers louder than others."""
        return self.running(PostingBias, us)

    def running(self, kind: type[Told], us: int) -> Told | None:
        """Give the story of a kind that is on at a moment."""
        for story in self.stories:
            if isinstance(story, kind) and story.begins(self.start_us) <= us:
                end = story.ends(self.start_us)
                if end is None or us < end:
                    return story
        return None

    def beginning(self, kind: type[Told], day_us: int) -> list[Told]:
        """Give the stories of a kind that begin on a day."""
        return [
            story
            for story in self.stories
            if isinstance(story, kind) and day_us <= story.begins(self.start_us) < day_us + DAY
        ]

    def broken_step(self, us: int, reason: str) -> BrokenStep | None:
        """Give the broken step that what is handled at a moment runs into."""
        return next(
            (
                story
                for begin, end, story in self._steps
                if begin <= us < end and story.reason == reason
            ),
            None,
        )

    def outage(self, us: int) -> Outage | None:
        """Give the outage that is on at a moment."""
        return next((story for begin, end, story in self._outages if begin <= us < end), None)

    def outages_of(self, day_us: int) -> list[tuple[int, int, Outage]]:
        """Give the outages that begin on a day, with their bounds."""
        return [each for each in self._outages if day_us <= each[0] < day_us + DAY]

    def announced_of(self, day_us: int) -> list[tuple[int, int, Outage]]:
        """Give the outages of a day that the company knows of."""
        return [each for each in self.outages_of(day_us) if not isinstance(each[2], Missed)]

    def incidents_of(self, day_us: int) -> list[tuple[int, int, Outage]]:
        """Give what the IT desk writes down of a day: outages, also those that nobody feels."""
        return [each for each in self._recorded if day_us <= each[0] < day_us + DAY]

    def after_outage(self, us: int, hours: int) -> Outage | None:
        """Give the outage that is on or was over less than `hours` ago."""
        return next(
            (story for begin, end, story in self._outages if begin <= us < end + hours * HOUR),
            None,
        )

    def prices_of(self, day_us: int) -> list[tuple[int, PriceChange]]:
        """Give the price changes announced on a day."""
        return [each for each in self._prices if day_us <= each[0] < day_us + DAY]

    def raise_percent(self, us: int) -> int:
        """Give by how many percent prices have been raised at a moment."""
        return sum(story.raise_percent for begin, story in self._prices if begin <= us)

    def loud_price(self, us: int) -> PriceChange | None:
        """Give the price change that people still talk about."""
        return next(
            (
                story
                for begin, story in self._prices
                if story.raise_percent and begin <= us < begin + story.loud_days * DAY
            ),
            None,
        )
