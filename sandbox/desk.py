"""The service desk's user book: who is behind an address, a telephone, a sign-in.

Zendesk knows a person by whatever they used. A call from a number that it does not know makes a
user of its own, called after the number; an agent may fill in the rest once the caller has said
who they are. Numbers that a household shares are never turned into a person.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.books import Record
from sandbox.chance import draws
from sandbox.company import Company
from sandbox.moments import DAY, SECOND, iso_seconds, to_seconds
from sandbox.names import mixed_case, name_of, spelled_phone
from sandbox.organizations import organization_of
from sandbox.people import Person

FIRST_USER = 903_451_200_101
AGENT_IDS = 903_451_200_011
GROUPS = ((360_011, "Billing"), (360_012, "Care"), (360_013, "Technical"))


@dataclass(slots=True)
class DeskUser:
    """A user as the service desk holds it now; `person` is -1 for agents and shared numbers."""

    user_id: int
    person: int
    name: str
    email: str | None
    phone: str | None
    created_us: int
    external_id: str | None = None
    role: str = "end-user"
    updated_us: int = 0
    organization_id: int | None = None


def user_record(user: DeskUser) -> Record:
    """Show a user as the export does."""
    return {
        "id": user.user_id,
        "url": f"https://northwind.zendesk.com/api/v2/users/{user.user_id}.json",
        "name": user.name,
        "email": user.email,
        "created_at": iso_seconds(user.created_us),
        "updated_at": iso_seconds(user.updated_us),
        "time_zone": "Amsterdam",
        "phone": user.phone,
        "locale": "nl",
        "organization_id": user.organization_id,
        "role": user.role,
        "verified": user.email is not None,
        "external_id": user.external_id,
        "tags": [],
        "alias": "",
        "active": True,
        "shared": False,
        "last_login_at": None,
        "suspended": False,
        "user_fields": {"nps_segment": None},
    }


def write_user(company: Company, user: DeskUser, us: int) -> None:
    """Write the user's present state as a new version."""
    user.updated_us = max(to_seconds(us), user.updated_us + SECOND)
    company.books.emit("zendesk.users", user.updated_us, user.user_id, user_record(user))
    if user.person < 0:
        return
    books, seen, person = company.books, user.updated_us, user.person
    books.identify(person, "zendesk_user_id", str(user.user_id), seen)
    books.identify(person, "email", user.email.lower() if user.email else None, seen)
    books.identify(person, "customer_number", user.external_id, seen)
    books.identify(person, "phone", company.people[person].phone if user.phone else None, seen)


def _add(company: Company, user: DeskUser, us: int) -> DeskUser:
    user.organization_id = organization_of(company, user.person)
    company.desk_users[user.user_id] = user
    write_user(company, user, us)
    return user


def found_agents(company: Company, number: int) -> None:
    """Enter the agents on the first day."""
    for each in range(number):
        first, last = name_of(90_000 + each * 13)
        user = DeskUser(
            AGENT_IDS + each,
            -1,
            f"{first} {last}",
            f"{first}.{last}@northwind.example".lower(),
            None,
            company.start_us - (200 + each) * DAY,
            role="admin" if each == 0 else "agent",
        )
        _add(company, user, company.start_us + 5 * SECOND)


def user_of(
    company: Company, person: Person, us: int, *, created_us: int | None = None
) -> DeskUser:
    """Give the person's own user; it comes into being with their first message."""
    if person.desk_user_id is not None:
        known: DeskUser = company.desk_users[person.desk_user_id]
        return known
    rng = draws(company.seed, "desk user", person.number)
    email = person.desk_email or mixed_case(person.email, rng)
    has_phone = person.desk_email is None and rng.random() < 0.55
    user = DeskUser(
        company.books.number("desk user", FIRST_USER),
        person.number,
        f"{person.first} {person.last}",
        email,
        spelled_phone(person.phone, rng) if has_phone else None,
        to_seconds(created_us or us),
        external_id=person.customer_number,
    )
    person.desk_user_id = user.user_id
    return _add(company, user, us)


def know_customer(company: Company, person: Person, us: int) -> None:
    """Copy a new customer number to the person's user, if there is one."""
    if person.desk_user_id is not None:
        user = company.desk_users[person.desk_user_id]
        user.external_id = person.customer_number
        write_user(company, user, us)


def caller_of(company: Company, person: Person, us: int) -> DeskUser:
    """Give the user whom the desk sees behind the calling number."""
    if person.desk_user_id is not None and not person.is_shared_phone:
        own: DeskUser = company.desk_users[person.desk_user_id]
        if own.phone:
            return own
    if person.phone in company.callers:
        known: DeskUser = company.desk_users[company.callers[person.phone]]
        return known
    user = DeskUser(
        company.books.number("desk user", FIRST_USER),
        -1 if person.is_shared_phone else person.number,
        f"Caller {spoken(person.phone)}",
        None,
        person.phone,
        to_seconds(us),
    )
    company.callers[person.phone] = user.user_id
    return _add(company, user, us)


def recognised(company: Company, person: Person, caller: DeskUser, us: int) -> DeskUser:
    """Give the user to whom an agent books a call once the caller has said who they are."""
    if caller.user_id == person.desk_user_id:
        return caller
    if person.is_shared_phone:
        return user_of(company, person, us)
    rng = draws(company.seed, "recognised", caller.user_id, us)
    if person.desk_user_id is not None:
        own: DeskUser = company.desk_users[person.desk_user_id]
        return own if rng.random() < 0.6 else caller
    if person.kind == "caller" or rng.random() < 0.3:
        return caller
    caller.name = f"{person.first} {person.last}"
    caller.email = person.email
    caller.external_id = person.customer_number
    person.desk_user_id = caller.user_id
    write_user(company, caller, us)
    return caller


def spoken(phone: str) -> str:
    """Write a number with the spaces that Zendesk shows."""
    return f"{phone[:3]} {phone[3]} {phone[4:8]} {phone[8:]}"
