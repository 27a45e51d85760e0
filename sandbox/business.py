"""What else the CRM keeps of its contacts: their firms, what deals are made of, and its tickets.

All of it follows from what happens to contacts and deals, with generators of its own: no person's
mood, plan or number depends on it. Neighbours in the list of persons work for the same firm.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from sandbox.company import Company
from sandbox.moments import DAY, HOUR, MILLI, MINUTE, SECOND, to_millis
from sandbox.names import LAST, typo_name
from sandbox.people import Person
from sandbox.render_crm import firm_record, line_record, pipeline_records, ticket_record

COLLEAGUES = 3  # neighbours in the list who may work for the same firm
BUSINESS_SHARE = 0.2
TRADES = (
    ("Bakery", "FOOD_BEVERAGES"),
    ("Accountants", "ACCOUNTING"),
    ("Logistics", "LOGISTICS_AND_SUPPLY_CHAIN"),
    ("Interiors", "DESIGN"),
    ("Dental Care", "HOSPITAL_HEALTH_CARE"),
    ("Bicycles", "RETAIL"),
)
CITIES = ("Utrecht", "Zwolle", "Breda", "Groningen", "Haarlem", "Arnhem")
EXTRAS = (("8802", "Sensor"), ("8803", "Support hour"), ("8804", "Wall mount"))
PLANS = {"Home": "8811", "Family": "8812", "Studio": "8813"}


@dataclass(slots=True)
class Firm:
    """A company as the CRM holds it now."""

    firm_id: int
    created_us: int
    name: str
    domain: str
    industry: str
    city: str
    employees: int
    owner_id: int
    contacts: list[int] = field(default_factory=list)
    merged: list[int] = field(default_factory=list)
    modified_us: int = 0
    is_gone: bool = False
    merged_into: int | None = None


@dataclass(slots=True)
class CrmTicket:
    """A ticket of the CRM as it stands now."""

    ticket_id: int
    contact_id: int
    created_us: int
    subject: str
    content: str
    category: str
    priority: str
    source: str
    owner_id: int
    stage: str = "1"
    closed_us: int | None = None
    merged: list[int] = field(default_factory=list)
    modified_us: int = 0
    is_gone: bool = False
    merged_into: int | None = None


def show_pipelines(company: Company) -> None:
    """Write the pipelines, which stand since long before the first day."""
    for kind, record in pipeline_records(company.start_us - 400 * DAY).items():
        company.books.emit("hubspot.pipelines", company.start_us, kind, record)


def join_firm(company: Company, person: Person, us: int, contact_id: int) -> None:
    """Note for whom a contact works, if for anybody; the first one brings the firm with them."""
    block = person.number // COLLEAGUES
    if person.kind == "junk" or company.chance("firm", block) >= BUSINESS_SHARE:
        return
    firm = company.firms.get(block)
    if firm is None:
        rng = company.rng("firm of", block)
        firm = company.firms[block] = _founded(company, us, rng, block)
        if rng.random() < 0.12:
            when = us + rng.randrange(DAY, 20 * DAY)
            company.plan(when, "double_firm", person.number, block)
        elif rng.random() < 0.05:
            company.plan(us + rng.randrange(5 * DAY, 70 * DAY), "end_firm", person.number, firm)
    firm.contacts.append(contact_id)
    company.contacts[contact_id].company_id = firm.firm_id
    show_firm(company, firm, us)


def _founded(company: Company, us: int, rng: Random, block: int) -> Firm:
    trade, industry = rng.choice(TRADES)
    name = f"{rng.choice(LAST)} {trade}"
    domain = f"{name.lower().replace(' ', '-')}-{block}.example"
    number = company.books.number("company", 77_120_044, 7)
    city, employees = rng.choice(CITIES), rng.randrange(1, 40)
    owner = 310_001 + rng.randrange(4)
    us = to_millis(us)
    return Firm(number, us, name, domain, industry, city, employees, owner, modified_us=us - MILLI)


def show_firm(company: Company, firm: Firm, us: int) -> None:
    """Write the firm's present state as a new version."""
    firm.modified_us = max(to_millis(us), firm.modified_us + MILLI)
    company.books.emit("hubspot.companies", firm.modified_us, firm.firm_id, firm_record(firm))


def double_firm(company: Company, person: Person, us: int, block: int) -> None:
    """Let somebody enter a firm a second time, under a misspelt name; it is merged days later."""
    rng = company.rng("double firm", block)
    first = company.firms[block]
    double = _founded(company, us, company.rng("firm of", block), block)
    double.name, double.domain = typo_name(first.name, rng), f"www.{first.domain}"
    show_firm(company, double, us)
    when = us + rng.randrange(6 * HOUR, 9 * DAY)
    company.plan(when, "merge_firm", person.number, (first, double))


def merge_firm(company: Company, _: Person, us: int, pair: tuple[Firm, Firm]) -> None:
    """Merge a doubled firm into the first one."""
    winner, loser = pair
    loser.is_gone, loser.merged_into = True, winner.firm_id
    show_firm(company, loser, us)
    winner.merged.append(loser.firm_id)
    show_firm(company, winner, us + 20 * MILLI)


