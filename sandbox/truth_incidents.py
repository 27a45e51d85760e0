"""What incidents did to the customers: this world against the same one in which nobody feels any.

Both worlds have the same persons with the same habits. An effect is what was counted here less what
was counted there, from the beginning of the incident to two hours after its end; of survey answers,
to two days after it. An incident that nobody feels has no effect; a share or a mean that one of the
worlds cannot tell, because nobody answered, is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import pyarrow as pa

from sandbox.books import EmergencyFact
from sandbox.company import Company
from sandbox.moments import DAY, HOUR, as_datetime
from sandbox.stories import Emergencies, Outage, Story
from sandbox.world import World

_TEXT, _AT, _FLAG = pa.string(), pa.timestamp("us", tz="UTC"), pa.bool_()

SCHEMAS: dict[str, list[tuple[str, pa.DataType]]] = {
    "it_emergencies": [
        ("incident_id", _TEXT),
        ("story_slug", _TEXT),
        ("started_at", _AT),
        ("ended_at", _AT),
        ("is_declared", _FLAG),
        ("is_felt", _FLAG),
    ],
    "it_incident_effects": [
        ("incident_id", _TEXT),
        ("measure_slug", _TEXT),
        ("true_effect", pa.float64()),
    ],
}
TAIL, ANSWERS_WITHIN = 2 * HOUR, 48 * HOUR
SETTLED_AFTER = 6 * DAY  # by then a ticket that nobody answers was deleted
WRITTEN = ("email", "web")
MEASURES = ("contacts", "queue_wait_seconds", "abandoned_calls", "csat_points", "mentions")


def rows(world: World, until_us: int) -> dict[str, list[tuple[Any, ...]]]:
    """Give the rows of both tables before a moment."""
    told = [one for one in world.company.books.emergencies if one.begin_us < until_us]
    felt = [one for one in told if one.is_felt and one.end_us < until_us]
    found = [(one.sys_id, name, 0.0) for one in told if not one.is_felt for name in MEASURES]
    if felt:
        settled_us = min(until_us, max(one.end_us for one in felt) + SETTLED_AFTER)
        calm = _calm(world.seed, world.customers, world.start, _unfelt(world.company))
        calm.advance(as_datetime(settled_us))
        for one in felt:
            found += _effects(one, world.company, calm.company, until_us)
    return {
        "it_emergencies": sorted(_shown(one) for one in told),
        "it_incident_effects": sorted(found),
    }


def _shown(one: EmergencyFact) -> tuple[Any, ...]:
    begun, ended = as_datetime(one.begin_us), as_datetime(one.end_us)
    return one.sys_id, one.slug, begun, ended, one.is_declared, one.is_felt


def _unfelt(company: Company) -> tuple[Story, ...]:
    return tuple(
        story.placebo() if isinstance(story, (Outage, Emergencies)) else story
        for story in company.climate.stories
    )


@lru_cache(maxsize=1)
def _calm(seed: int, customers: int, start: Any, stories: tuple[Story, ...]) -> World:
    return World(seed, customers, start, stories)


def _effects(
    one: EmergencyFact, here: Company, there: Company, until_us: int
) -> list[tuple[str, str, float]]:
    seen, unseen = (_counted(each, one, until_us) for each in (here, there))
    pairs = [(name, seen[name], unseen[name]) for name in MEASURES]
    return [
        (one.sys_id, name, more - less)
        for name, more, less in pairs
        if more is not None and less is not None
    ]


def _counted(company: Company, one: EmergencyFact, until_us: int) -> dict[str, float | None]:
    """Count in one world what the marts measure of an incident."""
    begin, end = one.begin_us, min(one.end_us + TAIL, until_us)
    calls = [
        call
        for call in company.books.calls
        if call.direction == "inbound" and begin <= call.started_us < end
    ]
    tickets = sum(
        begin <= ticket.created_us < end
        and company.tickets[ticket.ticket_id].channel in WRITTEN
        and (ticket.deleted_us is None or ticket.deleted_us >= until_us)
        for ticket in company.books.tickets
    )
    asked_until = min(one.end_us + ANSWERS_WITHIN, until_us)
    answers = [
        answer.scores[-1][1] == 2
        for answer in company.books.answers
        if answer.metric == "csat" and begin <= answer.submitted_us < asked_until
    ]
    waits = [call.queue_seconds for call in calls if call.queue_seconds is not None]
    good = _mean(answers)
    return {
        "contacts": float(len(calls) + tickets),
        "queue_wait_seconds": _mean(waits),
        "abandoned_calls": float(sum(call.is_abandoned for call in calls)),
        "csat_points": None if good is None else 100 * good,
        "mentions": float(sum(begin <= post.created_us < end for post in company.books.posts)),
    }


def _mean(values: Sequence[int]) -> float | None:
    return sum(values) / len(values) if values else None
