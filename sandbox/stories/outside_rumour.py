"""A paper writes badly of the company."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.moments import DAY, HOUR


@dataclass(frozen=True, slots=True)
class OutsideRumour:
    """A paper writes that the company sells its customers' data; the company did nothing."""

    slug: str = "outside_rumour"
    after_days: int = 84
    from_hour: int = 7
    hours: int = 30
    posts_per_customer: float = 0.05
    negative_share: float = 1.0
    positive_share: float = 0.0
    quote_share: float = 0.0

    def begins(self, start_us: int) -> int:
        """Give the first moment."""
        return start_us + self.after_days * DAY + self.from_hour * HOUR

    def ends(self, start_us: int) -> int | None:
        """Give the moment after which nobody talks of it any more."""
        return self.begins(start_us) + self.hours * HOUR

    def placebo(self) -> OutsideRumour:
        """Give a report that nobody talks about."""
        return replace(self, posts_per_customer=0.0)
