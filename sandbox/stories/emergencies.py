"""The IT desk misjudges: emergencies that it misses, and emergencies that are none."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.moments import DAY, HOUR
from sandbox.stories.outage import Outage

CALM = Outage().placebo()


@dataclass(frozen=True, slots=True)
class Missed(Outage):
    """An outage that the IT desk takes for something small; nobody announces it."""


@dataclass(frozen=True, slots=True)
class FalseAlarm(Outage):
    """An emergency that the IT desk declares and no customer feels."""


@dataclass(frozen=True, slots=True)
class Emergencies:
    """The IT desk misses emergencies and declares others wrongly, one of each every some weeks."""

    slug: str = "it_emergencies"
    after_days: int = 50
    from_hour: int = 9
    hours: int = 5
    every_days: int = 27
    missed_count: int = 2
    wrong_count: int = 2
    wrong_days_later: int = 5
    contact_factor: float = 3.0
    handle_factor: float = 1.2
    mood_drop: float = 0.12
    post_share: float = 0.05
    stranger_factor: float = 1.0

    def begins(self, start_us: int) -> int:
        """Give the first moment."""
        return start_us + self.after_days * DAY + self.from_hour * HOUR

    def ends(self, start_us: int) -> int | None:
        """Give the moment when the last of the missed ones is over."""
        last = max(0, self.missed_count - 1) * self.every_days * DAY
        return self.begins(start_us) + last + self.hours * HOUR

    def incidents(self) -> tuple[Outage, ...]:
        """Give what the IT desk misjudges, each as an outage of its kind."""
        missed = Missed(
            slug=self.slug,
            after_days=self.after_days,
            from_hour=self.from_hour,
            hours=self.hours,
            contact_factor=self.contact_factor,
            handle_factor=self.handle_factor,
            reply_factor=1.0,
            mood_drop=self.mood_drop,
            post_share=self.post_share,
            stranger_factor=self.stranger_factor,
            leave_share=0.0,
        )
        wrong = FalseAlarm(
            slug=self.slug,
            after_days=self.after_days + self.wrong_days_later,
            from_hour=self.from_hour,
            hours=self.hours,
        ).placebo()
        return tuple(
            replace(one, after_days=one.after_days + number * self.every_days)
            for one, times in ((missed, self.missed_count), (wrong, self.wrong_count))
            for number in range(times)
        )

    def placebo(self) -> Emergencies:
        """Give a desk that judges rightly: nothing small is felt, and nothing is declared."""
        return replace(
            self,
            wrong_count=0,
            contact_factor=CALM.contact_factor,
            handle_factor=CALM.handle_factor,
            mood_drop=CALM.mood_drop,
            post_share=CALM.post_share,
            stranger_factor=CALM.stranger_factor,
        )
