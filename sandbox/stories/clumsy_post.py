"""The company publishes a joke at its customers' cost."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.moments import DAY, HOUR


@dataclass(frozen=True, slots=True)
class ClumsyPost:
    """The company publishes a clumsy post: people quote it and are angry."""

    slug: str = "clumsy_post"
    after_days: int = 54
    from_hour: int = 9
    hours: int = 30
    posts_per_customer: float = 0.06
    negative_share: float = 1.0
    positive_share: float = 0.0
    quote_share: float = 0.85

    def begins(self, start_us: int) -> int:
        """Give the first moment."""
        return start_us + self.after_days * DAY + self.from_hour * HOUR

    def ends(self, start_us: int) -> int | None:
        """Give the moment after which nobody talks of it any more."""
        return self.begins(start_us) + self.hours * HOUR

    def placebo(self) -> ClumsyPost:
        """Give a clumsy post that nobody minds."""
        return replace(self, posts_per_customer=0.0)
