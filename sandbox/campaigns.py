"""What the company mails, to whom, and what comes of it.

The hold-out follows a published rule: the first 32 bits of the MD5 of audience and contact, as a
share of their range. Whoever knows the rule and the list knows who was left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import md5

from sandbox.browsing import visit_time
from sandbox.company import Company
from sandbox.consents import NEWSLETTER
from sandbox.moments import DAY, HOUR
from sandbox.people import Person
from sandbox.stories import ConsentWave, NewsletterOffer


@dataclass(frozen=True, slots=True)
class Offer:
    """What somebody who takes the newsletter was offered, or would have been."""

    contact_id: int
    person: int
    us: int
    until_us: int
    is_held_out: bool
    deals: list[int] = field(default_factory=list)


def held_out(audience: str, contact_id: int, share: float) -> bool:
    """Tell whether a contact is left out of an audience to compare with."""
    digest = md5(f"{audience}|{contact_id}".encode()).hexdigest()  # noqa: S324 - no secret
    return int(digest[:8], 16) / (1 << 32) < share


def mail_day(company: Company, day_us: int) -> None:
    """Send what the stories of this day send."""
    for wave in company.climate.beginning(ConsentWave, day_us):
        for contact_id, person in _readers(company):
            rng = company.rng("one too many", contact_id)
            if rng.random() < wave.withdraw_share:
                when = wave.begins(company.start_us) + rng.randrange(HOUR, wave.days * DAY)
                payload = (contact_id, NEWSLETTER, wave.slug)
                company.plan(when, "withdraw", person.number, payload)
    for offer in company.climate.beginning(NewsletterOffer, day_us):
        for contact_id, person in _readers(company):
            _offer(company, person, contact_id, day_us, offer)


def _readers(company: Company) -> list[tuple[int, Person]]:
    """List the contacts who take the newsletter now."""
    found = []
    for contact_id, said in company.consents.items():
        choices, contact = said.get(NEWSLETTER), company.contacts[contact_id]
        if choices and choices[-1].status == "SUBSCRIBED" and contact.archived_us is None:
            found.append((contact_id, company.people[contact.fact.person]))
    return found


def _offer(
    company: Company, person: Person, contact_id: int, day_us: int, story: NewsletterOffer
) -> None:
    left_out = held_out(story.slug, contact_id, story.holdout_share)
    until_us = day_us + story.days * DAY
    company.offers[person.number] = Offer(contact_id, person.number, day_us, until_us, left_out)
    rng = company.rng("offer", contact_id)
    is_known = person.is_signed_in or not person.comes_offline
    if left_out or not is_known or rng.random() >= story.order_share:
        return
    day = day_us + rng.randrange(1, 6) * DAY
    company.plan(visit_time(rng, day, is_tying=True), "order", person.number, "offer")
