"""The topics: their terms and the version that stands beside every text."""

import csv
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from ops.score import score_new_texts
from tests.dbt.service_records import SCORED_AT, forked, ticket
from tests.dbt.tiny_lake import post
from tests.dbt.warehouse import Warehouse

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
VERSIONS = {1: "73dfa223771c"}  # of topics.csv and topic_terms.csv; a change needs a new version


def seed(name: str) -> list[dict[str, str]]:
    with (PROJECT / "seeds" / f"{name}.csv").open() as file:
        return list(csv.DictReader(file))


def test_a_change_of_the_terms_is_a_new_version() -> None:
    """Or texts of before would keep a topic that the terms no longer give them."""
    version = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]["topic_version"]
    files = [PROJECT / "seeds" / f"{name}.csv" for name in ("topics", "topic_terms")]
    found = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
    assert version == max(VERSIONS)
    assert found == VERSIONS[version], "raise topic_version and note the new sum here"


def test_a_term_is_words_in_lower_case_and_its_topic_is_known() -> None:
    topics = {row["topic_slug"] for row in seed("topics")} - {"other"}
    for row in seed("topic_terms"):
        assert row["topic_slug"] in topics
        assert row["term_text"] == row["term_text"].lower().strip()
        assert row["term_text"].rstrip("*").replace(" ", "").replace("'", "").isalnum()
        assert row["weight"] in {"1", "2", "3"}


@pytest.fixture(scope="module")
def built(
    new_warehouse: Callable[[Path], Warehouse], tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    """Build the topics of two posts and two tickets, of which one is the note of a call."""
    warehouse = new_warehouse(tmp_path_factory.mktemp("topics"))
    texts = ("@northwind my invoice is wrong, I hate this", "@northwind lovely weather today")
    posts = [post(str(n), "222", "ann", "2026-07-01 09:00", text) for n, text in enumerate(texts)]
    warehouse.lake.land("x.search_posts", posts)
    tickets = [
        ticket(11, "2026-07-01 08:00"),
        ticket(12, "2026-07-01 08:00", channel="voice"),
    ]
    warehouse.lake.land("zendesk.tickets", tickets)
    files = warehouse.lake.take_new_files()
    warehouse.run(command="seed")
    warehouse.build("tag:before_scoring,+agg_topics_daily", new_files=files)
    enrichment = warehouse.lake.root / "enrichment"
    score_new_texts(warehouse.folder / "warehouse.duckdb", enrichment, SCORED_AT)
    warehouse.build_id -= 1
    later = "path:models/intermediate,+agg_topics_daily"
    warehouse.build(later, "agg_topics_daily", new_files=files)
    return warehouse


@pytest.mark.slow
def test_each_text_counts_once_under_its_topic_and_channel(built: Warehouse) -> None:
    counted = built.rows(
        """select channel_slug, topic_slug, text_count, net_sentiment
        from cx_warehouse.marts.agg_topics_daily where text_count > 0 order by all"""
    )
    assert [row[:3] for row in counted] == [
        ("email", "other", 1),
        ("x", "billing", 1),
        ("x", "other", 1),
    ]
    assert [row[3] for row in counted if row[0] == "x"] == [-100.0, 100.0]


@pytest.mark.slow
def test_topics_that_do_not_add_up_are_found(built: Warehouse, tmp_path: Path) -> None:
    tie = "assert_topics_of_a_day_add_up_to_its_texts"
    assert built.failing(tie) == []
    twin = forked(built, tmp_path)
    twin.execute(
        """use cx_warehouse;
        update marts.agg_topics_daily set text_count = text_count + 1 where topic_slug = 'other'"""
    )
    assert twin.failing(tie) == [tie]
