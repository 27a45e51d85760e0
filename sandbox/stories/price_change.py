"""Northwind raises its price."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.moments import DAY, HOUR


@dataclass(frozen=True, slots=True)
class PriceChange:
    """Northwind raises its price: the price-conscious ask, complain and leave."""

    slug: str = "price_change"
    after_days: int = 60
    from_hour: int = 6
    raise_percent: int = 12
    contact_factor: float = 1.5
    loud_days: int = 10
    decide_days: int = 14
    leave_share: float = 0.28
    mood_drop: float = 0.10
    post_share: float = 0.12

    def begins(self, start_us: int) -> int:
        """Give the moment of the announcement."""
        return start_us + self.after_days * DAY + self.from_hour * HOUR

    def ends(self, start_us: int) -> int | None:
        """Give None: the new price stays."""
        return None

    def placebo(self) -> PriceChange:
        """Give a price change that leaves the price as it is and nobody minds."""
        return replace(
            self,
            raise_percent=0,
            contact_factor=1.0,
            leave_share=0.0,
            mood_drop=0.0,
            post_share=0.0,
        )
