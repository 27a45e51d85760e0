"""Refills: each customer orders at a true rate and drops out with a true chance.

A chain of orders runs from the first purchase on and is not changed by anything. Whether an order
reaches the company is another matter: a rival may take it, or the person may have left. So what
would have been is known, and the truth can tell what a story took away.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.books import DealFact
from sandbox.chance import exponential
from sandbox.company import Company
from sandbox.crm import Deal, show_deal
from sandbox.moments import DAY, MINUTE, SECOND, to_millis
from sandbox.people import Person
from sandbox.render_crm import line_record
from sandbox.stories import Refills

PRODUCT = ("8805", "Refill")


@dataclass(frozen=True, slots=True)
class Due:
    """An order that was due; `fate` is came, rival or left."""

    us: int
    fate: str
    deal_id: int | None = None


@dataclass(slots=True)
class Buyer:
    """How a customer truly buys; `dropped_us` is when the chain ended."""

    rate_per_day: float
    dropout: float
    mean_cents: int
    since_us: int
    dropped_us: int | None = None
    dues: list[Due] = field(default_factory=list)


def begin_refills(company: Company, person: Person, us: int, since_us: int) -> None:
    """Give a new customer a rate, a chance of dropping out and the first order."""
    story = next((one for one in company.climate.stories if isinstance(one, Refills)), None)
    if story is None or person.number in company.buyers:
        return
    rng = company.rng("refills", person.number)
    rate = exponential(rng, story.orders_per_30_days / 30)
    dropout = min(rng.random() for _ in range(story.dropout_dice))
    mean_cents = 20_000 + round(48_000 * rng.random() * rng.random())
    company.buyers[person.number] = Buyer(rate, dropout, mean_cents, since_us)
    _plan_next(company, person, since_us, 1)


def refill(company: Company, person: Person, us: int, payload: tuple[int, int]) -> None:
    """Let an order fall due: it may come, and the person may drop out after it."""
    number, due_us = payload
    buyer, story = company.buyers[person.number], company.climate.stories
    rival = next(one for one in story if isinstance(one, Refills))
    fate, deal_id = "came", None
    if person.is_gone and due_us >= company.start_us:
        fate = "left"
    elif (
        due_us >= rival.begins(company.start_us)
        and company.chance("rival", person.number, number) < rival.lost_share
    ):
        fate = "rival"
    else:
        deal_id = _order(company, person, buyer, due_us, us)
    buyer.dues.append(Due(due_us, fate, deal_id))
    if company.chance("drops out", person.number, number) < buyer.dropout:
        buyer.dropped_us = due_us
    else:
        _plan_next(company, person, due_us, number + 1)


def _plan_next(company: Company, person: Person, us: int, number: int) -> None:
    rng = company.rng("refill", person.number, number)
    due_us = (
        us + 2 * MINUTE + round(exponential(rng, DAY / company.buyers[person.number].rate_per_day))
    )
    shown_us = company.start_us + 4 * MINUTE + person.number * 30_000
    company.plan(max(due_us, shown_us + number * SECOND), "refill", person.number, (number, due_us))


def _order(company: Company, person: Person, buyer: Buyer, due_us: int, us: int) -> int:
    """Enter an order as the shop does: won at once, one line; an old one is shown on day one."""
    due_us, us = to_millis(due_us), to_millis(us)
    deal_id = company.books.number("refill", 9_900_002, 3)
    spread = 0.6 + 0.8 * company.chance("refill worth", deal_id)
    cents = round(buyer.mean_cents * spread)
    raise_cents = cents * company.climate.raise_percent(due_us) // 100
    deal = Deal(
        deal_id=deal_id,
        contact_id=person.contact_id or 0,
        created_us=due_us,
        name=f"{person.first} {person.last} - Refill",
        amount_cents=cents + raise_cents,
        stage="closedwon",
        close_us=due_us,
        owner_id=310_001,
        fact=DealFact(deal_id, person.number, due_us, due_us, True, raise_cents),
    )
    person.won += 1
    company.deals[deal_id] = deal
    company.books.deals.append(deal.fact)
    show_deal(company, deal, us)
    number = company.books.number("refill line", 75_500_001)
    line = line_record(number, deal_id, PRODUCT, 1, deal.amount_cents, us)
    company.books.emit("hubspot.line_items", us, number, line)
    return deal_id
