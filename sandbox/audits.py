"""The quality desk: which contacts it audits, who reads them, and what each reader answers.

Auditors read a share of the calls, letters and replies, one to three days after they were handled;
some are read by a second auditor who does not know the first one's answers. Everything is drawn by
the names of what is read, so an audit is the same whenever it is asked for.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sandbox.books import TicketFact
from sandbox.company import Company
from sandbox.moments import DAY, HOUR, MINUTE, as_datetime, iso_seconds, start_of
from sandbox.stories import DifferingAuditors

AUDITORS = (371_001, 371_002, 371_003, 371_004)
AUDITED_SHARE = {"call": 0.25, "ticket": 0.25, "brand_reply": 0.5}
SECOND_SHARE = 0.4
SLIP_SHARE = 0.04
LATEST_DAYS = 3
SYSTEMS = {"call": "zendesk", "ticket": "zendesk", "brand_reply": "x"}
FORM = "contact_quality"


@dataclass(frozen=True, slots=True)
class Question:
    """One line of the form: points, how often it is kept, and the contacts that it is asked of."""

    slug: str
    text: str
    points: int
    kept_share: float
    kinds: tuple[str, ...] = tuple(SYSTEMS)
    is_auto_fail: bool = False


QUESTIONS = (
    Question("identity", "Identity checked first", 15, 0.96, ("call",), is_auto_fail=True),
    Question("need", "The customer's need understood", 25, 0.85),
    Question("solution", "The right solution given", 30, 0.82),
    Question("tone", "Friendly and plain words", 20, 0.8),
    Question("notes", "Notes that a colleague can go on with", 10, 0.72, ("call", "ticket")),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one auditor answered to one question; `unmoved` is the answer without the story."""

    audit_id: str
    kind: str
    contact: str
    auditor_id: int
    is_second: bool
    is_shown: bool
    us: int
    question: Question
    answer: str
    unmoved: str


@dataclass(frozen=True, slots=True)
class _Contact:
    kind: str
    key: str
    over_us: int


def _order(noted: tuple[int, _Contact]) -> tuple[str, str]:
    return noted[1].kind, noted[1].key


class Auditing:
    """The contacts to audit, by the day on which they are read; takes in what happened since."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._calls = self._tickets = self._caused = 0
        self._unsolved: list[TicketFact] = []
        self._by_day: defaultdict[int, list[tuple[int, _Contact]]] = defaultdict(list)

    def of(self, day: date) -> list[Reading]:
        """Give the readings of a day, second ones too that nobody made."""
        self._take_in()
        return [
            reading
            for days_ago, is_second in ((0, False), (1, True))
            for us, contact in sorted(self._by_day[start_of(day) // DAY - days_ago], key=_order)
            for reading in self._readings(contact, us, is_second=is_second)
        ]

    def _take_in(self) -> None:
        books = self._company.books
        for call in books.calls[self._calls :]:
            if call.direction == "inbound" and call.is_answered:
                self._note(_Contact("call", str(call.call_id), call.seen_us))
        for caused in books.caused[self._caused :]:
            if caused.kind == "brand_reply":
                self._note(_Contact("brand_reply", caused.key, caused.us))
        self._unsolved += books.tickets[self._tickets :]
        self._calls, self._caused = len(books.calls), len(books.caused)
        self._tickets = len(books.tickets)
        left = []
        for ticket in self._unsolved:
            solved = next((us for us, _, over in ticket.states if over is not None), None)
            if solved is None:
                left.append(ticket)
            elif self._company.tickets[ticket.ticket_id].channel != "voice":
                self._note(_Contact("ticket", str(ticket.ticket_id), solved))
        self._unsolved = left

    def _note(self, contact: _Contact) -> None:
        chance = self._company.chance
        if chance("audited", contact.kind, contact.key) < AUDITED_SHARE[contact.kind]:
            lag = 1 + int(chance("audit waits", contact.kind, contact.key) * LATEST_DAYS)
            us = (contact.over_us // DAY + lag) * DAY + self._hour(contact, "first")
            self._by_day[us // DAY].append((us, contact))

    def _hour(self, contact: _Contact, which: str) -> int:
        chance = self._company.chance("audit hour", which, contact.kind, contact.key)
        return 7 * HOUR + int(chance * 8 * 60) * MINUTE

    def _readings(self, contact: _Contact, us: int, *, is_second: bool) -> Iterator[Reading]:
        company, name = self._company, (contact.kind, contact.key)
        first = int(company.chance("auditor", *name) * len(AUDITORS))
        is_shown = not is_second or company.chance("read twice", *name) < SECOND_SHARE
        if is_second:
            others = [place for place in range(len(AUDITORS)) if place != first]
            first = others[int(company.chance("second auditor", *name) * len(others))]
            us = us - us % DAY + DAY + self._hour(contact, "second")
        for question in QUESTIONS:
            answer = unmoved = "na"
            if contact.kind in question.kinds:
                unmoved = self._said(name, AUDITORS[first], question)
                answer = self._moved(name, AUDITORS[first], question, us, unmoved)
            audit_id = f"QM-{contact.kind[0].upper()}{contact.key}"
            whose = (audit_id, *name, AUDITORS[first])
            yield Reading(*whose, is_second, is_shown, us, question, answer, unmoved)

    def _said(self, name: tuple[str, str], auditor: int, question: Question) -> str:
        chance = self._company.chance
        kept = chance("kept", *name, question.slug) < question.kept_share
        slips = chance("slip", *name, question.slug, auditor) < SLIP_SHARE
        return "yes" if kept != slips else "no"

    def _moved(
        self, name: tuple[str, str], auditor: int, question: Question, us: int, said: str
    ) -> str:
        story = self._company.climate.running(DifferingAuditors, us)
        if story is None or (auditor, question.slug) != (story.auditor_id, story.question):
            return said
        is_stricter = self._company.chance("stricter", *name) < story.stricter_share
        return "no" if is_stricter else said


HEADING = (
    *("audit_id", "rating", "audited_at", "auditor_id", "form", "system", "interaction_type"),
    *("interaction_id", "question", "question_text", "answer", "earned", "possible", "auto_fail"),
)


def audits_file(auditing: Auditing, day: date) -> bytes:
    """Write what was read on a day as the quality desk's CSV file."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(HEADING)
    for one in auditing.of(day):
        if not one.is_shown:
            continue
        possible = 0 if one.answer == "na" else one.question.points
        is_failed = one.question.is_auto_fail and one.answer == "no"
        rows.writerow(
            (
                *(one.audit_id, "second" if one.is_second else "first", iso_seconds(one.us)),
                *(one.auditor_id, FORM, SYSTEMS[one.kind], one.kind, one.contact),
                *(one.question.slug, one.question.text, one.answer),
                *(possible if one.answer == "yes" else 0, possible, str(is_failed).lower()),
            )
        )
    return out.getvalue().encode()


def read_until(company: Company, until_us: int) -> list[Reading]:
    """Give every reading before a moment, in the order of time."""
    auditing = Auditing(company)
    return [
        one
        for us in range(company.start_us, until_us, DAY)
        for one in auditing.of(as_datetime(us).date())
        if one.us < until_us
    ]
