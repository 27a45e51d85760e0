"""The truth of what was searched for on each day whose results were final before a moment.

The detail is what Search Console shows by query; the rest are queries too rare to be shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from sandbox.company import Company
from sandbox.moments import DAY, as_datetime
from sandbox.searches import day_found, final_us

_TEXT, _WHOLE = pa.string(), pa.int64()

SCHEMAS: dict[str, list[tuple[str, pa.DataType]]] = {
    "search_days": [
        ("report_on", pa.date32()),
        ("topic_slug", _TEXT),
        ("click_count", _WHOLE),
        ("impression_count", _WHOLE),
        ("detail_click_count", _WHOLE),
        ("detail_impression_count", _WHOLE),
    ],
}


def rows(company: Company, until_us: int) -> dict[str, Sequence[tuple[Any, ...]]]:
    """Give the rows of this table before a moment."""
    days = range(company.start_us, until_us, DAY)
    final = [day_us for day_us in days if final_us(company, day_us) <= until_us]
    return {"search_days": [row for day_us in final for row in _topics(company, day_us)]}


def _topics(company: Company, day_us: int) -> list[tuple[Any, ...]]:
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for one in day_found(company, day_us):
        row = sums[one.topic]
        row[0] += one.clicks
        row[1] += one.impressions
        if not one.is_rare:
            row[2] += one.clicks
            row[3] += one.impressions
    return [(as_datetime(day_us).date(), topic, *sums[topic]) for topic in sorted(sums)]
