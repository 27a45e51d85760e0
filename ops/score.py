"""Score texts by their content: one score per text and model version, never computed twice.

Texts come from the private build, scores go to the lake as Parquet named by the set of texts that
they hold, so the same texts give the same file. A killed scoring leaves nothing and is repeated.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from extract.lake import committed

MODEL_NAME = "vader"
POSITIVE, NEGATIVE = 0.05, -0.05  # the bounds that the model's authors give for its compound score
SCHEMA = pa.schema(
    [
        ("text_sha", pa.string()),
        ("sentiment_score", pa.float64()),
        ("sentiment_type", pa.string()),
        ("model_name", pa.string()),
        ("model_version", pa.string()),
    ]
)


def score_new_texts(warehouse: Path, enrichment: Path, now: datetime) -> int:
    """Score the texts of the build that have no score by this model version; return how many."""
    folder = enrichment / "sentiment" / f"{MODEL_NAME}-{model_version()}"
    texts = unscored(warehouse, folder)
    if texts.num_rows:
        write_scores(score(texts), folder, now)
    return int(texts.num_rows)


def model_version() -> str:
    """Return the version of the lexicon and its rules."""
    return version("vaderSentiment")


def unscored(warehouse: Path, folder: Path) -> pa.Table:
    """Return text_sha and text of the build's texts without a score, in the order of the hash."""
    known = any(folder.glob("*.parquet"))
    join = (
        f"anti join read_parquet('{folder}/*.parquet') as scores using (text_sha)" if known else ""
    )
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return con.sql(
            "select text_sha, text from intermediate.int_texts_to_score as texts "  # noqa: S608
            f"{join} order by text_sha"
        ).to_arrow_table()


def score(texts: pa.Table) -> pa.Table:
    """Score a batch of texts: −1 (negative) to 1 (positive), with the closed list of types."""
    from vaderSentiment.vaderSentiment import (  # noqa: PLC0415  (reads its lexicon when imported)
        SentimentIntensityAnalyzer,
    )

    analyzer = SentimentIntensityAnalyzer()
    scores = [analyzer.polarity_scores(text)["compound"] for text in texts["text"].to_pylist()]
    count = texts.num_rows
    return pa.table(
        [
            texts["text_sha"].combine_chunks(),
            scores,
            [sentiment_type(value) for value in scores],
            [MODEL_NAME] * count,
            [model_version()] * count,
        ],
        schema=SCHEMA,
    )


def sentiment_type(value: float) -> str:
    """Return positive, neutral or negative."""
    if value >= POSITIVE:
        return "positive"
    return "negative" if value <= NEGATIVE else "neutral"


def write_scores(scores: pa.Table, folder: Path, now: datetime) -> Path:
    """Write the scores in one atomic step, under the name of the set of texts."""
    digest = hashlib.sha256("".join(scores["text_sha"].to_pylist()).encode()).hexdigest()
    path = folder / f"{digest}.parquet"
    with committed(path, now) as file:
        pq.write_table(scores, file, compression="zstd")
    return path
