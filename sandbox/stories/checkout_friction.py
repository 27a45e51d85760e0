"""A button of the checkout does not answer for some weeks."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.moments import DAY


@dataclass(frozen=True, slots=True)
class CheckoutFriction:
    """A button of the checkout does not answer: some who click in vain give the order up."""

    slug: str = "checkout_friction"
    after_days: int = 43
    days: int = 45
    met_share: float = 0.5
    leave_share: float = 0.5

    def begins(self, start_us: int) -> int:
        """Give the first moment."""
        return start_us + self.after_days * DAY

    def ends(self, start_us: int) -> int | None:
        """Give the moment when the button works again."""
        return self.begins(start_us) + self.days * DAY

    def placebo(self) -> CheckoutFriction:
        """Give a button that fails as often and keeps nobody from ordering."""
        return replace(self, leave_share=0.0)
