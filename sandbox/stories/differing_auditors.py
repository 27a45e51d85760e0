"""Those who audit contacts read one question of their form differently."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.moments import DAY


@dataclass(frozen=True, slots=True)
class DifferingAuditors:
    """From a day on, one auditor says no to a question where the others would say yes."""

    slug: str = "differing_auditors"
    after_days: int = 41
    auditor_id: int = 371_002
    question: str = "tone"
    stricter_share: float = 0.5  # of what the auditor would have said yes to

    def begins(self, start_us: int) -> int:
        """Give the first moment."""
        return start_us + self.after_days * DAY

    def ends(self, start_us: int) -> int | None:
        """Give None: nobody talks about it."""
        return None

    def placebo(self) -> DifferingAuditors:
        """Give auditors who differ by slips alone, one as often as the other."""
        return replace(self, stricter_share=0.0)
