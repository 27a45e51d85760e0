"""After a matter was handled: asking again because a step is broken, and being asked about it.

Both have draws of their own and move nobody, so that a world without them is the same otherwise.
"""

from __future__ import annotations

from sandbox.books import AnswerFact
from sandbox.company import Company
from sandbox.moments import DAY, HOUR, to_millis
from sandbox.people import Person
from sandbox.render_hubspot import answer_record

ASKED_SHARE = 0.12
FIRST_ANSWER = 7_700_001


def ask_again(
    company: Company, person: Person, us: int, reason: str, handled: tuple[str, int]
) -> None:
    """Let a person whose matter was handled find out that it was not, and ask again."""
    story = company.climate.broken_step(us, reason)
    if story is None or company.chance("broken step", *handled) >= story.again_share:
        return
    wait = DAY + int(company.chance("asks again", *handled) * (story.again_days - 1) * DAY)
    company.plan(us + wait, "contact", person.number, reason, story=story.slug)


def ask_whether_solved(
    company: Company,
    person: Person,
    us: int,
    handled: tuple[str, int],
    ticket_id: int | None,
    *,
    is_solved: bool,
) -> None:
    """Ask some people whether the first contact solved their matter; they say what they found."""
    if person.contact_id is None or company.chance("asked", *handled) >= ASKED_SHARE:
        return
    wait = HOUR + int(company.chance("answers", *handled) * 30 * HOUR)
    company.plan(us + wait, "say_solved", person.number, (ticket_id, int(is_solved)))


def say_solved(company: Company, person: Person, us: int, payload: tuple[int | None, int]) -> None:
    """Send in the answer: 1 for yes, 0 for no."""
    ticket_id, score = payload
    if person.contact_id is None:
        return
    us, number = to_millis(us), company.books.number("solved answer", FIRST_ANSWER)
    whose = (person.contact_id, ticket_id)
    record = answer_record(number, "fcr", score, None, belongs_to=whose, times_us=(us, us))
    company.books.emit("hubspot.feedback_submissions", us, number, record)
    company.books.answers.append(
        AnswerFact(number, "hubspot", "fcr", person.number, us, [(us, score)])
    )
    company.caused("survey_answer", number, us)
