"""The truth of what contacts decided about mails, why, and what an offer really brought.

An order counts as brought by an offer when nothing but the offer led to it; who would have ordered
anyway within the same days had `ordered_without_offer`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from sandbox.company import Company
from sandbox.moments import as_datetime
from sandbox.render_crm import SUBSCRIPTIONS

_TEXT, _AT = pa.string(), pa.timestamp("us", tz="UTC")

SCHEMAS: dict[str, list[tuple[str, pa.DataType]]] = {
    "consents": [
        ("crm_contact_id", _TEXT),
        ("person_id", _TEXT),
        ("subscription_name", _TEXT),
        ("status_type", _TEXT),
        ("decided_at", _AT),
    ],
    "consent_choices": [
        ("crm_contact_id", _TEXT),
        ("person_id", _TEXT),
        ("subscription_name", _TEXT),
        ("status_type", _TEXT),
        ("cause_slug", _TEXT),
        ("decided_at", _AT),
    ],
    "offers": [
        ("crm_contact_id", _TEXT),
        ("person_id", _TEXT),
        ("offered_at", _AT),
        ("is_held_out", pa.bool_()),
        ("has_ordered", pa.bool_()),
        ("ordered_without_offer", pa.bool_()),
    ],
}


def rows(company: Company, until_us: int) -> dict[str, Sequence[tuple[Any, ...]]]:
    """Give the rows of these tables before a moment."""
    return {
        "consents": _consents(company, until_us),
        "consent_choices": _choices(company, until_us),
        "offers": _offers(company, until_us),
    }


def _consents(company: Company, until_us: int) -> list[tuple[Any, ...]]:
    """Give what each contact last said of each kind of messages, of those that are there."""
    found = []
    for key, said in company.consents.items():
        fact = company.contacts[key].fact
        is_gone = fact.gone_us is not None and fact.gone_us < until_us
        for number, choices in said.items():
            told = [choice for choice in choices if choice.us < until_us]
            if told and not is_gone:
                who, name = _name(fact.person), SUBSCRIPTIONS[number]
                found.append((str(key), who, name, told[-1].status, as_datetime(told[-1].us)))
    return found


def _choices(company: Company, until_us: int) -> list[tuple[Any, ...]]:
    return [
        (
            str(contact_id),
            _name(company.contacts[contact_id].fact.person),
            SUBSCRIPTIONS[number],
            choice.status,
            choice.cause,
            as_datetime(choice.us),
        )
        for contact_id, said in company.consents.items()
        for number, choices in said.items()
        for choice in choices
        if choice.us < until_us
    ]


def _offers(company: Company, until_us: int) -> list[tuple[Any, ...]]:
    won: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for deal in company.books.deals:
        if deal.is_won and deal.closed_us is not None and deal.closed_us < until_us:
            won[deal.person].append((deal.closed_us, deal.deal_id))
    found = []
    for offer in company.offers.values():
        if offer.us < until_us:
            deals = [key for us, key in won[offer.person] if offer.us <= us < offer.until_us]
            others = [key for key in deals if key not in offer.deals]
            row = (str(offer.contact_id), _name(offer.person), as_datetime(offer.us))
            found.append((*row, offer.is_held_out, bool(deals), bool(others)))
    return found


def _name(number: int) -> str:
    return f"person-{number:06d}"
