"""The clocks that Zendesk runs for each ticket, told as metric events.

Every metric is measured from the ticket's creation. A public reply fulfills `reply_time` and
`pausable_update_time`; waiting for the customer pauses the agents' work and the requester's wait;
solving fulfills what is left. A ticket that comes back starts the clocks again: the next instance
of what counts replies, the same instance of what counts the whole ticket. The agreement promises a
first reply within so many working minutes; who is late gets a breach at that very minute.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.books import Record
from sandbox.company import Company
from sandbox.desk_hours import at_work, working_us
from sandbox.moments import MINUTE, iso_seconds
from sandbox.people import Person

if TYPE_CHECKING:
    from sandbox.tickets import Ticket

STREAM = "zendesk.ticket_metric_events"
FIRST_EVENT = 926_232_157_301
WORK = ("agent_work_time", "requester_wait_time")
REPLIES = ("reply_time", "pausable_update_time")
WHOLE = "resolution_time"
PROMISED = {"urgent": 60, "high": 240, "normal": 480, "low": 1440}  # working minutes
POLICY: Record = {"id": 360_900_101, "title": "First reply", "description": None}


@dataclass(slots=True)
class Run:
    """The clock of one metric; `since_us` is empty while it stands still."""

    instance: int = 1
    since_us: int | None = None
    calendar_us: int = 0
    working_us: int = 0

    def start(self, us: int) -> None:
        """Let the clock run."""
        self.since_us = us

    def stop(self, us: int) -> None:
        """Let the clock stand still; what it ran is kept."""
        if self.since_us is not None:
            self.calendar_us += us - self.since_us
            self.working_us += working_us(self.since_us, us)
            self.since_us = None

    def again(self, instance: int, us: int) -> None:
        """Begin anew at a moment."""
        self.instance, self.calendar_us, self.working_us = instance, 0, 0
        self.since_us = us


@dataclass(slots=True)
class Meter:
    """The clocks of a ticket, and what was last seen of it."""

    status: str = ""
    replies: int = 0
    runs: dict[str, Run] = field(default_factory=dict)


def meter(company: Company, ticket: Ticket, us: int) -> None:
    """Tell what a change of a ticket does to its clocks; most changes do nothing."""
    kept = ticket.meter
    if ticket.status == "deleted":
        return
    if not kept.runs:
        _begin(company, ticket, us)
    if ticket.replies > kept.replies:
        for metric in REPLIES:
            _fulfill(company, ticket, us, metric, only_if_running=True)
    if ticket.status != kept.status:
        _move(company, ticket, us)
    kept.status, kept.replies = ticket.status, ticket.replies


def sla_due(company: Company, _: Person, us: int, number: int) -> None:
    """Tell of a breach when nobody has answered by the promised minute."""
    ticket = company.tickets[number]
    if ticket.first_reply_us is None and ticket.status in {"new", "open"}:
        _tell(company, ticket, us, "reply_time", "breach", deleted=False)


def _begin(company: Company, ticket: Ticket, us: int) -> None:
    for metric in (*WORK, *REPLIES, WHOLE):
        run = ticket.meter.runs[metric] = Run()
        _tell(company, ticket, us, metric, "measure", instance=0)
        _activate(company, ticket, us, metric, run)
    minutes = PROMISED[ticket.priority or "normal"]
    sla = {
        "target": minutes,
        "target_in_seconds": minutes * 60,
        "business_hours": True,
        "policy": dict(POLICY),
    }
    _tell(company, ticket, us, "reply_time", "apply_sla", sla=sla)
    company.plan(at_work(us, minutes), "sla_due", ticket.person, ticket.ticket_id)


def _move(company: Company, ticket: Ticket, us: int) -> None:
    runs, came_from = ticket.meter.runs, ticket.meter.status
    if ticket.status == "pending":
        for metric in WORK:
            runs[metric].stop(us)
            _tell(company, ticket, us, metric, "pause")
    elif ticket.status == "solved":
        for metric in (*WORK, WHOLE):
            _fulfill(company, ticket, us, metric)
        _fulfill(company, ticket, us, "pausable_update_time", only_if_running=True)
    elif came_from == "solved" and ticket.status == "open":
        for metric in WORK:
            _activate(company, ticket, us, metric, runs[metric])
        for metric in REPLIES:
            if runs[metric].since_us is None:  # one solved in silence still waits for its reply
                runs[metric].again(runs[metric].instance + 1, us)
                _activate(company, ticket, us, metric, runs[metric])
        runs[WHOLE].again(runs[WHOLE].instance, ticket.created_us)
        _tell(company, ticket, us, WHOLE, "activate")


def _activate(company: Company, ticket: Ticket, us: int, metric: str, run: Run) -> None:
    run.start(us)
    _tell(company, ticket, us, metric, "activate")


def _fulfill(
    company: Company, ticket: Ticket, us: int, metric: str, *, only_if_running: bool = False
) -> None:
    run = ticket.meter.runs[metric]
    if only_if_running and run.since_us is None:
        return
    run.stop(us)
    _tell(company, ticket, us, metric, "fulfill")
    spent = {"calendar": run.calendar_us // MINUTE, "business": run.working_us // MINUTE}
    _tell(company, ticket, us, metric, "update_status", status=spent)


def _tell(
    company: Company,
    ticket: Ticket,
    us: int,
    metric: str,
    kind: str,
    *,
    instance: int | None = None,
    **more: Any,
) -> None:
    number = company.books.number("metric event", FIRST_EVENT)
    record: Record = {
        "id": number,
        "ticket_id": ticket.ticket_id,
        "metric": metric,
        "instance_id": ticket.meter.runs[metric].instance if instance is None else instance,
        "type": kind,
        "time": iso_seconds(us),
        **more,
    }
    company.books.emit(STREAM, us, number, record)
