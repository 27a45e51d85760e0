"""One simulated company, extracted over HTTP and built by the product's own functions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import monotonic

import duckdb

from benchmarks.evidence import Connection
from extract import SOURCES
from extract.errors import CxwError
from ops import children, plan, steps
from ops import publish as publishing
from ops.settings import Settings
from sandbox.clock import Clock
from sandbox.drop import Drop
from sandbox.server import Sandbox, Server, serving
from sandbox.stories import PLANTED, Story, with_placebo
from sandbox.truth import write_truth
from sandbox.world import World

ROOT = Path(__file__).resolve().parents[2]
START = date(2026, 7, 1)


@dataclass(frozen=True, slots=True)
class Given:
    """Which world: everything else follows."""

    seed: int
    customers: int
    days: int
    is_placebo: bool

    @property
    def stories(self) -> tuple[Story, ...]:
        """The planted stories, at their placebo if that is asked for."""
        return with_placebo(PLANTED, ["all"] if self.is_placebo else [])

    @property
    def until(self) -> datetime:
        """The first moment left out."""
        return datetime.combine(START, time.min, UTC) + timedelta(days=self.days)


@contextmanager
def built(given: Given, folder: Path) -> Iterator[Connection]:
    """Make the world and its marts in a folder; give a connection to the marts and the truth."""
    world = World(given.seed, given.customers, START, given.stories)
    settings = Settings(data_dir=folder / "data", project_dir=ROOT)
    settings.data_dir.mkdir(parents=True)
    clock = Clock(datetime.combine(START, time.min, UTC), lambda: datetime.now(UTC))
    drop = Drop(folder / "drop", world.company)
    server = Server(("127.0.0.1", 0), Sandbox(world, clock, "fast", monotonic, drop))
    with serving(server) as base:
        reachable = children.sandboxed(settings, base)
        _extract(reachable, given)
        steps.build(reachable)
    write_truth(world, given.until, folder / "truth")
    private, _ = publishing.reopen_build(settings.data_dir)
    with private, duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{private.marts}' as cx_warehouse (read_only)")
        for file in sorted((folder / "truth").glob("*.parquet")):
            connection.execute(f"create view truth_{file.stem} as select * from '{file}'")
        connection.execute("set search_path = 'memory.main,cx_warehouse.marts'")
        yield connection


def _extract(settings: Settings, given: Given) -> None:
    """Read every source in the order of time, and let the gate judge each file."""
    first = datetime.combine(START, time.min, UTC)
    for run in plan.missing_runs(settings.lake, SOURCES.values(), first, given.until):
        assert settings.clock_url is not None
        children.set_clock(settings.clock_url, run.end + children.AFTER_END)
        for stream in SOURCES[run.source].streams:
            try:
                steps.extract(settings, run.source, stream.name, run.window, run_id="evidence")
            except CxwError as error:
                if error.outcome != "skipped":
                    raise
            else:
                steps.check_landed(settings, run.source, stream.name, run.window)
