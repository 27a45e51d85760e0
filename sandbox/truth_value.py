"""The truth of who buys how, who has dropped out, what is to come, and who pauses.

`expected_30_days` is what a person is truly expected to order in the 30 days after the moment:
orders come at the person's rate until one of them is the last. Base orders, which are few and
have no rate, are not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from sandbox.company import Company
from sandbox.moments import as_datetime
from sandbox.refilling import Due
from sandbox.render_ga4 import SOURCES
from sandbox.stories import Refills

_TEXT, _REAL, _AT = pa.string(), pa.float64(), pa.timestamp("us", tz="UTC")

SCHEMAS: dict[str, list[tuple[str, pa.DataType]]] = {
    "buyers": [
        ("person_id", _TEXT),
        ("first_medium", _TEXT),
        ("orders_per_day", _REAL),
        ("dropout_rate", _REAL),
        ("began_at", _AT),
        ("dropped_out_at", _AT),
        ("is_alive", pa.bool_()),
        ("expected_30_days", _REAL),
    ],
    "refills": [
        ("person_id", _TEXT),
        ("due_at", _AT),
        ("fate_type", _TEXT),
        ("deal_id", _TEXT),
        ("taken_by_slug", _TEXT),
        ("left_at", _AT),
    ],
    "purchases": [
        ("person_id", _TEXT),
        ("deal_id", _TEXT),
        ("purchased_at", _AT),
        ("raise_amount", _REAL),  # what the price change added to it
    ],
    "pauses": [("person_id", _TEXT), ("began_at", _AT), ("returns_at", _AT)],
}


def rows(company: Company, until_us: int) -> dict[str, Sequence[tuple[Any, ...]]]:
    """Give the rows of these tables before a moment."""
    return {
        "buyers": _buyers(company, until_us),
        "refills": [
            _due(company, person, due)
            for person, buyer in sorted(company.buyers.items())
            for due in buyer.dues
            if due.us < until_us
        ],
        "purchases": [
            (
                *(_name(deal.person), str(deal.deal_id), as_datetime(deal.closed_us)),
                deal.raise_cents / 100,
            )
            for deal in company.books.deals
            if deal.is_won and deal.closed_us is not None and deal.closed_us < until_us
        ],
        "pauses": [
            (_name(person), as_datetime(us), None if back is None else as_datetime(back))
            for person, us, back in company.pauses
            if us < until_us
        ],
    }


def _buyers(company: Company, until_us: int) -> list[tuple[Any, ...]]:
    story = next((one for one in company.climate.stories if isinstance(one, Refills)), None)
    found = []
    for person, buyer in sorted(company.buyers.items()):
        if story is None or buyer.since_us >= until_us:
            continue
        has_dropped = buyer.dropped_us is not None and buyer.dropped_us < until_us
        left_us, _ = company.left.get(person, (until_us, None))
        is_alive = not has_dropped and left_us >= until_us
        seen_us, source = company.first_sources.get(person, (until_us, 0))
        kept = 1 - story.lost_share if story.begins(company.start_us) <= until_us else 1.0
        found.append(
            (
                _name(person),
                SOURCES[source][1] if seen_us < until_us else None,
                buyer.rate_per_day,
                buyer.dropout,
                as_datetime(buyer.since_us),
                as_datetime(buyer.dropped_us) if has_dropped and buyer.dropped_us else None,
                is_alive,
                kept * _to_come(buyer.rate_per_day, buyer.dropout) if is_alive else 0.0,
            )
        )
    return found


def _due(company: Company, person: int, due: Due) -> tuple[Any, ...]:
    left_us, cause = company.left.get(person, (None, None))
    is_left = due.fate == "left" and left_us is not None
    return (
        _name(person),
        as_datetime(due.us),
        due.fate,
        None if due.deal_id is None else str(due.deal_id),
        Refills().slug if due.fate == "rival" else cause if is_left else None,
        as_datetime(left_us) if is_left and left_us is not None else None,
    )


def _to_come(rate: float, dropout: float, days: int = 30, steps: int = 300) -> float:
    """Add up the orders of the days to come, day by small day, without a logarithm."""
    alive, orders = 1.0, 0.0
    for _ in range(steps):
        now = alive * rate * days / steps
        orders += now
        alive -= now * dropout
    return round(orders, 6)


def _name(number: int) -> str:
    return f"person-{number:06d}"
