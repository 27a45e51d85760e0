"""Northwind's own systems fail for some hours."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.moments import DAY, HOUR


@dataclass(frozen=True, slots=True)
class Outage:
    """Northwind's own systems fail for some hours: nobody can use the product."""

    slug: str = "it_outage"
    after_days: int = 40
    from_hour: int = 8
    hours: int = 9
    contact_factor: float = 5.0
    handle_factor: float = 1.35
    reply_factor: float = 2.5
    mood_drop: float = 0.22
    post_share: float = 0.10
    stranger_factor: float = 4.0
    leave_share: float = 0.01

    def begins(self, start_us: int) -> int:
        """Give the first moment."""
        return start_us + self.after_days * DAY + self.from_hour * HOUR

    def ends(self, start_us: int) -> int | None:
        """Give the moment when it is over."""
        return self.begins(start_us) + self.hours * HOUR

    @property
    def is_felt(self) -> bool:
        """Tell whether anybody outside of the IT desk notices."""
        return self != self.placebo()

    def placebo(self) -> Outage:
        """Give an outage that nobody feels: only the IT desk writes it down."""
        return replace(
            self,
            contact_factor=0.0,
            handle_factor=1.0,
            reply_factor=1.0,
            mood_drop=0.0,
            post_share=0.0,
            stranger_factor=0.0,
            leave_share=0.0,
        )
