"""The CRM's life: contacts come, change, double, merge and vanish; deals open and close.

A duplicate is entered while its person is online, between the start of a session and the first
use of the product in it, so that a reader who counts it as one more event of the person finds
the same stages as one who does not. Its misspelt address belongs to nobody, and it carries no deal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from sandbox.books import ContactFact, DealFact
from sandbox.company import Company
from sandbox.desk import know_customer
from sandbox.moments import DAY, HOUR, MILLI, MINUTE, SECOND, to_millis
from sandbox.names import misspelt, mixed_case, spelled_phone, typo_email, typo_name
from sandbox.people import Person
from sandbox.render_hubspot import contact_record, deal_record

LABELS = ("subscriber", "lead", "opportunity", "customer")


@dataclass(slots=True)
class Contact:
    """A contact as the CRM holds it now."""

    contact_id: int
    created_us: int
    fact: ContactFact
    first: str
    last: str
    email: str | None
    phone: str | None
    customer_number: str | None = None
    ga_client_id: str | None = None
    handle: str | None = None
    label: str = "lead"
    lead_status: str | None = "NEW"
    merged: list[int] = field(default_factory=list)
    modified_us: int = 0
    archived_us: int | None = None
    merged_into: int | None = None
    company_id: int | None = None


@dataclass(slots=True)
class Deal:
    """A deal as the CRM holds it now."""

    deal_id: int
    contact_id: int
    created_us: int
    name: str
    amount_cents: int
    stage: str
    close_us: int
    owner_id: int
    fact: DealFact


def add_contact(company: Company, person: Person, us: int, *, is_silent: bool = False) -> Contact:
    """Enter a person; what happened before the first day is entered silently, then shown once."""
    us = to_millis(us)
    rng = company.rng("contact", person.number)
    number = company.books.number("contact", 50_101)
    fact = ContactFact(number, person.number, us, is_duplicate=False)
    contact = Contact(
        number,
        us,
        fact,
        person.first,
        person.last,
        mixed_case(person.email, rng).strip(),
        spelled_phone(person.phone, rng) if person.is_phone_in_crm else None,
        customer_number=person.customer_number,
        ga_client_id=None if person.comes_offline else person.devices[0].client_id,
        handle=person.handle if person.is_handle_in_crm else None,
        modified_us=us - MILLI,
    )
    person.contact_id = number
    company.contacts[number] = contact
    company.books.contacts.append(fact)
    if not is_silent:
        show(company, contact, us)
    company.plan(_later(company, person, us), "join_firm", person.number, number)
    company.plan(_later(company, person, us), "choose", person.number, number)
    return contact


def _later(company: Company, person: Person, us: int) -> int:
    """Give the moment at which the CRM goes on with a person, on the first day or later."""
    return max(us + 2 * SECOND, company.start_us + 3 * MINUTE + person.number * 30 * MILLI)


def show(company: Company, contact: Contact, us: int) -> None:
    """Write the contact's present state as a new version."""
    contact.modified_us = max(to_millis(us), contact.modified_us + MILLI)
    record = contact_record(contact)
    company.books.emit("hubspot.contacts", contact.modified_us, contact.contact_id, record)
    seen, person = contact.modified_us, contact.fact.person
    if contact.archived_us is None:
        company.books.identify(person, "crm_contact_id", str(contact.contact_id), seen)
        if contact.email:
            company.books.identify(person, "email", contact.email.lower(), seen)
        if contact.phone:
            company.books.identify(person, "phone", company.people[person].phone, seen)
        company.books.identify(person, "customer_number", contact.customer_number, seen)
        company.books.identify(person, "web_client_id", contact.ga_client_id, seen)
        handle = contact.handle
        company.books.identify(person, "x_username", handle.lower() if handle else None, seen)


def relabel(contact: Contact, label: str) -> None:
    """Move the CRM's own lifecycle label forward, never back."""
    if LABELS.index(label) > LABELS.index(contact.label):
        contact.label = label
    contact.lead_status = None if contact.label == "customer" else "IN_PROGRESS"


def open_deal(
    company: Company, person: Person, us: int, rng: Random, *, is_silent: bool = False
) -> Deal:
    """Open a deal; its close date is a guess until it is closed."""
    us = to_millis(us)
    number = company.books.number("deal", 9_301_007, 3)
    plan = rng.choice(("Home", "Family", "Studio"))
    amount = {"Home": 14_900, "Family": 23_900, "Studio": 48_900}[plan] + 100 * rng.randrange(0, 60)
    raise_cents = amount * company.climate.raise_percent(us) // 100
    fact = DealFact(number, person.number, us, raise_cents=raise_cents)
    deal = Deal(
        deal_id=number,
        contact_id=person.contact_id or 0,
        created_us=us,
        name=f"{person.first} {person.last} - {plan}",
        amount_cents=amount + fact.raise_cents,
        stage="appointmentscheduled",
        close_us=us - us % DAY + 30 * DAY,
        owner_id=310_001 + rng.randrange(4),
        fact=fact,
    )
    person.open_deals += 1
    relabel(company.contacts[deal.contact_id], "opportunity")
    company.deals[number] = deal
    company.books.deals.append(fact)
    if not is_silent:
        show_deal(company, deal, us)
        show(company, company.contacts[deal.contact_id], us + 300 * MILLI)
    return deal


