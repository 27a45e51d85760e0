"""However the intervals of a week were extracted, staging holds the same rows.

The property test of `extract` does the same in small for each kind of stream, in every run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from extract import SOURCES
from extract.source import Kind, Window
from ops import children, settings, steps
from ops.dbt import DbtPaths, run_dbt
from ops.settings import Settings
from ops.world import WorldParameters

pytestmark = pytest.mark.slow
FIRST = datetime(2026, 7, 1, tzinfo=UTC)
DAY = timedelta(days=1)
DAYS = [Window(FIRST + DAY * n, FIRST + DAY * (n + 1)) for n in range(6)]
AFTERWARDS = timedelta(minutes=10)
# When a version was read is no part of the version; counters of a post are those of the reading.
OF_THE_READING = {"_extracted_at", "_build_id", "_payload_sha", "_interval_start", "_cursor"}
# Every kind of stream; that each stream holds to it is what the conformance suite shows.
READ = [SOURCES[name] for name in ("zendesk", "ga4", "x")]
# What was true on a day cannot be asked for later.
SNAPSHOTS_OF_THE_PAST = {
    f"stg_{source.name}__{stream.name}"
    for source in READ
    for stream in source.streams
    if stream.kind is Kind.SNAPSHOT
}
COUNTERS = {"retweet_count", "reply_count", "like_count", "quote_count", "impression_count"}


@dataclass(frozen=True)
class Lake:
    """A lake that is filled from the running company, one interval at a time."""

    settings: Settings

    def read(self, window: Window, at: datetime) -> None:
        """Extract and gate an interval, standing at a moment of the company's time."""
        assert self.settings.clock_url
        children.set_clock(self.settings.clock_url, at)
        for source in READ:
            for stream in source.streams:
                late = at > window.end + AFTERWARDS
                if stream.kind is Kind.SNAPSHOT and late:
                    continue  # what was true then cannot be asked for now
                steps.extract(self.settings, source.name, stream.name, window, run_id="test")
                steps.check_landed(self.settings, source.name, stream.name, window)

    def staging(self, folder: Path) -> dict[str, list[tuple]]:
        """Build staging from the whole lake; return its tables, sorted."""
        folder.mkdir()
        paths = DbtPaths(self.settings.dbt_dir, folder / "target", folder / "logs")
        asked = {"lake": str(self.settings.lake), "build_id": 1, "as_of": "2026-07-07T00:00:00Z"}
        which = [f"path:models/staging/{source.name}" for source in READ]
        run_dbt(["run", "--select", *which], paths, folder, asked)
        with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as con:
            con.execute("set TimeZone = 'UTC'")
            names = con.execute(
                "select table_name from duckdb_tables() where schema_name = 'staging' order by 1"
            ).fetchall()
            return {
                name: con.execute(
                    f"select columns(lambda c: c not in {self._left_out(name)})"
                    f" from staging.{name} order by all"
                ).fetchall()
                for (name,) in names
            }

    @staticmethod
    def _left_out(table: str) -> tuple[str, ...]:
        posts = table.startswith("stg_x__") and table != "stg_x__post_metrics"
        return tuple(sorted(OF_THE_READING | (COUNTERS if posts else set())))


@pytest.fixture(scope="module")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("sandbox")
    world = WorldParameters(seed=5, customers=120, start=date(2026, 7, 1))
    with children.sandbox(world, FIRST + DAY, folder / "sandbox.log") as url:
        yield url


def lake(base_url: str, folder: Path) -> Lake:
    given = settings.load({"CXW_DATA_DIR": str(folder / "data")}, working_dir=folder)
    return Lake(children.sandboxed(given, base_url))


@pytest.fixture(scope="module")
def in_order(base_url: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple]]:
    """Staging after each day was read on the day after it, as the timetable does."""
    folder = tmp_path_factory.mktemp("in_order")
    made = lake(base_url, folder)
    for window in DAYS:
        made.read(window, window.end + AFTERWARDS)
    return made.staging(folder / "build")


def same(left: dict[str, list[tuple]], right: dict[str, list[tuple]], *, but: set[str]) -> None:
    assert left.keys() == right.keys()
    filled = {name for name, rows in left.items() if rows}
    assert filled >= {"stg_zendesk__tickets", "stg_ga4__events", "stg_x__search_posts"}
    for name in left.keys() - but:
        assert left[name] == right[name], name


def test_intervals_read_twice_and_an_old_one_after_rows_moved_on(
    base_url: str, in_order: dict[str, list[tuple]], tmp_path: Path
) -> None:
    made = lake(base_url, tmp_path)
    for window in DAYS:
        made.read(window, window.end + AFTERWARDS)
        made.read(window, window.end + AFTERWARDS)
    last = DAYS[-1].end + AFTERWARDS
    made.read(DAYS[0], last)
    made.read(DAYS[2], last)
    same(in_order, made.staging(tmp_path / "build"), but=set())


def test_intervals_read_late_and_in_the_wrong_order(
    base_url: str, in_order: dict[str, list[tuple]], tmp_path: Path
) -> None:
    made = lake(base_url, tmp_path)
    last = DAYS[-1].end + AFTERWARDS
    for number in (5, 2, 0, 4, 1, 3):
        made.read(DAYS[number], last)
    same(in_order, made.staging(tmp_path / "build"), but=SNAPSHOTS_OF_THE_PAST)


def test_the_whole_at_once_equals_day_by_day(
    base_url: str, in_order: dict[str, list[tuple]], tmp_path: Path
) -> None:
    made = lake(base_url, tmp_path)
    made.read(Window(DAYS[0].start, DAYS[-1].end), DAYS[-1].end + AFTERWARDS)
    same(in_order, made.staging(tmp_path / "build"), but=SNAPSHOTS_OF_THE_PAST)
