"""Turn texts into numbers: hashed n-grams, and what a lexicon says of their words.

The n-grams of words and of characters are hashed, so the model holds numbers and no text that it
was trained on. All of a batch is worked out at once, in arrays.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Real = NDArray[np.float64]

ADDRESS = re.compile(r"https?://\S+|www\.\S+|@\w+")
DIGITS = re.compile(r"\d+")
DRAWN_OUT = re.compile(r"(.)\1{2,}")  # sooooo, !!!!!
TOKEN = re.compile(r"[:;=x][-o*']?[)(dp/\\|]+(?!\w)|<3|[^\W\d_]+(?:'[a-z]+)?|0|[^\w\s]")
NEGATIONS_WORDS = """
not no never nothing nobody none cannot without neither nor hardly dont didnt wont cant isnt
doesnt wasnt aint
"""
NEGATIONS = frozenset(NEGATIONS_WORDS.split())
BREAKS = frozenset([*".!?;:,", "but", "however"])
CHARACTERS = (2, 3, 4, 5)  # lengths of the character n-grams
NEGATED_WORDS = 4  # how far a negation reaches
NEGATED_SHARE = -0.6  # what is left of a word's valence behind a negation
VALENCE = 4.0  # the greatest valence of the lexicon
LEXICON_FEATURES = 12


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a batch, in one row after another."""

    words: list[str]
    rows: Whole  # the text that each token belongs to
    count: int  # of texts


def tokenize(texts: Sequence[str]) -> Tokens:
    """Cut texts into words, emoticons and signs; addresses and names of accounts are left out."""
    found = [TOKEN.findall(plain(text)) for text in texts]
    rows = np.repeat(np.arange(len(found)), [len(words) for words in found])
    return Tokens([word for words in found for word in words], rows, len(found))


def plain(text: str) -> str:
    """Lower the case and cut what varies without meaning."""
    spoken = ADDRESS.sub(" ", html.unescape(text).replace("’", "'"))
    return DRAWN_OUT.sub(r"\1\1\1", DIGITS.sub("0", spoken.lower()))


def negated(tokens: Tokens) -> NDArray[np.bool_]:
    """Say which tokens stand behind a negation, within reach and before the next break."""
    place = np.arange(len(tokens.words))
    negation = np.array([w in NEGATIONS or w.endswith("n't") for w in tokens.words], dtype=bool)
    stop = np.array([w in BREAKS for w in tokens.words], dtype=bool) | starts(tokens.rows)
    last_negation = latest(place, negation)
    reach = (place > last_negation) & (place - last_negation <= NEGATED_WORDS)
    return reach & (last_negation >= 0) & (last_negation >= latest(place, stop))


def starts(rows: Whole) -> NDArray[np.bool_]:
    """Say which tokens are the first of their text."""
    first = np.ones(len(rows), dtype=bool)
    first[1:] = rows[1:] != rows[:-1]
    return first


def latest(place: Whole, marked: NDArray[np.bool_]) -> Whole:
    """Return for each place the last marked place up to it; −1 when there is none."""
    if not len(place):
        return place
    return np.maximum.accumulate(np.where(marked, place, -1))


