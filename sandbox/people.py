"""Persons: who they are, how they are, and how they come into the company's sight."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.chance import bell, between, count, draws, pick
from sandbox.moments import DAY, SECOND
from sandbox.names import client_id_of, email_of, handle_of, name_of, other_email_of, phone_of


@dataclass(slots=True)
class Device:
    """One browser with its analytics cookie."""

    client_id: str
    first_touch_us: int
    sessions: int = 0
    busy_until_us: int = 0
    kind: int = 0


@dataclass(slots=True)
class Person:
    """One true person. Traits never change after birth; state does."""

    number: int
    kind: str  # customer, prospect, visitor, stranger, spammer, caller, junk
    first: str
    last: str
    email: str
    phone: str
    desk_email: str | None
    handle: str | None
    is_handle_in_crm: bool
    is_phone_in_crm: bool
    is_shared_phone: bool
    patience_seconds: int
    generosity: float
    chattiness: float
    sociality: float
    price_sense: float
    digital: float
    cadence_days: float
    devices: list[Device] = field(default_factory=list)
    comes_offline: bool = False
    mood: float = 0.62
    customer_number: str | None = None
    contact_id: int | None = None
    desk_user_id: int | None = None
    open_ticket_id: int | None = None
    is_signed_in: bool = False
    is_gone: bool = False
    has_duplicate: bool = False
    has_visit_due: bool = False
    won: int = 0
    open_deals: int = 0
    x_id: str | None = None

    @property
    def person_id(self) -> str:
        """Name the person as the truth does."""
        return f"person-{self.number:06d}"


def born(seed: int, number: int, kind: str, us: int) -> Person:
    """Make a person with temperament and belongings, the same for the same number."""
    rng = draws(seed, "person", number)
    first, last = name_of(number)
    cadence = pick(rng, [((3.0, 6.0), 0.2), ((8.0, 15.0), 0.5), ((14.0, 22.0), 0.3)])
    person = Person(
        number=number,
        kind=kind,
        first=first,
        last=last,
        email=email_of(number, first, last),
        phone=phone_of(number),
        desk_email=other_email_of(number, first) if rng.random() < 0.07 else None,
        handle=handle_of(number, first, last) if rng.random() < 0.36 else None,
        is_handle_in_crm=rng.random() < 0.45,
        is_phone_in_crm=rng.random() < 0.85,
        is_shared_phone=False,
        patience_seconds=int(between(60, bell(rng, 330, 100), 800)),
        generosity=round(bell(rng, 0.0, 0.09), 4),
        chattiness=round(0.008 + 0.125 * rng.random() * rng.random(), 5),
        sociality=round(rng.random() * rng.random(), 4),
        price_sense=round(rng.random(), 4),
        digital=round(rng.random(), 4),
        cadence_days=round(cadence[0] + (cadence[1] - cadence[0]) * rng.random(), 2),
        mood=round(between(0.1, bell(rng, 0.64, 0.12), 0.95), 4),
    )
    if kind in ("customer", "prospect", "visitor"):
        person.devices.append(_device(number, 0, us + rng.randrange(DAY), rng.randrange(3)))
    if kind == "prospect":
        person.comes_offline = rng.random() < 0.18
    return person


def _device(number: int, which: int, first_touch_us: int, kind: int) -> Device:
    return Device(client_id_of(number, which, first_touch_us), first_touch_us, kind=kind)


def founder(seed: int, number: int, start_us: int) -> Person:
    """Make a person whom the CRM knows before the first day; the browser has a history."""
    rng = draws(seed, "founder", number)
    person = born(seed, number, "customer", start_us - rng.randrange(120, 400) * DAY)
    person.devices[0].sessions = rng.randrange(2, 40)
    person.comes_offline = rng.random() < 0.25
    return person


def second_device(seed: int, person: Person, us: int) -> Device:
    """Give a person another browser; it is used only when signed in."""
    rng = draws(seed, "device", person.number)
    device = _device(person.number, 1, us - us % SECOND, rng.randrange(3))
    person.devices.append(device)
    return device


def share_phones(seed: int, persons: list[Person], share: float) -> None:
    """Let some neighbours in the list live in one household with one telephone."""
    for one, other in zip(persons[::2], persons[1::2], strict=False):
        if draws(seed, "household", one.number).random() < share:
            other.phone = one.phone
            for holder in (one, other):
                holder.is_shared_phone = holder.is_phone_in_crm = True


def founders_of(customers: int) -> int:
    """Count the persons whom the CRM knows on the first day."""
    return -(-customers * 7 // 10)


def prospects_on(customers: int, day: int) -> int:
    """Count the arrivals of a day that will become leads: 42 % of `customers` in 90 days."""
    return (day + 1) * customers * 42 // 9000 - day * customers * 42 // 9000


def visitors_on(seed: int, customers: int, day: int) -> int:
    """Count the arrivals of a day that will never give a name."""
    return count(draws(seed, "visitors", day), customers * 0.011)