def show_deal(company: Company, deal: Deal, us: int) -> None:
    """Write the deal's present state as a new version."""
    company.books.emit("hubspot.deals", us, deal.deal_id, deal_record(deal, us))


def close_deal(
    company: Company, person: Person, deal: Deal, us: int, *, won: bool, is_silent: bool = False
) -> None:
    """Close a deal; the first one won makes the person a customer with a number."""
    us = to_millis(us)
    deal.stage = "closedwon" if won else "closedlost"
    deal.close_us = us
    deal.fact.closed_us, deal.fact.is_won = us, won
    person.open_deals -= 1
    contact = company.contacts[deal.contact_id]
    if won:
        person.won += 1
        relabel(contact, "customer")
        if person.customer_number is None:
            person.customer_number = f"cust-{company.books.number('customer', 50_001)}"
            contact.customer_number = person.customer_number
            know_customer(company, person, us + 2 * SECOND)
            company.plan(_later(company, person, us), "begin_refills", person.number, us)
        company.plan(_later(company, person, us), "itemise", person.number, deal.deal_id)
    elif person.won == 0:
        contact.lead_status = "UNQUALIFIED"
    if not is_silent:
        show_deal(company, deal, us)
        show(company, contact, us + 400 * MILLI)


def advance_deal(company: Company, deal: Deal, us: int) -> None:
    """Move an open deal to its second stage."""
    deal.stage = "qualifiedtobuy"
    show_deal(company, deal, to_millis(us))


def add_duplicate(company: Company, person: Person, us: int, *, is_silent: bool = False) -> None:
    """Enter a customer a second time, in one of the ways in which it happens."""
    us = to_millis(us)
    rng = company.rng("duplicate", person.number)
    number = company.books.number("contact", 50_101)
    fact = ContactFact(number, person.number, us, is_duplicate=True)
    contact = Contact(
        number, us, fact, person.first, person.last, None, None, modified_us=us - MILLI
    )
    _mangle(contact, person, rng, company.climate.crm_noise.typing_errors)
    person.has_duplicate = True
    company.contacts[number] = contact
    company.books.contacts.append(fact)
    shown = max(us, company.start_us + HOUR) if is_silent else us
    show(company, contact, shown)
    fate, when = rng.random(), shown - shown % DAY + rng.randrange(2, 25) * DAY
    if fate < 0.55:
        kind = "merge_contact" if fate < 0.4 else "archive_contact"
        company.plan(when + rng.randrange(8 * HOUR, 17 * HOUR), kind, person.number, number)


def _mangle(contact: Contact, person: Person, rng: Random, errors: int) -> None:
    """Fill a duplicate as the order system, a clerk, a second form or a hurried typist would."""
    phone: str | None = spelled_phone(person.phone, rng)
    way = rng.random()
    if person.is_shared_phone or not person.is_phone_in_crm:
        phone, way = None, 0.6 if way < 0.5 or way >= 0.9 else way
    if way < 0.3:  # the order system knows number and telephone, no address
        contact.customer_number, contact.phone = person.customer_number, phone
    elif way < 0.5:  # a clerk typed the name as heard
        contact.first, contact.phone = misspelt(typo_name, person.first, rng, errors), phone
    elif way < 0.65:  # another form, another address
        contact.email = f"{person.last.lower()}.work{person.number}@inbox.example"
        contact.customer_number = person.customer_number
    elif way < 0.9:  # a misspelt address and nothing else: only a fuzzy comparison finds it
        contact.email = misspelt(typo_email, person.email, rng, errors)
        contact.last = misspelt(typo_name, person.last, rng, errors)
    else:  # a misspelt address beside the right telephone
        contact.email = misspelt(typo_email, person.email, rng, errors)
        contact.phone = phone


def merge_contact(company: Company, person: Person, us: int, loser_id: int) -> None:
    """Merge a duplicate into the person's first contact."""
    loser, winner = company.contacts[loser_id], company.contacts[person.contact_id or 0]
    loser.merged_into = winner.contact_id
    vanish(company, loser, us)
    winner.merged.append(loser_id)
    show(company, winner, us + 20 * MILLI)


def archive_contact(company: Company, _person: Person, us: int, contact_id: int) -> None:
    """Archive a contact that nobody needs."""
    vanish(company, company.contacts[contact_id], us)


def vanish(company: Company, contact: Contact, us: int) -> None:
    """Take a contact out of the CRM's lists and its identifiers out of sight."""
    contact.archived_us = to_millis(us)
    show(company, contact, us)
    contact.fact.gone_us = contact.modified_us
    contact.fact.is_merged = contact.merged_into is not None
    books, person = company.books, contact.fact.person
    others = [
        other
        for other in (company.contacts.get(company.people[person].contact_id or 0),)
        if other is not None and other is not contact
    ]
    kept = {(other.email or "").lower() for other in others}
    if contact.email and contact.email.lower() not in kept:
        books.identifiers[person, "email", contact.email.lower()].gone_us = contact.modified_us
    if contact.merged_into is None:
        name = str(contact.contact_id)
        books.identifiers[person, "crm_contact_id", name].gone_us = contact.modified_us


def junk_lead(company: Company, person: Person, us: int, _: object) -> None:
    """Let a form robot enter a contact, which an owner archives some days later."""
    rng = company.rng("junk", person.number)
    contact = add_contact(company, person, us)
    when = us + rng.randrange(20 * HOUR, 3 * DAY) + 7 * MINUTE
    company.plan(when, "archive_contact", person.number, contact.contact_id)
