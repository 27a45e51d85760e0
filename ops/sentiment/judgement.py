"""What every sentiment model answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

NEGATIVE, NEUTRAL, POSITIVE = TYPES = ("negative", "neutral", "positive")


class Judgement(NamedTuple):
    """What a model makes of one text; all null when the text holds nothing that it could judge."""

    score: float | None  # −1 negative to 1 positive
    type: str | None  # one of TYPES; neutral is a finding, null is none
    confidence: float | None  # how probable the type is; null where a model cannot say


NO_SIGNAL = Judgement(None, None, None)


class SentimentModel(Protocol):
    """A model: the same name and version give the same text the same judgement, for ever."""

    @property
    def name(self) -> str:
        """The kind of model."""

    @property
    def version(self) -> str:
        """What tells one state of the model from the next."""

    def judge(self, texts: Sequence[str]) -> list[Judgement]:
        """Judge a batch of texts, in their order."""


def of_probabilities(negative: float, neutral: float, positive: float) -> Judgement:
    """Turn three probabilities into a judgement: the likeliest type, and how far it leans."""
    odds = (negative, neutral, positive)
    best = max(range(3), key=odds.__getitem__)
    return Judgement(positive - negative, TYPES[best], odds[best])
