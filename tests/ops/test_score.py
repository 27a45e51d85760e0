"""Scoring: by content, once, and with the sign that a person would give."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from ops import score, sentiment
from ops.sentiment import vader

NOW = datetime(2026, 9, 29, tzinfo=UTC)


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create schema intermediate")
        con.execute(
            """create table intermediate.int_texts_to_score as
            select sha256(text) as text_sha, text from (values
                ('I love this, great service!'),
                ('Terrible. I hate waiting, awful support.'),
                ('The parcel number is 4711.')) as texts(text)"""
        )
    return path


def test_scores_have_the_sign_that_a_person_gives() -> None:
    texts = pa.table({"text_sha": ["a", "b", "c"], "text": ["I love it", "I hate it", "A table"]})
    assert score.score(texts, sentiment.load("vader"))["sentiment_type"].to_pylist() == [
        "positive",
        "negative",
        "neutral",
    ]


@pytest.mark.parametrize(
    ("value", "kind"),
    [(0.05, "positive"), (0.049, "neutral"), (-0.049, "neutral"), (-0.05, "negative")],
)
def test_the_bounds_belong_to_the_signs(value: float, kind: str) -> None:
    assert vader.sentiment_type(value) == kind


def test_a_text_is_scored_once(warehouse: Path, tmp_path: Path) -> None:
    assert score.score_new_texts(warehouse, tmp_path / "enrichment", NOW) == 3
    assert score.score_new_texts(warehouse, tmp_path / "enrichment", NOW) == 0
    with duckdb.connect(str(warehouse)) as con:
        con.execute("insert into intermediate.int_texts_to_score values (sha256('new'), 'new')")
    assert score.score_new_texts(warehouse, tmp_path / "enrichment", NOW) == 1


def test_the_same_texts_give_the_same_file(warehouse: Path, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        score.score_new_texts(warehouse, tmp_path / folder, NOW)
    one, two = (sorted((tmp_path / f).rglob("*.parquet")) for f in ("one", "two"))
    assert [p.name for p in one] == [p.name for p in two]
    assert one[0].read_bytes() == two[0].read_bytes()
    assert one[0].parent.name == sentiment.slug(sentiment.load())
