"""The labelled texts: what the default model is trained on, and what all models are measured on.

None of them is part of this repository. Each stands in a public repository under a licence of its
own, named here; put the files into one folder under the names given and the sums are compared.
Only corpora whose licence allows any use are trained on. The other three are for measuring alone,
and texts that stand in both are left out of the training.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

NEGATIVE, NEUTRAL, POSITIVE = range(3)
Labelled = tuple[str, int]
GLAD_WORDS = """
admiration amusement approval caring desire excitement gratitude joy love optimism pride relief
"""
GLAD = frozenset(GLAD_WORDS.split())
CROSS_WORDS = """
anger annoyance disappointment disapproval disgust embarrassment fear grief nervousness remorse
sadness
"""
CROSS = frozenset(CROSS_WORDS.split())
CLEAR = 0.5  # a mean rating, of -4 to 4, that is no longer neutral


@dataclass(frozen=True, slots=True)
class Corpus:
    """Labelled texts: where they come from, what may be done with them, how they are read."""

    name: str
    texts: str  # what they are
    origin: str  # repository and commit of the files that the sums belong to
    licence: str
    files: dict[str, str]  # name in the folder, and the start of its SHA-256
    read: Callable[[Path], Iterator[Labelled]]

    def load(self, folder: Path) -> list[Labelled]:
        """Read the corpus; a file that is not the one measured is refused."""
        for name, start in self.files.items():
            found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
            if not found.startswith(start):
                raise SystemExit(
                    f"{folder / name}: its SHA-256 begins with {found[:12]}, not {start}; other "
                    f"texts give other numbers; take the file from {self.origin}"
                )
        return list(self.read(folder))


def rated(name: str) -> Callable[[Path], Iterator[Labelled]]:
    """Return a reader of snippets with the mean rating of twenty people."""

    def read(folder: Path) -> Iterator[Labelled]:
        for line in lines(folder / f"vader/{name}_GroundTruth.txt"):
            _, rating, text = line.split("\t", 2)
            value = float(rating)
            yield text, POSITIVE if value >= CLEAR else NEGATIVE if value <= -CLEAR else NEUTRAL

    return read


def emotions(folder: Path) -> Iterator[Labelled]:
    """Read comments whose emotions are all of one side; surprise and the like have none."""
    names = lines(folder / "goemotions/labels.txt")
    for part in ("train", "dev"):
        for line in lines(folder / f"goemotions/{part}.tsv"):
            text, marks, _ = line.split("\t")
            felt = {names[int(mark)] for mark in marks.split(",")}
            if felt <= GLAD:
                yield text, POSITIVE
            elif felt <= CROSS:
                yield text, NEGATIVE
            elif felt == {"neutral"}:
                yield text, NEUTRAL


def semeval(folder: Path) -> Iterator[Labelled]:
    """Read the tweets of the test set; their labels are 0, 1 and 2 as ours."""
    texts = lines(folder / "semeval2017/test_text.txt")
    labels = lines(folder / "semeval2017/test_labels.txt")
    yield from zip(texts, map(int, labels), strict=True)


def airline(folder: Path) -> Iterator[Labelled]:
    """Read tweets to six airlines."""
    kinds = {"negative": NEGATIVE, "neutral": NEUTRAL, "positive": POSITIVE}
    with (folder / "airline/Tweets.csv").open(encoding="utf-8", errors="replace") as file:
        for row in csv.DictReader(file):
            yield row["text"], kinds[row["airline_sentiment"]]


def sentences(folder: Path) -> Iterator[Labelled]:
    """Read sentences of reviews: positive or negative, none is neutral."""
    for site in ("amazon_cells", "imdb", "yelp"):
        for line in lines(folder / f"uci/{site}_labelled.txt"):
            text, label = line.rsplit("\t", 1)
            yield text, POSITIVE if int(label) else NEGATIVE


def lines(path: Path) -> list[str]:
    """Return the lines of a file, told apart by line feeds alone."""
    return path.read_text(encoding="utf-8", errors="replace").rstrip("\n").split("\n")


TRAINING = (
    Corpus(
        "GoEmotions",
        "comments on Reddit, marked with emotions",
        "monologg/GoEmotions-pytorch at b75f9d3a8b76 (google-research's files)",
        "Apache-2.0",
        {
            "goemotions/train.tsv": "1c254a142be5",
            "goemotions/dev.tsv": "575489c079c9",
            "goemotions/labels.txt": "45c3ef86782d",
        },
        emotions,
    ),
    *(
        Corpus(
            name,
            texts,
            "cjhutto/vaderSentiment at 44fc044cd877 (hutto_ICWSM_2014)",
            "MIT",
            {f"vader/{name}_GroundTruth.txt": start},
            rated(name),
        )
        for name, texts, start in (
            ("tweets", "tweets, rated by twenty people each", "dfbe7102e2f9"),
            ("amazonReviewSnippets", "sentences on products, likewise", "11a9807a0974"),
            ("movieReviewSnippets", "sentences on films, likewise", "c8293b0d942e"),
            ("nytEditorialSnippets", "sentences of editorials, likewise", "7d8fbcce7dde"),
        )
    ),
)
BENCHMARKS = (
    Corpus(
        "SemEval-2017 4A",
        "tweets on anything, test set of TweetEval",
        "cardiffnlp/tweeteval at 4fbd22cd7842",
        "Twitter's terms; measured on, not trained on",
        {
            "semeval2017/test_text.txt": "09a93a55c63f",
            "semeval2017/test_labels.txt": "6afb4afe9374",
        },
        semeval,
    ),
    Corpus(
        "US airlines",
        "tweets to six airlines",
        "AyushDhatwalia/Twitter-Airline-Sentiment at 97f2cfe60c6d (Crowdflower's file)",
        "CC BY-NC-SA 4.0; measured on, not trained on",
        {"airline/Tweets.csv": "4224f422a6aa"},
        airline,
    ),
    Corpus(
        "UCI sentences",
        "sentences of reviews, none neutral",
        "Nanofication/TWC-Naive-Bayes at 5bc4715169b4 (Kotzias et al.)",
        "CC BY 4.0",
        {
            "uci/amazon_cells_labelled.txt": "47003fc0a0d4",
            "uci/imdb_labelled.txt": "aef2e49e3da2",
            "uci/yelp_labelled.txt": "c76468b7b5c6",
        },
        sentences,
    ),
)
