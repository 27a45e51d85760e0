"""The truth of audits: what both readers of every audit say, and what they said without the story.

The second reading is here for every audit, also where the quality desk asked for none
(`is_shown` false): the warehouse sees a part of them and estimates for all.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from sandbox.audits import read_until
from sandbox.company import Company
from sandbox.moments import as_datetime

_TEXT, _WHOLE, _AT = pa.string(), pa.int64(), pa.timestamp("us", tz="UTC")

SCHEMAS: dict[str, list[tuple[str, pa.DataType]]] = {
    "audit_readings": [
        ("audit_id", _TEXT),
        ("question_slug", _TEXT),
        ("auditor_id", _WHOLE),
        ("is_second", pa.bool_()),
        ("is_shown", pa.bool_()),
        ("read_at", _AT),
        ("answer_type", _TEXT),
        ("answer_without_story_type", _TEXT),
    ],
}


def rows(company: Company, until_us: int) -> dict[str, list[tuple[Any, ...]]]:
    """Give the readings before a moment."""
    return {
        "audit_readings": [
            (
                *(one.audit_id, one.question.slug, one.auditor_id, one.is_second, one.is_shown),
                *(as_datetime(one.us), one.answer, one.unmoved),
            )
            for one in read_until(company, until_us)
        ]
    }
