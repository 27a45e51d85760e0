"""Train the default sentiment model and write its weights.

    python -m benchmarks.sentiment.train FOLDER

FOLDER holds the corpora that `corpora.py` names; no text of a benchmark is trained on. The same
files give the same weights. The penalty was chosen by leaving whole corpora of the training out. A
tenth of the texts is held back to fit the temperature that calibrates the confidence.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from vaderSentiment.vaderSentiment import BOOSTER_DICT, SentimentIntensityAnalyzer

from benchmarks.sentiment.corpora import BENCHMARKS, TRAINING, Labelled
from ops.sentiment import features
from ops.sentiment.ngrams import BATCH, WEIGHTS

VERSION = "1"  # a change of the weights or of the features is a new version
BITS = 17
PENALTY = 0.3
COUNTS_AS = {"tweets": 5.0}  # few, and nearest to what customers write
HELD_BACK = 10  # every tenth text
GREATEST = 127


def main(folder: Path) -> None:
    """Train on the corpora in the folder, print what was done, write the weights."""
    unseen = {normal(text) for corpus in BENCHMARKS for text, _ in corpus.load(folder)}
    texts: list[Labelled] = []
    counts: list[float] = []
    for corpus in TRAINING:
        mine = [labelled for labelled in corpus.load(folder) if normal(labelled[0]) not in unseen]
        texts += mine
        counts += [COUNTS_AS.get(corpus.name, 1.0)] * len(mine)
        print(f"{corpus.name}: {len(mine)} texts")
    valences, boosters = lexicon()
    matrix = design([text for text, _ in texts], valences, boosters)
    labels = np.array([label for _, label in texts])
    weights = balanced(np.array(counts), labels)
    held = np.arange(len(labels)) % HELD_BACK == 0
    trial = fitted(matrix[~held], labels[~held], weights[~held])
    temperature = calibrated(trial.decision_function(matrix[held]), labels[held], weights[held])
    right = trial.score(matrix[held], labels[held])
    print(f"temperature {temperature:.3f}; accuracy held back {right:.3f}")
    write(fitted(matrix, labels, weights), temperature, valences, boosters)
    print(f"wrote {WEIGHTS} ({WEIGHTS.stat().st_size / 1024:.0f} KiB)")


def normal(text: str) -> str:
    """Return a text as it is compared with the benchmarks: its tokens alone."""
    return " ".join(features.tokenize([text]).words)


def lexicon() -> tuple[dict[str, float], dict[str, float]]:
    """Return VADER's words and emoji with their valence, and the words that strengthen others."""
    analyzer = SentimentIntensityAnalyzer()
    valences = {word: float(value) for word, value in analyzer.lexicon.items() if " " not in word}
    for emoji, meaning in analyzer.emojis.items():
        value = sum(analyzer.lexicon.get(word, 0.0) for word in meaning.split())
        if value and emoji not in valences:
            valences[emoji] = max(-features.VALENCE, min(features.VALENCE, value))
    return valences, {word: float(value) for word, value in BOOSTER_DICT.items()}


def design(
    texts: Sequence[str], valences: dict[str, float], boosters: dict[str, float]
) -> sp.csr_matrix:
    """Return the features of texts: hashed n-grams, then what the lexicon tells."""
    parts = []
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        tokens = features.tokenize(batch)
        behind = features.negated(tokens)
        told = features.lexicon_features(batch, tokens, behind, valences, boosters)
        buckets = features.hashed_features(tokens, behind, BITS)
        each = buckets.weights[buckets.rows].astype(np.float32)
        hashed = sp.csr_matrix((each, (buckets.rows, buckets.columns)), (len(batch), 1 << BITS))
        parts.append(sp.hstack([hashed, sp.csr_matrix(told.astype(np.float32))]).tocsr())
    return sp.vstack(parts).tocsr()


def balanced(counts: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Let the three types weigh the same: who posts more of one is no reason to expect it."""
    share = np.bincount(labels, counts)
    return counts * (counts.sum() / 3 / share)[labels]


def fitted(matrix: sp.csr_matrix, labels: np.ndarray, weights: np.ndarray) -> LogisticRegression:
    """Fit the regression; its start and its order are fixed, so its end is."""
    return LogisticRegression(C=PENALTY, max_iter=200).fit(matrix, labels, sample_weight=weights)


def calibrated(logits: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> float:
    """Return the temperature at which the probabilities of held-back texts fit best."""

    def loss(temperature: float) -> float:
        scaled = logits / temperature
        top = scaled.max(axis=1)
        total = top + np.log(np.exp(scaled - top[:, None]).sum(axis=1))
        return float(np.average(total - scaled[np.arange(len(labels)), labels], weights=weights))

    return float(minimize_scalar(loss, bounds=(0.3, 5), method="bounded").x)


def write(
    model: LogisticRegression,
    temperature: float,
    valences: dict[str, float],
    boosters: dict[str, float],
) -> None:
    """Write the weights; those of the n-grams in a byte each, less the mean of the three types."""
    hashed = model.coef_[:, : 1 << BITS]
    hashed = hashed - hashed.mean(axis=0)
    scale = np.abs(hashed).max() / GREATEST
    np.savez_compressed(
        WEIGHTS,
        version=np.array(VERSION),
        bits=np.array(BITS),
        hashed=np.rint(hashed / scale).astype(np.int8),
        scale=np.array(scale, dtype=np.float32),
        told=model.coef_[:, 1 << BITS :].astype(np.float32),
        bias=model.intercept_.astype(np.float32),
        temperature=np.array(temperature),
        valence_words=words(valences),
        valences=np.array(list(valences.values()), dtype=np.float32),
        booster_words=words(boosters),
        boosts=np.array(list(boosters.values()), dtype=np.float32),
    )


def words(numbers: dict[str, float]) -> np.ndarray:
    """Return words as lines of UTF-8."""
    return np.frombuffer("\n".join(numbers).encode(), dtype=np.uint8)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
