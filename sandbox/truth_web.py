"""The truth of the checkouts that were begun, and of how far searches run ahead of calls.

Who came to order would have ordered; what a broken button cost is the difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from sandbox.company import Company
from sandbox.moments import as_datetime
from sandbox.searches import lead_days

_TEXT, _WHOLE, _AT = pa.string(), pa.int64(), pa.timestamp("us", tz="UTC")

SCHEMAS: dict[str, list[tuple[str, pa.DataType]]] = {
    "checkouts": [
        ("web_client_id", _TEXT),
        ("ga_session_id", _WHOLE),
        ("person_id", _TEXT),
        ("begun_at", _AT),
        ("has_met_friction", pa.bool_()),
        ("would_order", pa.bool_()),
        ("has_ordered", pa.bool_()),
    ],
    "search_leads": [("topic_slug", _TEXT), ("lead_days", _WHOLE)],
}


def rows(company: Company, until_us: int) -> dict[str, Sequence[tuple[Any, ...]]]:
    """Give the rows of both tables before a moment."""
    checkouts = [
        (
            each.session.client_id,
            each.session.session_id,
            f"person-{each.session.person:06d}",
            as_datetime(each.begun_us),
            each.has_met_friction,
            each.would_order,
            each.has_ordered,
        )
        for each in company.checkouts
        if each.begun_us < until_us
        and (each.session.late_us is None or each.session.late_us < until_us)
    ]
    return {"checkouts": checkouts, "search_leads": [("problems", lead_days(company))]}
