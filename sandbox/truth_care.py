"""The truth of care: each low mark, who was cared for, and the next mark with and without care."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from sandbox.company import Company
from sandbox.moments import as_datetime

_TEXT, _WHOLE, _AT = pa.string(), pa.int64(), pa.timestamp("us", tz="UTC")

SCHEMAS: dict[str, list[tuple[str, pa.DataType]]] = {
    "low_marks": [
        ("person_id", _TEXT),
        ("answer_id", _TEXT),
        ("marked_at", _AT),
        ("score", _WHOLE),
        ("cared_at", _AT),
        ("followed_at", _AT),
        ("follow_up_score", _WHOLE),
        ("follow_up_score_without_care", _WHOLE),
    ],
}


def rows(company: Company, until_us: int) -> dict[str, list[tuple[Any, ...]]]:
    """Give the low marks before a moment, with what had followed by then."""
    found = []
    for care in company.care_log:
        if care.marked_us >= until_us:
            continue
        is_cared = care.cared_us is not None and care.cared_us < until_us
        is_followed = care.followed_us is not None and care.followed_us < until_us
        found.append(
            (
                f"person-{care.person:06d}",
                str(care.answer_id),
                as_datetime(care.marked_us),
                care.score,
                as_datetime(care.cared_us) if is_cared else None,
                as_datetime(care.followed_us) if is_followed else None,
                care.follow_up if is_followed else None,
                care.unlifted if is_followed else None,
            )
        )
    return {"low_marks": found}
