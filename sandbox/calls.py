"""Telephone calls: ringing, the menu, the queue, the talk, and what a caller does afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from sandbox.answers import after_call
from sandbox.asking_again import ask_again, ask_whether_solved
from sandbox.books import CallFact
from sandbox.chance import between, exponential, pick
from sandbox.company import Company
from sandbox.desk import GROUPS, DeskUser, caller_of, recognised, user_of
from sandbox.moments import DAY, HOUR, MINUTE, SECOND, to_seconds
from sandbox.people import Person
from sandbox.render_talk import GROUP_OF, call_record, leg_records
from sandbox.switchboard import is_open
from sandbox.tickets import open_call_ticket

TALK = {"billing": 250, "delivery": 190, "outage": 200, "price": 240, "account": 220}


@dataclass(slots=True)
class Call:
    """A call as the telephone system will report it; times in whole seconds."""

    call_id: int
    person: int
    direction: str
    started_us: int
    reason: str
    caller: DeskUser
    attempt: int = 1
    ivr_seconds: int = 0
    queue_seconds: int | None = None
    talk_seconds: int = 0
    hold_seconds: int = 0
    wrap_up_seconds: int = 0
    agent_id: int | None = None
    ticket_id: int | None = None
    status: str = "completed"
    is_answered: bool = False
    is_voicemail: bool = False
    voicemail_seconds: int = 0
    is_outside_hours: bool = False
    is_resolved: bool = False
    updated_us: int = 0
    charge_cents: int | None = None

    @property
    def wait_seconds(self) -> int:
        """Count the menu and the queue."""
        return self.ivr_seconds + (self.queue_seconds or 0)

    @property
    def duration_seconds(self) -> int:
        """Count from the first ring to the last word."""
        return self.wait_seconds + self.talk_seconds + self.hold_seconds + self.voicemail_seconds

    @property
    def ended_us(self) -> int:
        """Give the moment of the last word."""
        return self.started_us + self.duration_seconds * SECOND


def ring(company: Company, person: Person, us: int, payload: tuple[str, int]) -> None:
    """Play an inbound call up to the queue."""
    reason, attempt = payload
    company.turn_to(person, us, reason)
    us = to_seconds(us)
    rng = company.rng("ring", person.number, us)
    number = company.books.number("call", 7_610_021, 2)
    call = Call(
        number, person.number, "inbound", us, reason, caller_of(company, person, us), attempt
    )
    call.ivr_seconds = rng.randrange(8, 42)
    if not is_open(us):
        call.is_outside_hours = True
        _leave_message(company, call, rng)
    elif rng.random() < 0.03:
        call.ivr_seconds = rng.randrange(3, 25)
        call.status = "abandoned_in_ivr"
        company.plan(call.ended_us, "call_over", person.number, call)
    else:
        company.plan(us + call.ivr_seconds * SECOND, "queue", person.number, call)


def _leave_message(company: Company, call: Call, rng: Random) -> None:
    way = rng.random()
    if way < 0.2:
        call.status = "abandoned_in_ivr"
    else:
        call.is_voicemail = True
        call.status = "completed" if way < 0.7 else "abandoned_in_voicemail"
        call.voicemail_seconds = rng.randrange(12, 80) if way < 0.7 else rng.randrange(1, 9)
    company.plan(call.ended_us, "call_over", call.person, call)


def queue(company: Company, person: Person, us: int, call: Call) -> None:
    """Play the wait: answered, or given up."""
    rng = company.rng("queue", call.call_id)
    patience = 45 + int(exponential(rng, person.patience_seconds))
    if rng.random() < 0.035:
        patience = rng.randrange(1, 6)
    taken = company.switchboard.offer(us, patience * SECOND)
    if taken is None:
        call.queue_seconds, call.status = patience, "abandoned_in_queue"
        company.plan(us + patience * SECOND, "call_over", person.number, call)
        return
    agent, answered_us = taken
    call.agent_id, call.is_answered = agent.agent_id, True
    call.queue_seconds = (answered_us - us) // SECOND
    storm = company.climate.outage(answered_us)
    factor = storm.handle_factor if storm else 1.0
    call.talk_seconds = 35 + int(exponential(rng, TALK.get(call.reason, 230)) * factor)
    call.hold_seconds = rng.randrange(15, 140) if rng.random() < 0.24 else 0
    call.wrap_up_seconds = int(rng.randrange(18, 95) * factor)
    call.is_resolved = rng.random() < (0.4 if call.reason == "outage" else 0.82)
    agent.free_us = call.ended_us + call.wrap_up_seconds * SECOND
    company.plan(answered_us, "answered", person.number, call)


def answered(company: Company, person: Person, us: int, call: Call) -> None:
    """Let the agent recognise the caller and open or reopen the ticket."""
    call.caller = recognised(company, person, call.caller, us)
    rng = company.rng("answered", call.call_id)
    if person.open_ticket_id is not None and rng.random() < 0.7:
        call.ticket_id = person.open_ticket_id
    elif rng.random() < 0.42 or not call.is_resolved:
        call.ticket_id = open_call_ticket(company, person, us + SECOND, call)
    company.plan(call.ended_us + call.wrap_up_seconds * SECOND, "call_over", person.number, call)


def call_over(company: Company, person: Person, us: int, call: Call) -> None:
    """Write the finished call, then let the caller react."""
    if call.is_voicemail and call.status == "completed":
        call.ticket_id = open_call_ticket(company, person, us, call)
    call.updated_us = us
    _write(company, call)
    company.books.calls.append(_fact(call))
    company.caused("call", call.call_id, us)
    company.plan(us + 20 * HOUR + call.call_id % 240 * MINUTE, "call_charged", person.number, call)
    if call.direction == "inbound":
        _react(company, person, us, call)


def call_charged(company: Company, _person: Person, us: int, call: Call) -> None:
    """Touch the row once more, a day later, with what the call cost."""
    call.charge_cents = 1 + call.duration_seconds // 60
    call.updated_us = us
    _write(company, call)


def dial(company: Company, person: Person, us: int, payload: tuple[str, int | None, int]) -> None:
    """Play a call by an agent who has time; otherwise try again later."""
    reason, ticket_id, attempt = payload
    us = to_seconds(us)
    agent = company.switchboard.idle(us) if is_open(us) else None
    if agent is None:
        if attempt < 12:
            again = us + (20 * MINUTE if is_open(us) else 11 * HOUR)
            company.plan(again, "dial", person.number, (reason, ticket_id, attempt + 1))
        return
    rng = company.rng("dial", person.number, us)
    number = company.books.number("call", 7_610_021, 2)
    callee = (
        user_of(company, person, us) if person.is_shared_phone else caller_of(company, person, us)
    )
    call = Call(number, person.number, "outbound", us, reason, callee, attempt)
    call.agent_id, call.ticket_id = agent.agent_id, ticket_id
    if rng.random() < 0.75:
        call.talk_seconds = 20 + int(exponential(rng, 170))
        call.wrap_up_seconds = rng.randrange(10, 70)
    agent.free_us = call.ended_us + max(20, call.wrap_up_seconds) * SECOND
    company.plan(agent.free_us, "call_over", person.number, call)


def _react(company: Company, person: Person, us: int, call: Call) -> None:
    rng = company.rng("react", call.call_id)
    if call.is_answered:
        after_call(company, person, us, call, rng)
        is_solved = call.is_resolved and company.is_first(call.started_us)
        asked = ("call", call.call_id)
        ask_whether_solved(company, person, us, asked, call.ticket_id, is_solved=is_solved)
        if not call.is_resolved and rng.random() < 0.45:
            again = us + rng.randrange(1, 6) * DAY
            company.plan(again, "contact", person.number, call.reason)
        else:
            ask_again(company, person, us, call.reason, asked)
        return
    if call.status != "abandoned_in_queue":
        return
    person.mood = round(between(0.02, person.mood - 0.03, 1.0), 4)
    if call.attempt < 3 and rng.random() < 0.5:
        again = us + rng.randrange(8 * MINUTE, 55 * MINUTE)
        if is_open(again):
            company.plan(again, "ring", person.number, (call.reason, call.attempt + 1))
            return
    way = pick(rng, [("ticket", 0.25), ("post", 0.08 + 0.3 * person.sociality), ("", 0.6)])
    if way == "ticket":
        payload = ("email", call.reason)
        company.plan(us + rng.randrange(5, 90) * MINUTE, "write_in", person.number, payload)
    elif way == "post":
        when = us + rng.randrange(1, 30) * MINUTE
        company.plan(when, "post", person.number, ("negative", "queue"))


def _write(company: Company, call: Call) -> None:
    company.books.emit("zendesk.calls", call.updated_us, call.call_id, call_record(call))
    for leg in leg_records(call):
        company.books.emit("zendesk.legs", call.updated_us, leg["id"], leg)


def _fact(call: Call) -> CallFact:
    return CallFact(
        call_id=call.call_id,
        person=call.person,
        direction=call.direction,
        started_us=call.started_us,
        queue_seconds=call.queue_seconds,
        wait_seconds=call.wait_seconds,
        talk_seconds=call.talk_seconds,
        hold_seconds=call.hold_seconds,
        wrap_up_seconds=call.wrap_up_seconds,
        is_answered=call.is_answered,
        is_abandoned=call.status == "abandoned_in_queue",
        ended_us=call.ended_us,
        seen_us=call.updated_us,
        group_id=GROUPS[GROUP_OF.get(call.reason, 1)][0],
    )
