"""What the seeds of the warehouse say that operations need, too: holidays and promises."""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from pathlib import Path

from ops.settings import Settings


def holidays(settings: Settings) -> frozenset[date]:
    """Return the holidays of any schedule; the gate expects less of them."""
    rows = _rows(settings.dbt_dir / "seeds" / "business_holidays.csv")
    return frozenset(date.fromisoformat(row["holiday_on"]) for row in rows)


def promised_hours(settings: Settings) -> dict[str, int]:
    """Return by source.stream the hours by which it may lag less than."""
    rows = _rows(settings.dbt_dir / "seeds" / "freshness_promises.csv")
    return {f"{r['source_slug']}.{r['stream_slug']}": int(r["promised_hours"]) for r in rows}


@cache
def _rows(path: Path) -> tuple[dict[str, str], ...]:
    with path.open(newline="") as seed:
        return tuple(csv.DictReader(seed))
