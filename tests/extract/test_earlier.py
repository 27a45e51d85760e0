"""What earlier runs left: keys of accepted files, and the reads that a run has paid for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from extract.earlier import landed_keys, reads_of_run
from extract.errors import CorruptFile
from extract.lake import landed_path
from extract.outcomes import Attempt, attempt_id, record
from tests.extract.northwind import Northwind, day

NOW = datetime(2026, 7, 10, 0, 10, tzinfo=UTC)


def test_keys_of_accepted_files_come_once_and_in_order(company: Northwind) -> None:
    wanted: set[str] = set()
    for stream, window in (("mentions", day(4, 3)), ("mentions", day(6, 4)), ("own_posts", day(9))):
        company.pull("x", stream, window)
        wanted |= set(company.table("x", stream, window)["_pk"].to_pylist())
        company.accept("x", stream, window)
    company.pull("x", "search_posts", day(9))  # landed and not accepted
    found = landed_keys(company.lake, "x", ["mentions", "own_posts", "search_posts"])
    assert found == sorted(wanted)
    assert landed_keys(company.lake, "x", ["nothing"]) == []


def test_a_file_that_cannot_be_read_leaves_out_nothing_in_silence(tmp_path: Path) -> None:
    path = landed_path(tmp_path, "raw", "x", "mentions", day(4))
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no Parquet")
    with pytest.raises(CorruptFile, match="would be left out in silence"):
        landed_keys(tmp_path, "x", ["mentions"])


def attempt(
    lake: Path, run_id: str, reads: int, source: str = "x", at: datetime = NOW, **more: str
) -> None:
    window = day(9)
    tried = Attempt(
        attempt_id=attempt_id(source, "mentions", window.name, at), source_slug=source,
        stream_name="mentions", kind_type="event", window_start=window.start,
        window_end=window.end, run_id=run_id, attempt=1, reads=reads, started_at=at,
        outcome_type=more.get("outcome_type", "success"), finished_at=at, duration_seconds=0.0,
    )  # fmt: skip
    record(lake, tried)


def test_reads_are_summed_over_the_attempts_of_a_run_on_one_day(tmp_path: Path) -> None:
    assert reads_of_run(tmp_path, "x", "one", NOW) == 0
    attempt(tmp_path, "one", 10)
    attempt(tmp_path, "one", 5, outcome_type="failed")
    attempt(tmp_path, "two", 100)
    attempt(tmp_path, "one", 200, source="xyz")
    attempt(tmp_path, "one", 1_000, at=NOW - timedelta(days=1))
    assert reads_of_run(tmp_path, "x", "one", NOW) == 15
