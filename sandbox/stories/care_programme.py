"""Who gives a low mark may get a call; everybody who gave one is asked again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.moments import DAY


@dataclass(frozen=True, slots=True)
class CareProgramme:
    """Detractors are looked after, the angriest first, and asked again weeks later.

    The choice hangs on the mark and on a recent contact, so that the ones cared for differ from the
    others. `lift_points` is what care adds to their later marks.
    """

    slug: str = "care_programme"
    after_days: int = 0
    lift_points: float = 2.0
    lasts_days: int = 120
    care_share: float = 0.45
    low_mark_to: int = 4
    low_mark_factor: float = 1.3
    high_mark_factor: float = 0.7
    recent_contact_days: int = 14
    recent_contact_share: float = 0.1
    within_days: int = 4
    again_after_days: int = 21
    again_days: int = 7
    again_share: float = 0.9
    episode_days: int = 60
    settled_days: int = 14

    def begins(self, start_us: int) -> int:
        """Give the first moment."""
        return start_us + self.after_days * DAY

    def ends(self, start_us: int) -> int | None:
        """Give None: the programme goes on."""
        return None

    def share_of(self, score: int, *, has_recent_contact: bool) -> float:
        """Give the chance that a low mark is followed by care."""
        factor = self.low_mark_factor if score <= self.low_mark_to else self.high_mark_factor
        return self.care_share * factor + self.recent_contact_share * has_recent_contact

    def placebo(self) -> CareProgramme:
        """Give care to the same persons, to no effect."""
        return replace(self, lift_points=0.0)
