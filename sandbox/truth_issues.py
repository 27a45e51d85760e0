"""Which touchpoints have one cause: the true issues, and what a story alone brought about.

A call, a ticket, a post or an answer belongs to what made the person turn to the company. The
ticket that an agent writes during a call is in it too. Posts without such a cause, answers to
the quarterly question and web sessions belong to no issue.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from sandbox.company import Company
from sandbox.moments import as_datetime

_TEXT, _AT = pa.string(), pa.timestamp("us", tz="UTC")

SCHEMAS: dict[str, list[tuple[str, pa.DataType]]] = {
    "issue_touchpoints": [
        ("issue_id", _TEXT),
        ("person_id", _TEXT),
        ("begun_at", _AT),
        ("contact_reason", _TEXT),
        ("touchpoint_type", _TEXT),
        ("source_record_id", _TEXT),
        ("noted_at", _AT),
        ("story_slug", _TEXT),
    ],
}


def rows(company: Company, until_us: int) -> dict[str, list[tuple[Any, ...]]]:
    """Give the touchpoints that were noted before a moment, with their issue."""
    return {
        "issue_touchpoints": [
            (
                f"issue-{fact.cause.number:06d}",
                f"person-{fact.cause.person:06d}",
                as_datetime(fact.cause.begun_us),
                fact.cause.reason,
                fact.kind,
                fact.key,
                as_datetime(fact.us),
                fact.cause.story,
            )
            for fact in company.books.caused
            if fact.us < until_us
        ]
    }
