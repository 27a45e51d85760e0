"""Customers order refills by themselves; from a day on a rival takes a share of these orders."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.moments import DAY


@dataclass(frozen=True, slots=True)
class Refills:
    """Customers order refills, each at a rate of their own, and drop out unseen.

    A rate is drawn from an exponential distribution, a dropout chance is the least of so many
    dice. What the story does to the company is the rival: it takes `lost_share` of the orders.
    """

    slug: str = "refills"
    orders_per_30_days: float = 0.45
    dropout_dice: int = 4
    after_days: int = 60
    lost_share: float = 0.5

    def begins(self, start_us: int) -> int:
        """Give the moment from which the rival sells."""
        return start_us + self.after_days * DAY

    def ends(self, start_us: int) -> int | None:
        """Give None: the rival stays."""
        return None

    def placebo(self) -> Refills:
        """Give refills that no rival takes: people order as they always did."""
        return replace(self, lost_share=0.0)
