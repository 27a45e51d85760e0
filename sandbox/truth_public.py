"""The truth of the company's Facebook page and of its forms, before a moment.

A comment of a stranger has no person, and one that the page hides counts as neutral. A fan count is
that of the midnight that ends a day. A form's answer stays in the truth when it was deleted later,
with the moment, because the vendor does not tell it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from sandbox.moments import DAY, as_datetime
from sandbox.world import World

_TEXT, _WHOLE, _AT = pa.string(), pa.int64(), pa.timestamp("us", tz="UTC")

SCHEMAS: dict[str, list[tuple[str, pa.DataType]]] = {
    "page_comments": [
        ("comment_id", _TEXT),
        ("person_id", _TEXT),
        ("created_at", _AT),
        ("deleted_at", _AT),
        ("true_sentiment", _TEXT),
    ],
    "page_days": [("day_on", pa.date32()), ("fan_count", _WHOLE), ("followers_count", _WHOLE)],
    "form_answers": [
        ("response_id", _TEXT),
        ("form_id", _TEXT),
        ("metric_slug", _TEXT),
        ("score", _WHOLE),
        ("person_id", _TEXT),
        ("submitted_at", _AT),
        ("deleted_at", _AT),
    ],
}


def rows(world: World, until_us: int) -> dict[str, Sequence[tuple[Any, ...]]]:
    """Give the rows of these tables before a moment."""
    first = world.company.start_us
    return {
        "page_comments": [
            (
                one.comment_id,
                _name(one.person),
                *_times(one, one.created_us, until_us),
                one.sentiment,
            )
            for one in world.page.comments
            if one.created_us < until_us
        ],
        "page_days": [
            (as_datetime(day_us).date(), *world.page.counts.at(day_us + DAY)[:2])
            for day_us in range(first, until_us - DAY + 1, DAY)
        ],
        "form_answers": [
            (
                *(one.response_id, one.form_id, one.metric, one.score, _name(one.person)),
                *_times(one, one.submitted_us, until_us),
            )
            for one in world.forms.answers
            if one.submitted_us < until_us
        ],
    }


def _name(number: int | None) -> str | None:
    return None if number is None else f"person-{number:06d}"


def _times(fact: Any, us: int, until_us: int) -> tuple[Any, Any]:
    gone = fact.deleted_us
    is_gone = gone is not None and gone < until_us
    return as_datetime(us), as_datetime(gone) if is_gone else None
