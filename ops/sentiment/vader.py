"""VADER, a lexicon with rules: fast to explain, lost where people mean it without its words."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from ops.sentiment.judgement import NEGATIVE, NEUTRAL, POSITIVE, Judgement

BOUND = 0.05  # the bound that the model's authors give for its compound score


class Vader:
    """The lexicon as its authors ship it. Its score is a strength, so it has no confidence."""

    name = "vader"

    def __init__(self) -> None:
        self.version = version("vaderSentiment")
        self._analyzer = SentimentIntensityAnalyzer()

    def judge(self, texts: Sequence[str]) -> list[Judgement]:
        """Judge a batch; no word of the lexicon is neutral here, because VADER cannot tell."""
        scores = [float(self._analyzer.polarity_scores(text)["compound"]) for text in texts]
        return [Judgement(score, sentiment_type(score), None) for score in scores]


def sentiment_type(compound: float) -> str:
    """Return positive, neutral or negative."""
    if compound >= BOUND:
        return POSITIVE
    return NEGATIVE if compound <= -BOUND else NEUTRAL
