"""What contacts allow: who may be written to about what, on which ground, and who takes it back."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.company import Company
from sandbox.crm import show
from sandbox.moments import DAY, HOUR, MILLI, to_millis
from sandbox.people import Person
from sandbox.render_crm import SUBSCRIPTIONS, consent_record

NEWSLETTER, PRODUCT_NEWS, SURVEYS = SUBSCRIPTIONS


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to the question whether messages of a kind may be sent."""

    status: str
    us: int
    source: str
    basis: str | None = None
    explanation: str | None = None
    cause: str = "habit"


def choose(company: Company, person: Person, us: int, contact_id: int) -> None:
    """Tick the boxes of a form, or leave them; some take it back later, a few change their mind."""
    rng = company.rng("consent", person.number)
    contact = company.contacts[contact_id]
    choices: dict[int, list[Choice]] = {}
    if rng.random() < 0.55:
        choices[NEWSLETTER] = [
            Choice("SUBSCRIBED", contact.created_us, "Form", "CONSENT_WITH_NOTICE", "Ticked a box")
        ]
    if person.customer_number or rng.random() < 0.3:
        choices[PRODUCT_NEWS] = [
            Choice(
                "SUBSCRIBED",
                contact.created_us,
                "CRM",
                "LEGITIMATE_INTEREST_CLIENT",
                "Is a customer",
            )
        ]
    if rng.random() < 0.06:
        choices[SURVEYS] = [Choice("UNSUBSCRIBED", contact.created_us, "Form")]
    company.consents[contact_id] = choices
    write(company, contact_id, us)
    for number, (choice,) in choices.items():
        if choice.status == "SUBSCRIBED" and rng.random() < 0.14:
            when = us + rng.randrange(5 * HOUR, 80 * DAY)
            company.plan(when, "withdraw", person.number, (contact_id, number, "habit"))


def withdraw(company: Company, person: Person, us: int, payload: tuple[int, int, str]) -> None:
    """Follow the link at the end of a mail; the contact changes with it."""
    contact_id, number, cause = payload
    contact, said = company.contacts[contact_id], company.consents[contact_id][number]
    if contact.archived_us is not None or said[-1].status != "SUBSCRIBED":
        return
    us = to_millis(us)
    said.append(Choice("UNSUBSCRIBED", us, "Email unsubscribe", cause=cause))
    write(company, contact_id, us)
    show(company, contact, us + MILLI)
    rng = company.rng("regret", contact_id, number)
    if rng.random() < 0.1:
        company.plan(us + rng.randrange(DAY, 9 * DAY), "come_back", person.number, payload)


def come_back(company: Company, _: Person, us: int, payload: tuple[int, int, str]) -> None:
    """Subscribe again."""
    contact_id, number, _cause = payload
    contact = company.contacts[contact_id]
    if contact.archived_us is not None:
        return
    us = to_millis(us)
    again = Choice("SUBSCRIBED", us, "Preference page", "CONSENT_WITH_NOTICE", "Asked for it")
    company.consents[contact_id][number].append(again)
    write(company, contact_id, us)
    show(company, contact, us + MILLI)


def write(company: Company, contact_id: int, us: int) -> None:
    """Write what the contact's address allows as a new version."""
    contact = company.contacts[contact_id]
    said = {number: told[-1] for number, told in company.consents[contact_id].items()}
    record = consent_record(contact.email or "", said, contact.created_us)
    company.books.emit("hubspot.consents", to_millis(us), contact_id, record)
