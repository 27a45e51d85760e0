"""The days on which the company rests, as the seed of the warehouse lists them."""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from pathlib import Path

from ops.settings import Settings


def holidays(settings: Settings) -> frozenset[date]:
    """Return the holidays of any schedule; the gate expects less of them."""
    return _listed(settings.dbt_dir / "seeds" / "business_holidays.csv")


@cache
def _listed(path: Path) -> frozenset[date]:
    with path.open(newline="") as seed:
        return frozenset(date.fromisoformat(row["holiday_on"]) for row in csv.DictReader(seed))
