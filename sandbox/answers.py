"""Survey answers and ratings: who answers, when, and how experience and temperament colour it.

People with a strong experience answer more often than people with a dull one, as they do in life.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from sandbox.books import AnswerFact
from sandbox.caring import after_mark, lift_of
from sandbox.chance import bell, between
from sandbox.company import Company
from sandbox.moments import DAY, HOUR, MINUTE, SECOND, to_millis, to_seconds
from sandbox.people import Person
from sandbox.render_hubspot import answer_record, response_group
from sandbox.render_zendesk import rating_record
from sandbox.wording import comment_text

if TYPE_CHECKING:
    from sandbox.calls import Call
    from sandbox.tickets import Ticket

NPS_EVERY_DAYS = 30
CES_KNOTS = (0.12, 0.24, 0.36, 0.48, 0.62, 0.8)


@dataclass(slots=True)
class Rating:
    """A satisfaction rating as the service desk holds it now."""

    number: int
    ticket_id: int
    is_good: bool
    comment: str | None
    created_us: int
    fact: AnswerFact


def feel(person: Person, experience: float, weight: float) -> None:
    """Let an experience move the person's mood."""
    mood = person.mood + weight * (experience - person.mood)
    person.mood = round(between(0.02, mood, 0.98), 4)


def after_call(company: Company, person: Person, us: int, call: Call, rng: Random) -> None:
    """Judge an answered call, feel it, and perhaps speak of it."""
    wait = call.queue_seconds or 0
    experience = 0.86 - wait / 500 * 0.5 - (0 if call.is_resolved else 0.32)
    experience -= 0.12 if call.hold_seconds > 60 else 0
    storm = company.climate.after_outage(us, 12)
    experience -= storm.mood_drop if storm else 0
    experience = between(0.0, bell(rng, experience, 0.11), 1.0)
    feel(person, experience, 0.3)
    _ask(company, person, us, "csat", experience, call.ticket_id, 0.15, rng)
    _speak(company, person, us, experience, rng)


def after_ticket(company: Company, person: Person, us: int, ticket: Ticket) -> None:
    """Judge a solved ticket, feel it, and perhaps rate it."""
    rng = company.rng("judge", ticket.ticket_id, ticket.reopens)
    waited = (ticket.first_reply_us or ticket.created_us) - ticket.created_us
    took = us - ticket.created_us
    experience = 0.84 - waited / (20 * HOUR) * 0.3 - took / (4 * DAY) * 0.25
    experience -= 0.25 * ticket.reopens
    storm = company.climate.after_outage(ticket.created_us, 12)
    experience -= storm.mood_drop if storm else 0
    if ticket.reason == "price" and company.climate.loud_price(ticket.created_us):
        experience -= 0.15
    experience = between(0.0, bell(rng, experience, 0.13), 1.0)
    is_call = ticket.channel == "voice" and ticket.first_reply_us is None
    if not is_call:
        feel(person, experience, 0.25)
        _ask(company, person, us, "ces", experience, ticket.ticket_id, 0.12, rng)
        _speak(company, person, us, experience, rng)
    _offer_rating(company, person, us, ticket, experience, rng)


def _speak(company: Company, person: Person, us: int, experience: float, rng: Random) -> None:
    if person.handle is None:
        return
    when = us + rng.randrange(2 * MINUTE, 5 * HOUR)
    if experience < 0.32 and rng.random() < 0.12 + 0.5 * person.sociality:
        company.plan(when, "post", person.number, ("negative", "service"))
    elif experience > 0.82 and rng.random() < 0.04 + 0.16 * person.sociality:
        company.plan(when, "post", person.number, ("positive", "service"))


def _ask(
    company: Company,
    person: Person,
    us: int,
    metric: str,
    experience: float,
    ticket_id: int | None,
    share: float,
    rng: Random,
) -> None:
    strength = abs(experience - 0.55) * 2
    if person.contact_id is None or rng.random() > share * (0.7 + 1.2 * strength):
        return
    felt = between(0.0, experience + person.generosity, 1.0)
    score = _csat(felt) if metric == "csat" else _ces(felt)
    when = us + rng.randrange(6 * MINUTE, 40 * HOUR)
    company.plan(when, "answer", person.number, (metric, score, ticket_id))


def _csat(felt: float) -> int:
    return 2 if felt >= 0.62 else 1 if felt >= 0.42 else 0


def _ces(felt: float) -> int:
    return 1 + sum(felt >= knot for knot in CES_KNOTS)


def invite_nps(company: Company, person: Person, day_us: int) -> None:
    """Ask a customer, once in thirty days, whether they would recommend the company."""
    rng = company.rng("nps", person.number, day_us)
    strength = abs(person.mood - 0.55) * 2
    if rng.random() > 0.2 + 0.2 * strength:
        return
    company.plan(
        day_us + rng.randrange(8 * HOUR, 22 * HOUR), "answer", person.number, ("nps", None, None)
    )


def _nps(person: Person, rng: Random, lift: float) -> tuple[int, int]:
    """Give the mark, and what it were without the lift of care."""
    felt = between(0.0, person.mood + person.generosity + bell(rng, 0.0, 0.1), 1.0)
    given, unlifted = (int(felt * 15.5 - 1.6 + more) for more in (lift, 0.0))
    return max(0, min(10, given)), max(0, min(10, unlifted))


