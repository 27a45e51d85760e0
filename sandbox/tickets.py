"""Tickets: how they come in, wait, are answered, solved, reopened, forgotten or deleted."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from sandbox.answers import after_ticket
from sandbox.asking_again import ask_again, ask_whether_solved
from sandbox.books import TicketFact
from sandbox.chance import between, exponential, pick
from sandbox.company import Company
from sandbox.desk import GROUPS, caller_of, user_of
from sandbox.desk_hours import at_work
from sandbox.metering import Meter, meter
from sandbox.moments import DAY, HOUR, MINUTE, SECOND, to_seconds
from sandbox.people import Person
from sandbox.render_talk import GROUP_OF
from sandbox.render_zendesk import ticket_record
from sandbox.wording import ticket_text

if TYPE_CHECKING:
    from sandbox.calls import Call


@dataclass(slots=True)
class Ticket:
    """A ticket as the service desk holds it now."""

    ticket_id: int
    person: int
    channel: str
    reason: str
    requester_id: int
    submitter_id: int
    created_us: int
    fact: TicketFact
    subject: str
    description: str
    from_phone: str | None = None
    is_voicemail: bool = False
    email: str | None = None
    status: str = "new"
    priority: str | None = None
    assignee_id: int | None = None
    group_id: int | None = None
    updated_us: int = 0
    generated_us: int = 0
    assigned_us: int | None = None
    first_reply_us: int | None = None
    replies: int = 0
    reopens: int = 0
    first_solved_us: int | None = None
    solved_us: int | None = None
    status_us: int = 0
    rating: dict[str, object] = field(default_factory=lambda: {"score": "unoffered"})
    organization_id: int | None = None
    meter: Meter = field(default_factory=Meter)


def write_ticket(company: Company, ticket: Ticket, us: int, *, is_silent: bool = False) -> None:
    """Write the ticket's present state; a silent update moves only `generated_timestamp`."""
    us = _now(ticket, us)
    ticket.generated_us = us
    if not is_silent:
        ticket.updated_us = us
    ticket.organization_id = company.desk_users[ticket.requester_id].organization_id
    company.books.emit("zendesk.tickets", us, ticket.ticket_id, ticket_record(ticket))
    meter(company, ticket, us)
    if ticket.status == "deleted":
        ticket.fact.deleted_us = us
    else:
        replied = ticket.first_reply_us
        if replied is not None:  # the vendor tells whole minutes after the creation
            replied -= (replied - ticket.created_us) % MINUTE
        ticket.fact.states.append((us, replied, ticket.solved_us))


def _now(ticket: Ticket, us: int) -> int:
    """Give the whole second at which the ticket changes, later than its last change."""
    return max(to_seconds(us), ticket.generated_us + SECOND)


def _open(company: Company, person: Person, us: int, channel: str, reason: str) -> Ticket:
    us = to_seconds(us)
    number = company.books.number("ticket", 48_211)
    rng = company.rng("ticket", number)
    fact = TicketFact(number, person.number, us)
    company.books.tickets.append(fact)
    company.caused("ticket", number, us)
    subject, description = ticket_text(rng, reason)
    ticket = Ticket(
        number, person.number, channel, reason, 0, 0, us, fact, subject, description, status_us=us
    )
    company.tickets[number] = ticket
    person.open_ticket_id = number
    ticket.priority = pick(rng, [("low", 0.15), ("normal", 0.6), ("high", 0.2), ("urgent", 0.05)])
    ticket.group_id = GROUPS[GROUP_OF.get(reason, 1)][0]
    ticket.generated_us = us - SECOND
    return ticket


def write_in(company: Company, person: Person, us: int, payload: tuple[str, str]) -> None:
    """Play a message by web form or e-mail."""
    channel, reason = payload
    company.turn_to(person, us, reason)
    ticket = _open(company, person, us, channel, reason)
    user = user_of(company, person, us)
    ticket.requester_id = ticket.submitter_id = user.user_id
    ticket.email = user.email or person.email
    write_ticket(company, ticket, us)
    _plan_answer(company, ticket, company.rng("answer", ticket.ticket_id))


def open_call_ticket(company: Company, person: Person, us: int, call: Call) -> int:
    """Open the ticket of a call or of a message on the answering machine."""
    ticket = _open(company, person, us, "voice", call.reason)
    rng = company.rng("answer", ticket.ticket_id)
    ticket.requester_id, ticket.from_phone = call.caller.user_id, person.phone
    ticket.is_voicemail = call.is_voicemail
    if call.agent_id is None:
        ticket.submitter_id = call.caller.user_id
        ticket.requester_id = caller_of(company, person, us).user_id
        write_ticket(company, ticket, us)
        _plan_answer(company, ticket, rng)
        return ticket.ticket_id
    ticket.submitter_id = ticket.assignee_id = call.agent_id
    ticket.status, ticket.assigned_us = "open", ticket.created_us
    write_ticket(company, ticket, us)
    over = call.ended_us + call.wrap_up_seconds * SECOND
    if call.is_resolved:
        _plan_end(company, ticket, over + 5 * SECOND, rng)
    else:
        _plan_answer(company, ticket, rng)
    return ticket.ticket_id


