"""The simulated company as the vendors' faces see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa

Record = dict[str, Any]


@dataclass(frozen=True)
class Version:
    """One state of one vendor record: from `at` on, `key` shows `record`."""

    at: datetime
    key: str
    record: Record


class World:
    """A company whose days are simulated once and never change afterwards."""

    def __init__(self, seed: int, customers: int, start: date) -> None:
        self.seed = seed
        self.customers = customers
        self.start = start

    def advance(self, now: datetime) -> None:
        """Simulate whole days up to and including the day of `now`."""

    def versions(self, name: str, now: datetime) -> list[Version]:
        """All versions of a stream with `at` <= now, ordered by (at, key)."""
        return []

    def x_posts(self, now: datetime) -> list[Record]:
        """Posts as the API shows them at `now`, the company's own among them."""
        return []

    def x_users(self) -> dict[str, Record]:
        """Accounts by id."""
        return {}

    def ga4_day(self, day: date, now: datetime) -> pa.Table | None:
        """The export table of a day, None before it exists."""
        return None
