"""The day before the first: persons whom the CRM knows already, agents, owners.

What happened before the first day stands in creation and close dates only; every such record is
touched in the first minutes of the first day, as by a bulk update, so that a reader who begins
there gets all of it. Visits before the first day were never recorded.
"""

from __future__ import annotations

from random import Random

from sandbox.browsing import visit_time
from sandbox.business import show_pipelines
from sandbox.buying import office_hour, plan_close, plan_look
from sandbox.company import Company
from sandbox.crm import Deal, add_contact, add_duplicate, close_deal, open_deal, show, show_deal
from sandbox.desk import found_agents, user_of
from sandbox.moments import DAY, HOUR, MILLI, MINUTE
from sandbox.names import name_of
from sandbox.organizations import found_organizations
from sandbox.people import Person, founder, founders_of, share_phones
from sandbox.render_hubspot import owner_record
from sandbox.render_x import BRAND_ID, brand_account
from sandbox.switchboard import agents_needed

OWNERS = 4


def populate(company: Company) -> None:
    """Fill a company that has not lived a day."""
    found_agents(company, agents_needed(company.customers) + 3)
    company.agent_ids.extend(sorted(company.desk_users))
    found_organizations(company)
    company.x_accounts[BRAND_ID] = brand_account()
    for each in range(OWNERS):
        first, last = name_of(95_000 + each * 17)
        number = 310_001 + each
        record = owner_record(number, first, last, company.start_us - 300 * DAY)
        company.books.emit("hubspot.owners", company.start_us, number, record)
    show_pipelines(company)
    numbers = range(founders_of(company.customers))
    for number in numbers:
        company.add(founder(company.seed, number, company.start_us))
    share_phones(company.seed, company.people, company.climate.crm_noise.shared_phone_share)
    for person in list(company.people):
        _give_history(company, person)


def _give_history(company: Company, person: Person) -> None:
    rng = company.rng("history", person.number)
    deals: list[Deal] = []
    kind = rng.random()
    if kind < 0.74:
        _bought(company, person, rng, deals)
    elif kind < 0.87:
        _deciding(company, person, rng, deals)
    else:
        _undecided(company, person, rng, deals)
    shown = company.start_us + 2 * MINUTE + person.number * 30 * MILLI
    show(company, company.contacts[person.contact_id or 0], shown)
    for deal in deals:
        show_deal(company, deal, shown)
    if rng.random() < 0.5:
        created = company.start_us - rng.randrange(1, 100) * DAY - rng.randrange(DAY)
        user_of(company, person, company.start_us + 9 * MINUTE, created_us=created)


def _win(company: Company, person: Person, opened: int, won: int, rng: Random) -> Deal:
    deal = open_deal(company, person, opened, rng, is_silent=True)
    close_deal(company, person, deal, won, won=True, is_silent=True)
    return deal


def _bought(company: Company, person: Person, rng: Random, deals: list[Deal]) -> None:
    won = office_hour(rng, company.start_us - rng.randrange(2, 85) * DAY)
    opened = won - rng.randrange(1, 20) * DAY - rng.randrange(8 * HOUR)
    created = opened - rng.randrange(8 * DAY) - HOUR
    add_contact(company, person, created, is_silent=True)
    deals.append(_win(company, person, opened, won, rng))
    if rng.random() < 0.045 * company.climate.crm_noise.duplicate_factor:
        add_duplicate(company, person, (opened + won) // 2, is_silent=True)
    while rng.random() < 0.22:
        again = won + rng.randrange(6, 30) * DAY
        if again + 3 * HOUR >= company.start_us:
            break
        deals.append(_win(company, person, again - rng.randrange(3 * DAY), again, rng))
        won = again
    person.is_signed_in = not person.comes_offline and rng.random() < 0.8
    if rng.random() < 0.1:
        company.leave(person, company.start_us - 1)
        return
    person.has_visit_due = True
    day = company.start_us + int(rng.random() * person.cadence_days) * DAY
    company.plan(visit_time(rng, day, is_tying=False), "routine", person.number)


def _deciding(company: Company, person: Person, rng: Random, deals: list[Deal]) -> None:
    opened = office_hour(rng, company.start_us - rng.randrange(2, 15) * DAY)
    add_contact(company, person, opened - rng.randrange(1, 9 * DAY), is_silent=True)
    deal = open_deal(company, person, opened, rng, is_silent=True)
    deals.append(deal)
    plan_close(company, person, company.start_us, deal.deal_id, rng)
    plan_look(company, person, company.start_us, rng)


def _undecided(company: Company, person: Person, rng: Random, deals: list[Deal]) -> None:
    created = office_hour(rng, company.start_us - rng.randrange(3, 70) * DAY)
    add_contact(company, person, created, is_silent=True)
    lost = created + rng.randrange(2, 20) * DAY
    if rng.random() < 0.5 and lost + 2 * DAY < company.start_us:
        deal = open_deal(company, person, created + HOUR, rng, is_silent=True)
        close_deal(company, person, deal, lost, won=False, is_silent=True)
        deals.append(deal)
    way = rng.random()
    if way < 0.4:
        person.is_gone = True
    elif way < 0.7:
        when = office_hour(rng, company.start_us + rng.randrange(1, 25) * DAY)
        company.plan(when, "deal_open", person.number)
    plan_look(company, person, company.start_us, rng)