def _plan_answer(company: Company, ticket: Ticket, rng: Random) -> None:
    created, person = ticket.created_us, ticket.person
    fate = rng.random()
    if fate < 0.025:
        when = created + rng.randrange(HOUR, 5 * DAY)
        company.plan(when, "ticket_deleted", person, ticket.ticket_id)
        return
    if fate < 0.065:
        return
    storm = company.climate.after_outage(created, 24)
    factor = storm.reply_factor if storm else 1.0
    reply = at_work(created, 4 + int(exponential(rng, 130) * factor))
    reply = created + (reply - created) // MINUTE * MINUTE
    if ticket.assignee_id is None:
        seen = created + (reply - created) * 6 // 10
        company.plan(to_seconds(seen), "ticket_assigned", person, ticket.ticket_id)
    company.plan(reply, "ticket_replied", person, ticket.ticket_id)
    if rng.random() < 0.18 and ticket.channel != "voice":
        company.plan(reply + 20 * MINUTE, "dial", person, (ticket.reason, ticket.ticket_id, 1))
    if rng.random() < 0.55:
        _plan_end(company, ticket, reply + rng.randrange(60, 900) * SECOND, rng)
    else:
        second = at_work(reply, 30 + int(exponential(rng, 420) * factor))
        company.plan(second, "ticket_replied", person, ticket.ticket_id)
        _plan_end(company, ticket, second + rng.randrange(60, 900) * SECOND, rng)


def _plan_end(company: Company, ticket: Ticket, solved: int, rng: Random) -> None:
    number, person = ticket.ticket_id, ticket.person
    company.plan(solved, "ticket_solved", person, number)
    end = solved
    if rng.random() < 0.09:
        back = solved + rng.randrange(2 * HOUR, 3 * DAY)
        end = at_work(back, 40 + int(exponential(rng, 300)))
        company.plan(back, "ticket_reopened", person, number)
        company.plan(end, "ticket_replied", person, number)
        company.plan(end + 90 * SECOND, "ticket_solved", person, number)
    company.plan(end + 4 * DAY + 2 * MINUTE, "ticket_closed", person, number)
    if rng.random() < 0.06:
        when = end + rng.randrange(HOUR, 9 * DAY)
        company.plan(when, "ticket_touched", person, number)


def ticket_assigned(company: Company, person: Person, us: int, number: int) -> None:
    """Let an agent take the ticket."""
    ticket = company.tickets[number]
    us = _now(ticket, us)
    rng = company.rng("assigned", number)
    ticket.assignee_id = rng.choice(company.agent_ids)
    ticket.assigned_us = ticket.status_us = us
    ticket.status = "open"
    write_ticket(company, ticket, us)


def ticket_replied(company: Company, person: Person, us: int, number: int) -> None:
    """Let an agent write to the customer in public."""
    ticket = company.tickets[number]
    us = _now(ticket, us)
    if ticket.assignee_id is None:
        ticket.assignee_id = company.rng("assigned", number).choice(company.agent_ids)
        ticket.assigned_us = us
    if ticket.first_reply_us is None:
        ticket.first_reply_us = us
    ticket.replies += 1
    ticket.status, ticket.status_us = "pending", us
    write_ticket(company, ticket, us)


def ticket_solved(company: Company, person: Person, us: int, number: int) -> None:
    """Let the agent call it solved; the customer may be asked what they think."""
    ticket = company.tickets[number]
    is_first = ticket.first_solved_us is None
    us = _now(ticket, us)
    ticket.solved_us = us
    ticket.first_solved_us = ticket.first_solved_us or us
    ticket.status, ticket.status_us = "solved", us
    write_ticket(company, ticket, us)
    if person.open_ticket_id == number:
        person.open_ticket_id = None
    if is_first or ticket.reopens:
        after_ticket(company, person, us, ticket)
    if is_first and ticket.channel != "voice":
        ask_again(company, person, us, ticket.reason, ("ticket", number))
        asked, is_solved = (
            ("ticket", number),
            ticket.replies <= 1 and company.is_first(ticket.created_us),
        )
        ask_whether_solved(company, person, us, asked, number, is_solved=is_solved)


def ticket_reopened(company: Company, person: Person, us: int, number: int) -> None:
    """Let the customer say that it is not solved; the solve is no longer valid."""
    ticket = company.tickets[number]
    us = _now(ticket, us)
    ticket.status, ticket.status_us, ticket.solved_us = "open", us, None
    ticket.reopens += 1
    person.mood = round(between(0.02, person.mood - 0.05, 1.0), 4)
    person.open_ticket_id = number
    write_ticket(company, ticket, us)


def ticket_closed(company: Company, person: Person, us: int, number: int) -> None:
    """Close a ticket that stayed solved."""
    ticket = company.tickets[number]
    us = _now(ticket, us)
    ticket.status, ticket.status_us = "closed", us
    write_ticket(company, ticket, us)


def ticket_touched(company: Company, person: Person, us: int, number: int) -> None:
    """Touch a ticket by a system update that leaves `updated_at` as it was."""
    write_ticket(company, company.tickets[number], us, is_silent=True)


def ticket_deleted(company: Company, person: Person, us: int, number: int) -> None:
    """Delete a ticket that nobody answered; only a scrubbed shell stays."""
    ticket = company.tickets[number]
    ticket.status = "deleted"
    if person.open_ticket_id == number:
        person.open_ticket_id = None
    write_ticket(company, ticket, us)


def ticket_rated(
    company: Company, person: Person, us: int, payload: tuple[int, dict[str, object]]
) -> None:
    """Show the customer's rating on the ticket."""
    number, shown = payload
    ticket = company.tickets[number]
    ticket.rating = shown
    write_ticket(company, ticket, us)
