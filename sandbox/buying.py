"""From lead to customer and beyond: deals in the making, routines, pauses, and leaving."""

from __future__ import annotations

from random import Random

from sandbox.answers import feel
from sandbox.browsing import visit_time
from sandbox.chance import between
from sandbox.company import Company
from sandbox.crm import add_contact, add_duplicate, advance_deal, close_deal, open_deal
from sandbox.moments import DAY, HOUR, MINUTE, weekday
from sandbox.people import Person
from sandbox.stories import PriceChange, Wavering


def office_hour(rng: Random, us: int) -> int:
    """Draw an hour of the day of `us` at which sales people work; Sunday becomes Monday."""
    day = us - us % DAY
    if weekday(day) == 6:
        day += DAY
    return day + 8 * HOUR + rng.randrange(9 * HOUR)


def lead(company: Company, person: Person, us: int, _: object) -> None:
    """Become a contact and choose a way: talk to sales, order alone, or think about it."""
    add_contact(company, person, us)
    rng = company.rng("lead", person.number)
    way = rng.random()
    if way < (0.75 if person.comes_offline else 0.42):
        when = office_hour(rng, us + rng.randrange(1, 6) * DAY)
        company.plan(when, "deal_open", person.number)
    elif way < 0.75 and not person.comes_offline:
        day = us - us % DAY + rng.randrange(1, 11) * DAY
        company.plan(visit_time(rng, day, is_tying=True), "order", person.number)
    if rng.random() < 0.5:
        when = us - us % DAY + DAY + rng.randrange(9 * HOUR, 16 * HOUR)
        company.plan(when, "dial", person.number, ("other", None, 1))
    plan_look(company, person, us, rng)


def plan_look(company: Company, person: Person, us: int, rng: Random) -> None:
    """Plan some more anonymous visits of a lead."""
    if person.comes_offline:
        return
    day = us - us % DAY
    for _ in range(rng.randrange(4)):
        day += rng.randrange(1, 8) * DAY
        company.plan(visit_time(rng, day, is_tying=False), "browse", person.number, "browse")


def deal_open(company: Company, person: Person, us: int, _: object) -> None:
    """Open a deal with sales and plan its way."""
    if person.is_gone or person.open_deals or person.contact_id is None:
        return
    rng = company.rng("deal", person.number, us)
    deal = open_deal(company, person, us, rng)
    plan_close(company, person, us, deal.deal_id, rng)


def plan_close(company: Company, person: Person, us: int, deal_id: int, rng: Random) -> None:
    """Plan the second stage of an open deal and its end."""
    days = rng.randrange(2, 19)
    if rng.random() < 0.6:
        company.plan(us + days * DAY // 2, "deal_advance", person.number, deal_id)
    when = office_hour(rng, us + days * DAY)
    company.plan(when, "deal_close", person.number, deal_id)


def deal_advance(company: Company, _person: Person, us: int, deal_id: int) -> None:
    """Move a deal on, unless it is closed."""
    deal = company.deals[deal_id]
    if deal.fact.closed_us is None:
        advance_deal(company, deal, us)


def deal_close(company: Company, person: Person, us: int, deal_id: int) -> None:
    """Win or lose a deal."""
    deal = company.deals[deal_id]
    rng = company.rng("close", deal_id)
    won = rng.random() < 0.45 + 0.3 * person.mood and not person.is_gone
    close_deal(company, person, deal, us, won=won)
    if won:
        settle(company, person, us, None)
    elif person.won == 0 and rng.random() < 0.25:
        when = office_hour(rng, us + rng.randrange(8, 30) * DAY)
        company.plan(when, "deal_open", person.number)


def settle(company: Company, person: Person, us: int, _: object) -> None:
    """Plan the customer's next visit, a long pause, or none ever again."""
    if person.is_gone or person.customer_number is None or person.has_visit_due:
        return
    rng = company.rng("settle", person.number, us)
    if rng.random() < 0.004 + 0.05 * between(0.0, 0.5 - person.mood, 1.0):
        company.leave(person, us)
        return
    feel(person, 0.66, 0.08)
    days = max(1, round(person.cadence_days * (0.4 + 1.2 * rng.random())))
    if rng.random() < 0.035:
        days = rng.randrange(33, 80)
    pause = _wavering(company, person, us)
    if pause is not None:
        if pause == 0:
            return
        days = pause
    person.has_visit_due = True
    day = us - us % DAY + days * DAY
    company.plan(visit_time(rng, day, is_tying=False), "routine", person.number)


def _wavering(company: Company, person: Person, us: int) -> int | None:
    """Give the days of a planted pause, 0 for one without an end, None when there is none."""
    story = company.climate.running(Wavering, us)
    if story is None or company.first_sources.get(person.number, (us, None))[1] != story.source:
        return None
    rng = company.rng("wavering", person.number, us)
    if rng.random() >= story.pause_share:
        return None
    days = rng.randrange(story.min_days, story.max_days)
    if rng.random() >= story.return_share:
        company.pauses.append((person.number, us, None))
        company.leave(person, us, story.slug)
        return 0
    company.pauses.append((person.number, us, us + days * DAY))
    return days


def duplicate(company: Company, person: Person, us: int, _: object) -> None:
    """Let somebody enter the customer a second time."""
    if not person.has_duplicate:
        add_duplicate(company, person, us)


def hear_price(company: Company, person: Person, us: int, story: PriceChange) -> None:
    """Learn of the new price and decide whether to stay."""
    if person.is_gone or person.won == 0:
        return
    rng = company.rng("price", person.number)
    feel(person, 0.0, story.mood_drop * (0.4 + 1.2 * person.price_sense))
    if person.handle and rng.random() < story.post_share * (0.5 + person.price_sense):
        company.plan(us + 9 * MINUTE, "post", person.number, ("negative", "price"))
    leaving = story.leave_share * 2 * person.price_sense * (1.3 - person.mood)
    if rng.random() < leaving:
        company.leave(person, us, story.slug)
        if rng.random() < 0.4:
            company.plan(us + 30 * MINUTE, "contact", person.number, "price")


def feel_outage(company: Company, person: Person, us: int, drop: float) -> None:
    """Notice that nothing works."""
    feel(person, 0.0, drop)
    storm = company.climate.outage(us)
    if storm and person.handle and company.chance("outage post", person.number) < storm.post_share:
        company.plan(us + 4 * MINUTE, "post", person.number, ("negative", "outage"))
    if storm and company.chance("outage leave", person.number) < storm.leave_share:
        company.leave(person, us, storm.slug)
