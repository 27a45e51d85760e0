"""The stages of true lives: considering, purchasing, using, loyal, lapsed, lost.

A life is a list of events. After each one the stage follows from what was won and used so far;
silence moves a person on by itself. Moments are whole microseconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.moments import DAY

RANKS = {"visit": 1, "lead": 2, "deal_opened": 3, "deal_lost": 4, "deal_won": 5, "use": 6}
LAPSE_DAYS = 30
LOST_DAYS = 60


@dataclass(frozen=True, slots=True)
class Period:
    """A spell in one stage; `left_us` is empty while it lasts."""

    stage: str
    entered_us: int
    left_us: int | None


@dataclass(slots=True)
class _Life:
    won: int = 0
    used: int = 0
    open_deals: int = 0

    def take(self, kind: str) -> str:
        """Let an event happen and give the stage after it."""
        if kind == "deal_opened":
            self.open_deals += 1
        elif kind == "deal_lost":
            self.open_deals -= 1
        elif kind == "deal_won":
            self.open_deals -= 1
            self.won += 1
        elif kind == "use" and self.won:
            self.used += 1
        if self.won and self.used:
            return "loyal" if self.won >= 2 else "using"
        return "purchasing" if self.won or self.open_deals > 0 else "considering"

    def silence(self, last_us: int) -> list[tuple[int, str]]:
        """Give the stages that follow when nothing more happens."""
        lapse, lost = last_us + LAPSE_DAYS * DAY, last_us + LOST_DAYS * DAY
        return [(lapse, "lapsed"), (lost, "lost")] if self.won else [(lapse, "lost")]


def periods(events: Iterable[tuple[int, str]], until_us: int) -> list[Period]:
    """Give the spells of a life from its (moment, kind) events before `until_us`."""
    ordered = sorted((us, RANKS[kind], kind) for us, kind in events if us < until_us)
    moves: list[tuple[int, str]] = []
    life = _Life()
    for place, (us, _, kind) in enumerate(ordered):
        moves.append((us, life.take(kind)))
        following = ordered[place + 1][0] if place + 1 < len(ordered) else until_us
        moves += [move for move in life.silence(us) if move[0] < following]
    changes = [
        move for place, move in enumerate(moves) if place == 0 or move[1] != moves[place - 1][1]
    ]
    ends = [us for us, _ in changes[1:]]
    return [
        Period(stage, us, end) for (us, stage), end in zip(changes, [*ends, None], strict=False)
    ]
