"""A step of a process breaks: what was handled is not done, and people ask again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.moments import DAY


@dataclass(frozen=True, slots=True)
class BrokenStep:
    """Refunds are booked and never paid out: whoever asked about a bill has to ask again."""

    slug: str = "broken_step"
    after_days: int = 62
    days: int = 20
    reason: str = "billing"
    again_share: float = 0.35
    again_days: int = 5

    def begins(self, start_us: int) -> int:
        """Give the first moment."""
        return start_us + self.after_days * DAY

    def ends(self, start_us: int) -> int | None:
        """Give the moment when the step works again."""
        return self.begins(start_us) + self.days * DAY

    def placebo(self) -> BrokenStep:
        """Give a broken step that brings nobody back."""
        return replace(self, again_share=0.0)