def answer(
    company: Company, person: Person, us: int, payload: tuple[str, int | None, int | None]
) -> None:
    """Send in an answer; the vendor rates a comment a little later."""
    number = _send(company, person, us, payload, ("answer", 3_301))
    if number is None:
        return
    given = company.books.answers[-1]
    if given.metric == "nps" and response_group("nps", given.scores[0][1]) == 0:
        wish = (person.contact_id, "Call back after a low mark")
        when = given.submitted_us + 5 * MINUTE
        company.plan(when, "open_crm_ticket", person.number, wish)


def answer_again(company: Company, person: Person, us: int, _: None) -> None:
    """Answer the question of who is asked again after a low mark."""
    if not person.is_gone:
        payload = ("nps", None, None)
        _send(company, person, us, payload, ("answer again", 6_003_301), is_follow_up=True)


def _send(
    company: Company,
    person: Person,
    us: int,
    payload: tuple[str, int | None, int | None],
    counted: tuple[str, int],
    *,
    is_follow_up: bool = False,
) -> int | None:
    metric, score, ticket_id = payload
    if person.contact_id is None:
        return None
    us = to_millis(us)
    number = company.books.number(*counted)
    rng = company.rng("answer text", number)
    value = score
    if value is None:
        marks = _nps(person, rng, lift_of(company, person, us))
        value = marks[0]
        after_mark(company, person, us, number, marks)
    tone = ("negative", "neutral", "positive")[response_group(metric, value)]
    comment = comment_text(rng, tone) if rng.random() < 0.4 else None
    seen = [us]
    if comment is not None:
        seen.append(us + rng.randrange(20, 120) * SECOND + 2_000)
    for moment in seen:
        record = answer_record(
            number,
            metric,
            value,
            comment,
            belongs_to=(person.contact_id, ticket_id),
            times_us=(us, moment),
            survey="nps_again" if is_follow_up else None,
        )
        company.books.emit("hubspot.feedback_submissions", moment, number, record)
    company.books.answers.append(
        AnswerFact(number, "hubspot", metric, person.number, us, [(us, value)], is_follow_up)
    )
    company.caused("survey_answer", number, us)
    return number


def _offer_rating(
    company: Company, person: Person, us: int, ticket: Ticket, experience: float, rng: Random
) -> None:
    felt = between(0.0, experience + person.generosity, 1.0)
    strength = abs(felt - 0.55) * 2
    if rng.random() < 0.15 + 0.2 * strength:
        when = us + rng.randrange(40 * MINUTE, 50 * HOUR)
        company.plan(when, "rating", person.number, (ticket.ticket_id, felt >= 0.5))
    elif rng.random() < 0.3:
        company.plan(us + DAY, "rating_offered", person.number, ticket.ticket_id)


def rating_offered(company: Company, person: Person, us: int, ticket_id: int) -> None:
    """Note an offer that stays without an answer."""
    us, number = to_seconds(us), company.books.number("rating", 88_120)
    record = rating_record(number, company.tickets[ticket_id], "offered", None, us, updated_us=us)
    company.books.emit("zendesk.satisfaction_ratings", us, number, record)


def rating(company: Company, person: Person, us: int, payload: tuple[int, bool]) -> None:
    """Rate a ticket good or bad; some add a comment, some change their mind."""
    ticket_id, is_good = payload
    us, number = to_seconds(us), company.books.number("rating", 88_120)
    rng = company.rng("rating", number)
    score = 1 if is_good else 0
    fact = AnswerFact(number, "zendesk", "csat_good_bad", person.number, us, [(us, score)])
    company.books.answers.append(fact)
    company.caused("survey_answer", number, us)
    kept = Rating(number, ticket_id, is_good, None, us, fact)
    _write_rating(company, kept, us)
    if rng.random() < 0.35:
        company.plan(us + rng.randrange(20, 400) * SECOND, "rating_changed", person.number, kept)
    elif not is_good and rng.random() < 0.12:
        kept.is_good = True
        company.plan(us + rng.randrange(3, 60) * HOUR, "rating_changed", person.number, kept)


def rating_changed(company: Company, person: Person, us: int, kept: Rating) -> None:
    """Add a comment to a rating, or let it turn from bad to good."""
    us = to_seconds(us)
    score = 1 if kept.is_good else 0
    rng = company.rng("rating text", kept.number)
    kept.comment = comment_text(rng, "positive" if kept.is_good else "negative")
    if kept.fact.scores[-1][1] != score:
        kept.fact.scores.append((us, score))
    _write_rating(company, kept, us)


def _write_rating(company: Company, kept: Rating, us: int) -> None:
    ticket = company.tickets[kept.ticket_id]
    score = "good" if kept.is_good else "bad"
    record = rating_record(kept.number, ticket, score, kept.comment, kept.created_us, updated_us=us)
    company.books.emit("zendesk.satisfaction_ratings", us, kept.number, record)
    shown: dict[str, object] = {"id": kept.number, "score": score}
    if kept.comment:
        shown["comment"] = kept.comment
    company.plan(us + SECOND, "ticket_rated", kept.fact.person, (kept.ticket_id, shown))