def end_firm(company: Company, _: Person, us: int, firm: Firm) -> None:
    """Archive a firm that is no more."""
    firm.is_gone = True
    show_firm(company, firm, us)


def itemise(company: Company, person: Person, us: int, deal_id: int) -> None:
    """Say of what a won deal is made: the items add up to its amount, to the cent."""
    deal, us = company.deals[deal_id], to_millis(us)
    rng = company.rng("items", deal_id)
    plan = deal.name.rpartition(" - ")[2]
    rest, items = deal.amount_cents, []
    for product in rng.sample(EXTRAS, rng.randrange(3)):
        quantity = rng.randrange(1, 4)
        cents = deal.amount_cents * rng.randrange(3, 9) // 100
        items.append((product, quantity, cents))
        rest -= quantity * cents
    items.insert(0, ((PLANS[plan], f"{plan} plan"), 1, rest))
    if rng.random() < 0.03:  # a slip of the hand, taken back at once
        number = company.books.number("item", 70_500_001)
        slip = line_record(number, deal_id, EXTRAS[0], 1, 9_900, us)
        company.books.emit("hubspot.line_items", us, number, slip)
        late = us + 4 * MINUTE
        slip = line_record(number, deal_id, EXTRAS[0], 1, 9_900, us, archived_us=late)
        company.books.emit("hubspot.line_items", late, number, slip)
    for place, (product, quantity, cents) in enumerate(items):
        number, at = company.books.number("item", 70_500_001), us + place * MILLI
        record = line_record(number, deal_id, product, quantity, cents, at)
        company.books.emit("hubspot.line_items", at, number, record)
    if rng.random() < 0.25:
        subject = f"Onboarding: {plan}"
        company.plan(us + HOUR, "open_crm_ticket", person.number, (deal.contact_id, subject))


def open_crm_ticket(company: Company, person: Person, us: int, payload: tuple[int, str]) -> None:
    """Open a ticket in the CRM: to show somebody around, or to call back after a low mark."""
    contact_id, subject = payload
    us = to_millis(us)
    company.turn_to(person, us, subject)
    number = company.books.number("crm ticket", 5_520_011)
    company.caused("crm_ticket", number, us)
    rng = company.rng("crm ticket", number)
    is_loop = not subject.startswith("Onboarding")
    ticket = CrmTicket(
        ticket_id=number,
        contact_id=contact_id,
        created_us=us,
        subject=subject,
        content=f"Please get in touch with {person.first} {person.last}.",
        category="PRODUCT_ISSUE" if is_loop else "GENERAL_INQUIRY",
        priority="HIGH" if is_loop else rng.choice(("LOW", "MEDIUM")),
        source=rng.choice(("EMAIL", "FORM", "PHONE", "CHAT")),
        owner_id=310_001 + rng.randrange(4),
        modified_us=us - MILLI,
    )
    show_crm_ticket(company, ticket, us)
    fate = rng.random()
    if fate < 0.04:
        company.plan(us + rng.randrange(HOUR, 3 * DAY), "end_crm_ticket", person.number, ticket)
        return
    if fate < 0.1:
        company.plan(us + 9 * MINUTE, "double_crm_ticket", person.number, ticket)
    replied = us + rng.randrange(20 * MINUTE, DAY)
    company.plan(replied, "move_crm_ticket", person.number, (ticket, "2"))
    if rng.random() < 0.4:
        company.plan(replied + 5 * HOUR, "move_crm_ticket", person.number, (ticket, "3"))
    if rng.random() < 0.9:
        closed = replied + rng.randrange(6 * HOUR, 6 * DAY)
        company.plan(closed, "move_crm_ticket", person.number, (ticket, "4"))


def show_crm_ticket(company: Company, ticket: CrmTicket, us: int) -> None:
    """Write the ticket's present state as a new version."""
    ticket.modified_us = max(to_millis(us), ticket.modified_us + MILLI)
    record = ticket_record(ticket)
    company.books.emit("hubspot.tickets", ticket.modified_us, ticket.ticket_id, record)


def move_crm_ticket(company: Company, _: Person, us: int, payload: tuple[CrmTicket, str]) -> None:
    """Move a ticket to another stage; the last one closes it."""
    ticket, stage = payload
    ticket.stage = stage
    ticket.closed_us = to_millis(us) if stage == "4" else None
    show_crm_ticket(company, ticket, us)


def double_crm_ticket(company: Company, _: Person, us: int, first: CrmTicket) -> None:
    """Let the same wish come a second time; somebody merges the two."""
    us = to_millis(us)
    number = company.books.number("crm ticket", 5_520_011)
    double = CrmTicket(
        number, first.contact_id, us, first.subject, first.content, first.category,
        first.priority, "EMAIL", first.owner_id, modified_us=us - MILLI,
    )  # fmt: skip
    show_crm_ticket(company, double, us)
    double.is_gone, double.merged_into = True, first.ticket_id
    show_crm_ticket(company, double, us + 40 * SECOND)
    first.merged.append(number)
    show_crm_ticket(company, first, us + 40 * SECOND + 20 * MILLI)


def end_crm_ticket(company: Company, _: Person, us: int, ticket: CrmTicket) -> None:
    """Archive a ticket that was opened by mistake."""
    ticket.is_gone = True
    show_crm_ticket(company, ticket, us)
