"""An offer goes to an audience by mail; a part of it is held out and hears nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.moments import DAY


@dataclass(frozen=True, slots=True)
class NewsletterOffer:
    """An offer goes to those who take the newsletter, and some order because of it."""

    slug: str = "newsletter_offer"
    after_days: int = 66
    days: int = 14
    holdout_share: float = 0.3
    order_share: float = 0.16

    def begins(self, start_us: int) -> int:
        """Give the first moment."""
        return start_us + self.after_days * DAY

    def ends(self, start_us: int) -> int | None:
        """Give the moment until which orders count."""
        return self.begins(start_us) + self.days * DAY

    def placebo(self) -> NewsletterOffer:
        """Give an offer that is sent as widely and moves nobody."""
        return replace(self, order_share=0.0)