def lexicon_features(
    texts: Sequence[str],
    tokens: Tokens,
    behind_negation: NDArray[np.bool_],
    valences: Mapping[str, float],
    boosters: Mapping[str, float],
) -> Real:
    """Return per text what the lexicon says: sums, extremes, the last word, what follows a but."""
    rows, count = tokens.rows, tokens.count
    value = np.array([valences.get(word, 0.0) for word in tokens.words], dtype=np.float64)
    boost = np.array([boosters.get(word, 0.0) for word in tokens.words], dtype=np.float64)
    before = np.roll(boost, 1)
    before[starts(rows)] = 0.0
    value = (value + 2 * before * np.sign(value)) * np.where(behind_negation, NEGATED_SHARE, 1.0)
    told = value != 0
    place = np.arange(len(rows))
    but = np.array([word in {"but", "however"} for word in tokens.words], dtype=bool)
    first = latest(place, starts(rows))
    after_but = latest(place, but) >= first

    def summed(numbers: Real) -> Real:
        return np.asarray(np.bincount(rows, numbers, count), dtype=np.float64)

    total = summed(value)
    highest, lowest, last = np.zeros(count), np.zeros(count), np.zeros(count)
    np.maximum.at(highest, rows, value)
    np.minimum.at(lowest, rows, value)
    last[rows[told]] = value[told]  # a later assignment wins
    words = np.maximum(np.bincount(rows, minlength=count), 1)
    leaning = total / np.sqrt(total**2 + 15)
    exclamations = np.minimum([text.count("!") for text in texts], 4) / 4
    questions = np.minimum([text.count("?") for text in texts], 3) / 3
    columns = [
        leaning,
        summed(np.maximum(value, 0)) / VALENCE,
        summed(np.maximum(-value, 0)) / VALENCE,
        last / VALENCE,
        highest / VALENCE,
        -lowest / VALENCE,
        total / np.sqrt(words) / 2,
        (summed(told.astype(np.float64)) > 0).astype(np.float64),
        summed(np.where(after_but, value, 0)) / VALENCE,
        exclamations,
        questions,
        np.sign(leaning) * exclamations,
    ]
    return np.column_stack(columns)


@dataclass(frozen=True, slots=True)
class Buckets:
    """Which n-grams each text holds: one pair of text and bucket for each time that one occurs."""

    rows: Whole
    columns: Whole
    weights: Real  # one over the length of the text's vector, per text


def hashed_features(tokens: Tokens, behind_negation: NDArray[np.bool_], bits: int) -> Buckets:
    """Hash words, pairs of words, negated words and runs of characters into 2^bits buckets."""
    joined = "".join(f" {word}" for word in tokens.words) + " "
    codes = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    lengths = np.array([len(word) + 1 for word in tokens.words], dtype=np.int64)
    ends = np.cumsum(lengths)
    with np.errstate(over="ignore"):
        words = word_hashes(codes, ends, lengths)
        rows, same = tokens.rows, ~starts(tokens.rows)[1:]
        keys = [
            scrambled(words + np.uint64(101)),
            scrambled(words[:-1] * FACTOR + words[1:])[same],
            scrambled(words[behind_negation] + np.uint64(777)),
        ]
        owners = [rows, rows[1:][same], rows[behind_negation]]
        owner = np.append(np.repeat(rows, lengths), rows[-1:])  # the space behind the last word
        run = np.zeros(len(codes), np.uint64)
        for length in range(1, max(CHARACTERS) + 1):
            run = run[: len(codes) - length + 1] * FACTOR + codes[length - 1 :]
            if length in CHARACTERS:
                within = owner[: len(run)] == owner[length - 1 :]
                keys.append(scrambled(run[within] + np.uint64(length) * GOLDEN))
                owners.append(owner[: len(run)][within])
    held = np.concatenate(owners)
    counts = np.maximum(np.bincount(held, minlength=tokens.count), 1)
    buckets = (np.concatenate(keys) >> np.uint64(64 - bits)).astype(np.int64)
    return Buckets(held, buckets, 1 / np.sqrt(counts))


GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FACTOR = np.uint64(1099511628211)


def word_hashes(codes: Hashes, ends: Whole, lengths: Whole) -> Hashes:
    """Hash each word by its characters and their places."""
    begins = ends - lengths
    place = np.arange(int(lengths.sum())) - np.repeat(begins, lengths)
    mixed = scrambled(codes[: len(place)] * GOLDEN + place.astype(np.uint64))
    running = np.concatenate([np.zeros(1, np.uint64), np.cumsum(mixed, dtype=np.uint64)])
    return scrambled(running[ends] - running[begins])


def scrambled(keys: Hashes) -> Hashes:
    """Spread keys over all 64 bits (the finalizer of MurmurHash3)."""
    keys = (keys ^ (keys >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    keys = (keys ^ (keys >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return keys ^ (keys >> np.uint64(33))
