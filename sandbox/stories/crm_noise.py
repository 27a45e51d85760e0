"""The CRM holds people twice, misspells them, and lets households share a telephone."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class CrmNoise:
    """How untidy the CRM is, from the first day on."""

    slug: str = "crm_noise"
    duplicate_factor: float = 1.0  # times the usual share of customers entered twice
    typing_errors: int = 1  # made where a duplicate is misspelt
    shared_phone_share: float = 0.08  # of neighbours who live in one household

    def begins(self, start_us: int) -> int:
        """Give the first moment of the world."""
        return start_us

    def ends(self, start_us: int) -> int | None:
        """Give None: it stays so."""
        return None

    def placebo(self) -> CrmNoise:
        """Give a CRM without duplicates, errors or shared telephones."""
        return replace(self, duplicate_factor=0.0, typing_errors=0, shared_phone_share=0.0)
