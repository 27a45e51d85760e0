"""One newsletter too many makes readers take their consent back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.moments import DAY, HOUR


@dataclass(frozen=True, slots=True)
class ConsentWave:
    """One newsletter too many: within days a part of its readers unsubscribes."""

    slug: str = "consent_wave"
    after_days: int = 55
    from_hour: int = 7
    days: int = 7
    withdraw_share: float = 0.15

    def begins(self, start_us: int) -> int:
        """Give the moment of the mail."""
        return start_us + self.after_days * DAY + self.from_hour * HOUR

    def ends(self, start_us: int) -> int | None:
        """Give the moment when nobody minds any more."""
        return self.begins(start_us) + self.days * DAY

    def placebo(self) -> ConsentWave:
        """Give a newsletter that nobody minds."""
        return replace(self, withdraw_share=0.0)
