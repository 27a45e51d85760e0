"""What the company's people think, posters or not: noted each Sunday for the truth.

An opinion is the net sentiment that a person's posts of their own accord have on average. Whoever
the CRM knows counts once in the population; among the voices a person counts by the chance that
they post at all within four weeks, on X or on Bluesky.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import exp

from sandbox.bluesky import is_member, posts_of_a_member
from sandbox.company import Company
from sandbox.habits import TONELESS, voice
from sandbox.moments import DAY, weekday

WINDOW_DAYS = 28


@dataclass(slots=True)
class Opinion:
    """Sums over the persons of one kind at the end of a week."""

    persons: int = 0
    net: float = 0.0
    voices: float = 0.0
    voiced_net: float = 0.0


class Opinions:
    """Lives beside the company and looks at it; nothing is drawn."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self.weeks: list[tuple[int, str, Opinion]] = []

    def live(self, day_us: int) -> None:
        """Ask everybody at the end of a week."""
        if weekday(day_us) != 6:
            return
        member_posts = posts_of_a_member(self._company)
        found: defaultdict[str, Opinion] = defaultdict(Opinion)
        for person in self._company.people:
            if person.contact_id is None or person.kind == "junk":
                continue
            share, glad = voice(self._company, person, day_us)
            net = 100 * (1 - TONELESS) * (2 * glad - 1)
            can = person.handle is not None and not person.is_gone
            posts = share if can else 0.0
            posts += member_posts if is_member(self._company, person) else 0.0
            heard = 1 - exp(-WINDOW_DAYS * posts)
            mine = found["sales" if person.comes_offline else "web"]
            mine.persons += 1
            mine.net += net
            mine.voices += heard
            mine.voiced_net += heard * net
        self.weeks += [(day_us - 6 * DAY, kind, found[kind]) for kind in sorted(found)]
