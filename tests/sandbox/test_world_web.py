"""A checkout that does not answer, a mail too many, an offer with a hold-out, and placebos."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from sandbox.campaigns import held_out
from sandbox.stories import PLANTED, with_placebo
from sandbox.truth import truth
from sandbox.world import World
from tests.sandbox.observed import START, day

Rows = dict[str, list[dict[str, Any]]]
UNTIL = "2026-09-22"


def told(*placebos: str) -> Rows:
    """Tell the truth of a small company, some of its stories without effect."""
    world = World(7, 300, START, with_placebo(PLANTED, placebos))
    tables = truth(world, day(UNTIL))
    return {
        name: tables[name].to_pylist() for name in ("checkouts", "consent_choices", "offers")
    } | {"hits": Counter(hit.name for hits in world.company.books.hits.values() for _, hit in hits)}


@pytest.fixture(scope="module")
def planted() -> Rows:
    return told()


@pytest.fixture(scope="module")
def placebo() -> Rows:
    return told("checkout_friction", "consent_wave", "newsletter_offer")


def lost(rows: Rows) -> int:
    return sum(row["would_order"] and not row["has_ordered"] for row in rows["checkouts"])


def test_who_meets_the_dead_button_may_give_the_order_up(planted: Rows) -> None:
    met = [row for row in planted["checkouts"] if row["has_met_friction"]]
    assert lost(planted) == sum(r["would_order"] and not r["has_ordered"] for r in met) > 3
    assert planted["hits"]["dead_click"] >= len(met) > planted["hits"]["rage_click"] > 0
    assert not any(row["has_ordered"] for row in planted["checkouts"] if not row["would_order"])


def test_in_the_placebo_the_button_is_dead_and_nobody_gives_up(placebo: Rows) -> None:
    assert placebo["hits"]["dead_click"] > 10
    assert lost(placebo) == 0


def test_a_mail_too_many_makes_readers_withdraw(planted: Rows, placebo: Rows) -> None:
    def withdrawn(rows: Rows) -> int:
        return sum(row["cause_slug"] == "consent_wave" for row in rows["consent_choices"])

    assert withdrawn(planted) > 8
    assert withdrawn(placebo) == 0


def test_an_offer_moves_those_who_got_it_and_nobody_else(planted: Rows, placebo: Rows) -> None:
    moved = [r for r in planted["offers"] if r["has_ordered"] and not r["ordered_without_offer"]]
    assert len(moved) > 5
    assert not any(row["is_held_out"] for row in moved)
    assert {row["is_held_out"] for row in placebo["offers"]} == {True, False}
    assert all(row["has_ordered"] == row["ordered_without_offer"] for row in placebo["offers"])


def test_who_is_held_out_follows_the_published_rule() -> None:
    """md5('newsletter_offer|50101') begins with 58e907ed, which is 0.347 of 16^8."""
    assert held_out("newsletter_offer", 50101, 0.35)
    assert not held_out("newsletter_offer", 50101, 0.34)
    share = sum(held_out("newsletter_offer", number, 0.3) for number in range(2000)) / 2000
    assert 0.27 < share < 0.33
