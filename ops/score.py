"""Score texts by their content: one score per text and model version, never computed twice.

Texts come from the private build, scores go to the lake as Parquet named by the set of texts that
they hold, so the same texts give the same file. A killed scoring leaves nothing and is repeated.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from extract.lake import committed
from ops import sentiment
from ops.sentiment import SentimentModel

SCHEMA = pa.schema(
    [
        ("text_sha", pa.string()),
        ("sentiment_score", pa.float64()),
        ("sentiment_type", pa.string()),
        ("sentiment_confidence_rate", pa.float64()),
        ("model_name", pa.string()),
        ("model_version", pa.string()),
    ]
)


def score_new_texts(
    warehouse: Path, enrichment: Path, now: datetime, model: SentimentModel | None = None
) -> int:
    """Score the texts of the build that have no score by this model version; return how many."""
    model = model or sentiment.load()
    folder = enrichment / "sentiment" / sentiment.slug(model)
    texts = without_row(warehouse, "int_texts_to_score", folder)
    if texts.num_rows:
        write_rows(score(texts, model), folder, now)
    return int(texts.num_rows)


def without_row(warehouse: Path, view: str, folder: Path) -> pa.Table:
    """Return the build's texts that no file of a folder tells of, in the order of the hash."""
    known = any(folder.glob("*.parquet"))
    join = (
        f"anti join read_parquet('{folder}/*.parquet') as known using (text_sha)" if known else ""
    )
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return con.sql(
            f"select texts.* from intermediate.{view} as texts {join} order by text_sha"  # noqa: S608
        ).to_arrow_table()


def score(texts: pa.Table, model: SentimentModel) -> pa.Table:
    """Score a batch of texts; one that holds nothing to judge gets a row of nulls, not zeros."""
    judgements = model.judge(texts["text"].to_pylist())
    count = texts.num_rows
    return pa.table(
        [
            texts["text_sha"].combine_chunks(),
            [judgement.score for judgement in judgements],
            [judgement.type for judgement in judgements],
            [judgement.confidence for judgement in judgements],
            [model.name] * count,
            [model.version] * count,
        ],
        schema=SCHEMA,
    )


def write_rows(rows: pa.Table, folder: Path, now: datetime) -> Path:
    """Write what was found of texts in one atomic step, under the name of the set of texts."""
    digest = hashlib.sha256("".join(rows["text_sha"].to_pylist()).encode()).hexdigest()
    path = folder / f"{digest}.parquet"
    with committed(path, now) as file:
        pq.write_table(rows, file, compression="zstd")
    return path
