"""The topics: their terms and the version that stands beside every text."""

import csv
import hashlib
from pathlib import Path

import yaml

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
