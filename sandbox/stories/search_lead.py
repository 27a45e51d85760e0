"""Who has a problem searches for it before calling."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class SearchLead:
    """Searches about problems of a day follow the calls of so many days later, two at most."""

    slug: str = "search_lead"
    lead_days: int = 1

    def begins(self, start_us: int) -> int:
        """Give the first moment."""
        return start_us

    def ends(self, start_us: int) -> int | None:
        """Give None: it is a habit."""
        return None

    def placebo(self) -> SearchLead:
        """Give searches on the very day of the calls, which announce nothing."""
        return replace(self, lead_days=0)
