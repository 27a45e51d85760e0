"""The telephone queue: agents on shifts, first come first served, callers with limited patience.

Callers are offered in the order in which they enter the queue. Each takes the agent who can answer
first; who would have to wait longer than their patience hangs up and takes nobody. Since whoever
came earlier has already chosen, no later caller can be answered before an earlier one.
All moments are whole seconds in microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.chance import draws
from sandbox.moments import DAY, HOUR, MINUTE, hour_of, weekday

OPENS, CLOSES = 7, 20
# Weights of the hours from 6 to 22; the first and the last ones meet the answering machine.
CALLS_BY_HOUR = tuple(
    enumerate(
        (0.5, 3.0, 7.0, 10.0, 11.0, 9.5, 7.0, 7.5, 8.5, 8.0, 8.0, 7.0, 5.5, 4.0, 1.5, 0.8, 0.4), 6
    )
)


@dataclass(slots=True)
class Agent:
    """One agent on one day."""

    agent_id: int
    begins_us: int
    ends_us: int
    break_us: int
    free_us: int

    def earliest(self, us: int) -> int | None:
        """Give the first moment from `us` on at which the agent can take a call."""
        at = max(us, self.free_us, self.begins_us)
        if self.break_us <= at < self.break_us + 30 * MINUTE:
            at = self.break_us + 30 * MINUTE
        return at if at < self.ends_us else None


def agents_needed(customers: int) -> int:
    """Size a weekday's crew for the usual load: one agent is busy early, one late, at least."""
    return max(2, round(customers * 3 / 2000))


def is_open(us: int) -> bool:
    """Tell whether the lines are staffed."""
    return weekday(us) < 6 and OPENS <= hour_of(us) < CLOSES


class Switchboard:
    """One day's telephone desk."""

    def __init__(self, seed: int, day_us: int, customers: int, agent_ids: list[int]) -> None:
        self.agents: list[Agent] = []
        if weekday(day_us) == 6:
            return
        size = agents_needed(customers)
        if weekday(day_us) == 5:
            size = max(2, size // 2)
        on_duty = draws(seed, "shifts", day_us // DAY)
        rng = draws(seed, "breaks", day_us // DAY)
        for place, agent_id in enumerate(on_duty.sample(agent_ids, size)):
            is_late = place % 2 == 1
            begins = day_us + (11 * HOUR + 30 * MINUTE if is_late else OPENS * HOUR)
            ends = begins + 8 * HOUR + 30 * MINUTE
            # everybody rests while the other shift is there
            rest = begins + (150 if is_late else 280) * MINUTE + rng.randrange(4) * 15 * MINUTE
            self.agents.append(Agent(agent_id, begins, ends, rest, begins))

    def offer(self, us: int, patience_us: int) -> tuple[Agent, int] | None:
        """Give the agent and the moment of the answer, None when the caller hangs up before."""
        best: tuple[int, int, int, Agent] | None = None
        for place, agent in enumerate(self.agents):
            at = agent.earliest(us)
            if at is not None and (best is None or (at, agent.free_us, place) < best[:3]):
                best = (at, agent.free_us, place, agent)
        if best is None or best[0] - us > patience_us:
            return None
        return best[3], best[0]

    def idle(self, us: int) -> Agent | None:
        """Give an agent who has nothing to do now."""
        return next((agent for agent in self.agents if agent.earliest(us) == us), None)
