"""Turning to the company again because a step behind the counter is broken."""

from __future__ import annotations

from sandbox.company import Company
from sandbox.moments import DAY
from sandbox.people import Person


def ask_again(
    company: Company, person: Person, us: int, reason: str, handled: tuple[str, int]
) -> None:
    """Let a person whose matter was handled find out that it was not, and ask again."""
    story = company.climate.broken_step(us, reason)
    if story is None or company.chance("broken step", *handled) >= story.again_share:
        return
    wait = DAY + int(company.chance("asks again", *handled) * (story.again_days - 1) * DAY)
    company.plan(us + wait, "contact", person.number, reason, story=story.slug)
