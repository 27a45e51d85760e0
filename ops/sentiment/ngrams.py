"""The default model: a linear model over hashed n-grams and a lexicon, applied with numpy alone.

Its weights lie beside this module, made by `python -m benchmarks.sentiment.train`. They hold
numbers and the lexicon of VADER (MIT licence), and no text that the model was trained on.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ops.sentiment import features
from ops.sentiment.judgement import NO_SIGNAL, Judgement, of_probabilities

WEIGHTS = Path(__file__).with_name("ngrams.npz")
BATCH = 2000  # texts worked out at once: keeps the arrays small


class NGrams:
    """A multinomial logistic regression whose confidence was calibrated on held-out texts."""

    name = "ngrams"

    def __init__(self, path: Path = WEIGHTS) -> None:
        with np.load(path, allow_pickle=False) as held:
            self.version = str(held["version"])
            self._bits = int(held["bits"])
            self._hashed = held["hashed"].astype(np.float32) * held["scale"]
            self._told = held["told"].astype(np.float64)
            self._bias = held["bias"].astype(np.float64)
            self._temperature = float(held["temperature"])
            self._valences = read_words(held["valence_words"], held["valences"])
            self._boosters = read_words(held["booster_words"], held["boosts"])

    def judge(self, texts: Sequence[str]) -> list[Judgement]:
        """Judge texts; one without a word, an emoticon or an emoji that speaks gets nulls."""
        found: list[Judgement] = []
        for start in range(0, len(texts), BATCH):
            found += self._judge(texts[start : start + BATCH])
        return found

    def _judge(self, texts: Sequence[str]) -> list[Judgement]:
        tokens = features.tokenize(texts)
        if not tokens.words:
            return [NO_SIGNAL] * len(texts)
        behind = features.negated(tokens)
        told = features.lexicon_features(texts, tokens, behind, self._valences, self._boosters)
        buckets = features.hashed_features(tokens, behind, self._bits)
        logits = told @ self._told.T + self._bias
        for column, weights in enumerate(self._hashed):
            sums = np.bincount(buckets.rows, weights[buckets.columns], len(texts))
            logits[:, column] += sums * buckets.weights
        logits = (logits - logits.max(axis=1, keepdims=True)) / self._temperature
        odds = np.exp(logits)
        odds /= odds.sum(axis=1, keepdims=True)
        speaks = [w[0].isalpha() or w in self._valences for w in tokens.words]
        heard = np.bincount(tokens.rows, speaks, len(texts)) > 0
        return [
            of_probabilities(*row) if is_heard else NO_SIGNAL
            for row, is_heard in zip(odds.tolist(), heard.tolist(), strict=True)
        ]


def read_words(words: NDArray[np.uint8], numbers: features.Real) -> dict[str, float]:
    """Read words, kept as lines of UTF-8, with the number of each."""
    lines = words.tobytes().decode().split("\n")
    return dict(zip(lines, numbers.tolist(), strict=True))
