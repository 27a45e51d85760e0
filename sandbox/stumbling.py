"""The checkout: who clicks in vain there, and who gives the order up for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.books import Session
from sandbox.stories import CheckoutFriction

if TYPE_CHECKING:
    from sandbox.browsing import Visit

LOOKED_SHARE = 0.25  # of a lead's visits: to see what the checkout asks for


@dataclass(frozen=True, slots=True)
class Checkout:
    """A checkout that was begun: who came to order orders, unless a button kept them from it."""

    session: Session
    begun_us: int
    has_met_friction: bool
    would_order: bool
    has_ordered: bool


def begin_checkout(visit: Visit, *, would_order: bool) -> bool:
    """Begin the checkout and tell whether the order comes about."""
    company, place = visit.company, (visit.device.client_id, visit.us)
    begun_us = visit.hit("begin_checkout", "/checkout")
    story = company.climate.running(CheckoutFriction, begun_us)
    met = story is not None and company.chance("stumble", *place) < story.met_share
    stays = story is None or company.chance("give up", *place) >= story.leave_share
    if met:
        _click_in_vain(visit, place)
    orders = would_order and (stays or not met)
    company.checkouts.append(Checkout(visit.session, begun_us, met, would_order, orders))
    return orders


def look_at_checkout(visit: Visit) -> None:
    """Let a lead see what the checkout asks for, and leave it."""
    if visit.company.chance("look", visit.device.client_id, visit.us) < LOOKED_SHARE:
        begin_checkout(visit, would_order=False)


def _click_in_vain(visit: Visit, place: tuple[str, int]) -> None:
    """Click with draws of its own, so that the rest of the visit is what it would have been."""
    kept, visit.rng = visit.rng, visit.company.rng("clicks in vain", *place)
    for _ in range(1 + visit.rng.randrange(3)):
        visit.hit("dead_click", "/checkout")
    if visit.rng.random() < 0.6:
        visit.hit("rage_click", "/checkout")
    visit.rng = kept
