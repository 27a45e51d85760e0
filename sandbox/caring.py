"""Care for who gave a low mark: whom it reaches, when, and what it does to the next mark.

Tickets of care and answers of who is asked again have numbers of their own, so that those of all
others stay what they were without the programme.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.business import CrmTicket, show_crm_ticket
from sandbox.company import Company
from sandbox.moments import DAY, HOUR, MILLI, to_millis
from sandbox.people import Person
from sandbox.stories import CareProgramme

CATEGORY = "CARE_PROGRAMME"


@dataclass(slots=True)
class Care:
    """A low mark and what followed: `unlifted` is the next mark as it were without care."""

    person: int
    answer_id: int
    marked_us: int
    score: int
    cared_us: int | None = None
    followed_us: int | None = None
    follow_up: int | None = None
    unlifted: int | None = None


def after_mark(
    company: Company, person: Person, us: int, number: int, marks: tuple[int, int]
) -> None:
    """Note a mark, as (given, without care), with the low one before it; a low one brings care."""
    story = company.climate.running(CareProgramme, us)
    if story is None:
        return
    care: Care | None = company.cares.get(person.number)
    passed = us - care.marked_us if care else None
    if care and passed is not None and passed <= story.episode_days * DAY:
        if care.followed_us is None and passed >= story.settled_days * DAY:
            care.followed_us, (care.follow_up, care.unlifted) = us, marks
        return
    if marks[0] <= 6:
        _begin(company, person, us, number, marks[0], story)


def _begin(
    company: Company, person: Person, us: int, number: int, score: int, story: CareProgramme
) -> None:
    care = Care(person.number, number, us, score)
    company.cares[person.number] = care
    company.care_log.append(care)
    last = company.last_contact.get(person.number)
    is_recent = last is not None and us - last < story.recent_contact_days * DAY
    rng = company.rng("care", number)
    if rng.random() < story.share_of(score, has_recent_contact=is_recent):
        when = us + rng.randrange(6 * HOUR, story.within_days * DAY)
        company.plan(when, "give_care", person.number, care)
    if rng.random() < story.again_share:
        when = us + story.again_after_days * DAY + rng.randrange(story.again_days * DAY)
        company.plan(when, "answer_again", person.number)


def give_care(company: Company, person: Person, us: int, care: Care) -> None:
    """Call somebody who gave a low mark; the CRM keeps a closed ticket of it."""
    if person.contact_id is None or person.is_gone:
        return
    care.cared_us = us = to_millis(us)
    number = company.books.number("care ticket", 6_900_011)
    ticket = CrmTicket(
        ticket_id=number,
        contact_id=person.contact_id,
        created_us=us - HOUR // 4,
        subject="Care after a low mark",
        content=f"Talked with {person.first} {person.last}.",
        category=CATEGORY,
        priority="HIGH",
        source="PHONE",
        owner_id=310_001 + number % 4,
        modified_us=us - HOUR // 4 - MILLI,
        stage="4",
        closed_us=us,
    )
    show_crm_ticket(company, ticket, us)


def lift_of(company: Company, person: Person, us: int) -> float:
    """Give what care adds to a mark that a person gives now."""
    story = company.climate.running(CareProgramme, us)
    care: Care | None = company.cares.get(person.number)
    if story is None or care is None or care.cared_us is None:
        return 0.0
    return story.lift_points if care.cared_us < us < care.cared_us + story.lasts_days * DAY else 0.0
