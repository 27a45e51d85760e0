"""Who posts is not who buys: those whom sales people won are the loud and unhappy ones."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.moments import DAY


@dataclass(frozen=True, slots=True)
class PostingBias:
    """Customers who came without the web site post more often, and are less glad when they do."""

    slug: str = "posting_bias"
    after_days: int = 5
    loud_factor: float = 5.0
    gladness: float = -0.5

    def begins(self, start_us: int) -> int:
        """Give the first moment."""
        return start_us + self.after_days * DAY

    def ends(self, start_us: int) -> int | None:
        """Give None: people stay as they are."""
        return None

    def placebo(self) -> PostingBias:
        """Give a company in which everybody posts alike."""
        return replace(self, loud_factor=1.0, gladness=0.0)
