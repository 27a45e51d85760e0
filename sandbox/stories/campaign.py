"""The company asks for pictures, and people send them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.moments import DAY, HOUR


@dataclass(frozen=True, slots=True)
class Campaign:
    """The company runs a campaign: many posts in two days, in the usual mood."""

    slug: str = "campaign"
    after_days: int = 47
    from_hour: int = 8
    hours: int = 40
    posts_per_customer: float = 0.09
    negative_share: float = 0.15
    positive_share: float = 0.55
    quote_share: float = 0.5

    def begins(self, start_us: int) -> int:
        """Give the first moment."""
        return start_us + self.after_days * DAY + self.from_hour * HOUR

    def ends(self, start_us: int) -> int | None:
        """Give the moment after which nobody talks of it any more."""
        return self.begins(start_us) + self.hours * HOUR

    def placebo(self) -> Campaign:
        """Give a campaign that nobody takes part in."""
        return replace(self, posts_per_customer=0.0)
