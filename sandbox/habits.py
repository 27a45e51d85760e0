"""What a day brings: who arrives, who feels like calling or writing, whom a story touches."""

from __future__ import annotations

from sandbox.answers import NPS_EVERY_DAYS, invite_nps
from sandbox.browsing import visit_time
from sandbox.chance import between, count, pick, stable_hash
from sandbox.company import Company
from sandbox.moments import DAY, HOUR, MINUTE, weekday
from sandbox.people import Person, born, prospects_on, visitors_on
from sandbox.switchboard import CALLS_BY_HOUR

CONTACTS_BY_WEEKDAY = (1.28, 1.12, 1.05, 1.0, 1.05, 0.68, 0.3)
REASONS = (
    ("billing", 0.26),
    ("delivery", 0.17),
    ("account", 0.19),
    ("how_to", 0.25),
    ("other", 0.13),
)
TONELESS = 0.35  # of what people post of their own accord
PATIENCE_DAYS = ((0, 3.0), (1, 2.0), (2, 2.0), (4, 1.5), (6, 1.0), (9, 1.0), (12, 0.5))


def wake(company: Company, day_us: int) -> None:
    """Let everybody who knows the company decide what they want to do today."""
    day = company.day_index(day_us)
    weekly = CONTACTS_BY_WEEKDAY[weekday(day_us)]
    story = company.climate.loud_price(day_us + DAY - 1)
    hazard = weekly * (story.contact_factor if story else 1.0)
    for person in company.people:
        if person.contact_id is None or person.is_gone or person.kind == "junk":
            continue
        seeded = stable_hash(company.seed, "habit", person.number, day)
        is_customer = person.won > 0
        share = person.chattiness * hazard * (1.0 if is_customer else 0.3)
        if (seeded & 0xFFFFFFFF) < share * 0x100000000:
            _want_contact(company, person, day_us)
        if person.handle and (seeded >> 32) < voice(company, person, day_us)[0] * 0x100000000:
            _muse(company, person, day_us)
        if is_customer and (day + person.number) % NPS_EVERY_DAYS == 0:
            invite_nps(company, person, day_us)


def _want_contact(company: Company, person: Person, day_us: int) -> None:
    rng = company.rng("want", person.number, day_us)
    when = day_us + pick(rng, CALLS_BY_HOUR) * HOUR + rng.randrange(HOUR)
    company.plan(when, "contact", person.number)


def voice(company: Company, person: Person, us: int) -> tuple[float, float]:
    """Give how likely somebody posts on a day, and how likely a post with a tone is a glad one."""
    share, glad = 0.003 + 0.025 * person.sociality, 0.1 + 0.75 * person.mood
    bias = company.climate.posting_bias(us)
    if bias is None or not person.comes_offline:
        return share, glad
    return share * bias.loud_factor, between(0.02, glad + bias.gladness, 0.98)


def _muse(company: Company, person: Person, day_us: int) -> None:
    rng = company.rng("muse", person.number, day_us)
    glad = voice(company, person, day_us)[1]
    tone = (
        "neutral" if rng.random() < TONELESS else "positive" if rng.random() < glad else "negative"
    )
    when = day_us + rng.randrange(7 * HOUR, 23 * HOUR)
    company.plan(when, "post", person.number, (tone, "product"))


def contact(company: Company, person: Person, us: int, reason: str | None) -> None:
    """Turn to the company: choose the reason and the channel."""
    rng = company.rng("contact", person.number, us)
    if reason is None:
        story = company.climate.loud_price(us)
        if company.climate.outage(us) and rng.random() < 0.85:
            reason = "outage"
        elif story and rng.random() < 0.25 + 0.3 * person.price_sense:
            reason = "price"
        else:
            reason = pick(rng, REASONS)
    company.turn_to(person, us, reason)
    wants_voice = rng.random() < 0.88 - 0.38 * person.digital
    if weekday(us) == 6 and rng.random() < 0.75:
        wants_voice = False
    if wants_voice:
        company.plan(us, "ring", person.number, (reason, 1))
    else:
        channel = "web" if rng.random() < 0.25 + 0.5 * person.digital else "email"
        when = us + rng.randrange(3 * HOUR)
        company.plan(when, "write_in", person.number, (channel, reason))


def arrive(company: Company, day_us: int) -> None:
    """Let new people come into sight."""
    day = company.day_index(day_us)
    for _ in range(prospects_on(company.customers, day)):
        _prospect(company, day_us)
    for _ in range(visitors_on(company.seed, company.customers, day)):
        _visitor(company, day_us)
    rng = company.rng("unknown", day)
    for _ in range(count(rng, company.customers * 0.0006)):
        person = company.add(born(company.seed, len(company.people), "caller", day_us))
        when = day_us + pick(rng, CALLS_BY_HOUR) * HOUR + rng.randrange(HOUR)
        company.plan(when, "ring", person.number, ("other", 1))
    for _ in range(count(rng, company.customers * 0.00008)):
        person = company.add(born(company.seed, len(company.people), "junk", day_us))
        person.comes_offline, person.is_phone_in_crm, person.handle = True, False, None
        company.plan(day_us + rng.randrange(20 * HOUR), "junk_lead", person.number)


def _prospect(company: Company, day_us: int) -> None:
    person = company.add(born(company.seed, len(company.people), "prospect", day_us))
    rng = company.rng("arrival", person.number)
    days = pick(rng, PATIENCE_DAYS)
    lead_us = visit_time(rng, day_us + days * DAY, is_tying=True)
    if person.comes_offline:
        company.plan(max(lead_us, day_us + 8 * HOUR), "lead", person.number)
        return
    for passed in range(days):
        if passed == 0 or rng.random() < 0.35:
            us = visit_time(rng, day_us + passed * DAY, is_tying=False)
            company.plan(us, "browse", person.number, "browse")
    company.plan(lead_us + 31 * MINUTE, "browse", person.number, "lead")


def _visitor(company: Company, day_us: int) -> None:
    person = company.add(born(company.seed, len(company.people), "visitor", day_us))
    rng = company.rng("arrival", person.number)
    for _ in range(1 + int(rng.random() * rng.random() * 4)):
        us = visit_time(rng, day_us, is_tying=False)
        company.plan(us, "browse", person.number, "browse")
        day_us += rng.randrange(1, 15) * DAY


def stories_touch(company: Company, day_us: int) -> None:
    """Plan how the stories that begin today reach the customers."""
    for begin, end, storm in company.climate.outages_of(day_us):
        for person in company.people:
            if person.contact_id is None or person.is_gone or person.won == 0:
                continue
            rng = company.rng("outage", person.number, begin)
            when = begin + rng.randrange(end - begin)
            if rng.random() < 0.4:
                company.plan(when, "feel_outage", person.number, storm.mood_drop)
            if rng.random() < person.chattiness * storm.contact_factor:
                company.plan(when + 5 * MINUTE, "contact", person.number)
    for begin, story in company.climate.prices_of(day_us):
        for person in company.people:
            if person.contact_id is not None and not person.is_gone:
                rng = company.rng("hear", person.number, begin)
                when = begin + rng.randrange(story.decide_days * DAY)
                company.plan(when, "hear_price", person.number, story)
