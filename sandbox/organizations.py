"""The companies among the service desk's customers: a few dozen accounts with domain and plan.

They are no persons and buy through none: an account only says for whom some users write. It joins,
grows and sometimes leaves by dice of its own, so that no person's life depends on it. An account
that has users never leaves.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.books import Record
from sandbox.company import Company
from sandbox.moments import DAY, HOUR, MINUTE, SECOND, iso_seconds, to_seconds

STREAM = "zendesk.organizations"
FIRST_ORGANIZATION = 77_120_044
MEMBER_SHARE, JOIN, CHANGE, LEAVE = 0.08, 0.12, 0.1, 0.02  # chances, those of a day but the first
FIRST = ("Amstel", "Delta", "Polder", "Linden", "Canal", "Tulip", "Beacon", "Meadow")
SECOND_WORD = ("Logistics", "Foods", "Print", "Clinics", "Schools", "Cycles", "Bakeries")
PLANS = ("team", "business", "enterprise")


@dataclass(slots=True)
class Organization:
    """An account as the service desk holds it now."""

    number: int
    name: str
    domain: str
    created_us: int
    seats: int
    is_founder: bool
    updated_us: int = 0
    deleted_us: int | None = None


def founders(customers: int) -> int:
    """Tell how many accounts there are on the first day."""
    return max(12, customers // 100)


def found_organizations(company: Company) -> None:
    """Enter the accounts of the first day."""
    for place in range(founders(company.customers)):
        rng = company.rng("organization", place)
        created = company.start_us - rng.randrange(30, 900) * DAY - rng.randrange(DAY)
        _add(company, created, company.start_us + MINUTE, is_founder=True)


def organizations_day(company: Company, day_us: int) -> None:
    """Let accounts join, grow and leave in the course of a day."""
    if company.chance("organization joins", day_us) < JOIN:
        rng = company.rng("organization joins at", day_us)
        joined = day_us + rng.randrange(9 * HOUR, 17 * HOUR)
        _add(company, joined, joined, is_founder=False)
    for each in company.organizations:
        chance = company.chance("organization", each.number, day_us)
        if each.deleted_us is not None or each.updated_us >= day_us or chance >= CHANGE:
            continue
        rng = company.rng("organization changes", each.number, day_us)
        us = day_us + rng.randrange(8 * HOUR, 18 * HOUR)
        if not each.is_founder and chance < LEAVE:
            each.deleted_us = to_seconds(us)
        else:
            each.seats += rng.randrange(1, 9)
        _write(company, each, us)


def organization_of(company: Company, person: int) -> int | None:
    """Give the account for which a person writes, if it is one; only founders have users."""
    if person < 0 or company.chance("writes for a company", person) >= MEMBER_SHARE:
        return None
    place = int(company.chance("writes for", person) * founders(company.customers))
    return FIRST_ORGANIZATION + place


def _add(company: Company, created_us: int, us: int, *, is_founder: bool) -> None:
    number = company.books.number("zendesk organization", FIRST_ORGANIZATION)
    place = number - FIRST_ORGANIZATION
    # the numbers of words have no common divisor, so every pair comes before one comes again
    first, second = FIRST[place % len(FIRST)], SECOND_WORD[place % len(SECOND_WORD)]
    again = place // (len(FIRST) * len(SECOND_WORD))
    name = f"{first} {second}" + (f" {again + 1}" if again else "")
    domain = name.lower().replace(" ", "-") + ".example"
    seats = company.rng("seats", number).randrange(3, 60)
    one = Organization(number, name, domain, to_seconds(created_us), seats, is_founder)
    company.organizations.append(one)
    _write(company, one, us)


def _write(company: Company, one: Organization, us: int) -> None:
    one.updated_us = max(to_seconds(us), one.updated_us + SECOND)
    company.books.emit(STREAM, one.updated_us, one.number, organization_record(one))


def organization_record(one: Organization) -> Record:
    """Show an account as the export does."""
    plan = PLANS[min(one.seats // 40, 2)]
    return {
        "id": one.number,
        "url": f"https://northwind.zendesk.com/api/v2/organizations/{one.number}.json",
        "name": one.name,
        "external_id": f"acct-{one.number % 100_000:05d}",
        "domain_names": [one.domain],
        "created_at": iso_seconds(one.created_us),
        "updated_at": iso_seconds(one.updated_us),
        "deleted_at": None if one.deleted_us is None else iso_seconds(one.deleted_us),
        "details": "",
        "notes": "",
        "group_id": None,
        "shared_tickets": False,
        "shared_comments": False,
        "tags": [plan],
        "organization_fields": {"plan": plan, "seats": one.seats},
    }
