"""Customers whom the search engine brought are less attached: they go on long pauses."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Wavering:
    """After a visit some of those whom a source brought pause for weeks; most of them return."""

    slug: str = "wavering_customers"
    source: int = 0  # the place in the list of sources of visits: unpaid search
    pause_share: float = 0.06
    min_days: int = 35
    max_days: int = 70
    return_share: float = 0.7

    def begins(self, start_us: int) -> int:
        """Give the first day."""
        return start_us

    def ends(self, start_us: int) -> int | None:
        """Give None: they stay as they are."""
        return None

    def placebo(self) -> Wavering:
        """Give customers who pause as all others do."""
        return replace(self, pause_share=0.0)
