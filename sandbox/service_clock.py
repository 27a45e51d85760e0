"""The clock of a service promise: it runs by a schedule, stands still on hold, and may run out.

The IT desk's vendor keeps the moment at which a promise would be broken and moves it after each
pause. Which promises were broken is reckoned once more for the truth, by adding up what was worked.
All moments are whole seconds in microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sandbox.moments import DAY, HOUR, SECOND, weekday

Schedule = Literal["always", "office"]
OPENS, CLOSES = 8 * HOUR, 18 * HOUR


def office_day(day_us: int) -> tuple[int, int]:
    """Give the hours of a day in which the office works; none at the weekend."""
    if weekday(day_us) >= 5:
        return day_us, day_us
    return day_us + OPENS, day_us + CLOSES


def worked(schedule: Schedule, since: int, until: int) -> int:
    """Count the time between two moments that lies in the schedule."""
    if schedule == "always":
        return max(0, until - since)
    counted, day_us = 0, since - since % DAY
    while day_us < until:
        begins, ends = office_day(day_us)
        counted += max(0, min(ends, until) - max(begins, since))
        day_us += DAY
    return counted


def after(schedule: Schedule, since: int, span: int) -> int:
    """Give the moment from which on more than so much time of the schedule has passed."""
    if schedule == "always":
        return since + span
    day_us = since - since % DAY
    while True:
        begins, ends = office_day(day_us)
        begins = max(begins, since)
        if ends > begins:
            if span < ends - begins:
                return begins + span
            span -= ends - begins
        day_us += DAY


@dataclass(slots=True)
class Promise:
    """One promise on one task, as the desk's system keeps it."""

    number: int
    definition: str
    schedule: Schedule
    target: int
    started_us: int
    due_us: int
    first_due_us: int
    stage: str = "in_progress"
    paused_us: int | None = None
    ended_us: int | None = None
    paused: int = 0
    paused_in_schedule: int = 0
    is_broken: bool = False
    running: list[tuple[int, int | None]] = field(default_factory=list)

    def spent(self, us: int, schedule: Schedule | None = None) -> int:
        """Count the time that the clock ran up to a moment, by a schedule or its own."""
        by = schedule or self.schedule
        return sum(
            worked(by, since, us if until is None else min(until, us))
            for since, until in self.running
            if since < us
        )

    def breaks_before(self, us: int) -> int | None:
        """Give the moment at which the promise is broken, if that comes before another."""
        if self.is_broken or self.stage != "in_progress" or self.due_us + SECOND >= us:
            return None
        return self.due_us + SECOND

    def pause(self, us: int) -> None:
        """Let the clock stand still."""
        self.stage, self.paused_us = "paused", us
        self.running[-1] = (self.running[-1][0], us)

    def resume(self, us: int) -> None:
        """Let the clock go on; what is left of the promise is counted from now."""
        paused_us = self.paused_us or us
        self.paused += us - paused_us
        self.paused_in_schedule += worked(self.schedule, paused_us, us)
        self.stage, self.paused_us = "in_progress", None
        if not self.is_broken:
            self.due_us = after(self.schedule, us, self.target - self.spent(us))
        self.running.append((us, None))

    def stop(self, us: int, stage: str = "completed") -> None:
        """End the promise."""
        self.stage, self.ended_us = stage, us
        self.running[-1] = (self.running[-1][0], us)


def promise(number: int, definition: str, schedule: Schedule, target: int, us: int) -> Promise:
    """Begin a promise."""
    due_us = after(schedule, us, target)
    made = Promise(number, definition, schedule, target, us, due_us, due_us)
    made.running.append((us, None))
    return made
