"""Whatever happens, and in whatever order: nothing is lost, and nothing is there twice.

Hypothesis makes up histories of changes, faults, kills, runs again, intervals out of order and
backfills. The readers are the real connectors over HTTP, the tables are what dbt's compiled staging
makes of the accepted files, and the truth is the company's own account.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from extract.errors import CxwError, Defer, ImpossibleWindow, SnapshotPast, TruncatedFetch
from extract.lake import landed_path
from extract.source import DAY, Window
from ops.dbt import DbtPaths, run_dbt
from sandbox.clock import Clock
from sandbox.server import Sandbox, Server, serving
from sandbox.world import World
from tests.extract.adversary import (
    START,
    SUBJECTS,
    Adversary,
    Killed,
    Ledger,
    Subject,
    Templates,
    killed,
)
from tests.extract.northwind import Northwind

ROOT = Path(__file__).parents[2]
FILES = re.compile(r"read_parquet\(\[[^\]]*\]")
MEMORY = Path("/dev/shm")  # noqa: S108  (a commit waits for its disk; here only the order counts)
LAST_DAY = 4
MIDNIGHT = -1  # what comes next falls on the seam of two days

FAULTS: list[dict[str, Any] | None] = [
    None,
    {"status": 503, "times": 2},
    {"status": 500, "times": None},
    {"truncate_bytes": 60},
    {"truncate_bytes": 60, "honest_length": True, "skip": 1},
    {"disconnect": True, "skip": 1},
    {"html": True},
    {"gzip": True, "times": None},
    {"chunked": True, "times": None},
    {"duplicate": True, "times": None},
    {"refusal": "rate_limited", "wait_seconds": 7},
    {"refusal": "rate_limited", "wait_seconds": 5_000, "skip": 1},
    {"unauthorized": True, "skip": 1},
]
HONEST = (Defer, ImpossibleWindow, SnapshotPast, TruncatedFetch)  # also without a fault

which = st.integers(0, 9)
ticks = st.tuples(st.just("tick"), st.sampled_from([0, 1, 30, 180, 720, 1440, 1500, MIDNIGHT]))
adds = st.tuples(st.just("add"), which)
changes = st.tuples(st.sampled_from(["set", "silent", "delete", "vanish"]), which)
reads = st.tuples(
    st.just("read"),
    st.integers(0, LAST_DAY - 1),  # the first day
    st.sampled_from([1, 1, 1, 2]),  # days
    st.sampled_from([0, 0, 0, *range(len(FAULTS))]),
    st.sampled_from([None, None, None, "writing", "syncing", "committing"]),
    st.integers(0, 2),  # how often the place of the kill is passed unharmed
    st.booleans(),  # whether the gate comes at once
)
histories = st.lists(st.one_of(adds, changes, ticks, reads, reads), max_size=14)


class Stage:
    """One server for all histories, and staging's SQL as dbt compiles it."""

    def __init__(self, server: Server, url: str, templates: Templates, folder: Path) -> None:
        self.server, self.url, self.templates, self.folder = server, url, templates, folder
        self.staging: dict[str, str] = {}
        self.connection = duckdb.connect()
        self.connection.execute("set TimeZone = 'UTC'; set threads = 1")
        self.runs = 0

    def staged(self, subject: Subject, lake: Path) -> list[tuple[str, Any, bool]]:
        """Run staging over the accepted files."""
        files = sorted(map(str, (lake / "raw" / subject.source).rglob("*.parquet")))
        if not files:
            return []
        query = FILES.sub(f"read_parquet({files}", self.staging[subject.name])
        return self.connection.execute(f"select {subject.columns} from ({query})").fetchall()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    made = tmp_path_factory.mktemp("stage")
    templates = Templates.of(World(3, 100, START.date()))
    folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
    clock = Clock(START, lambda: datetime.now(UTC))
    anyone = Adversary(SUBJECTS[0], templates)
    server = Server(("127.0.0.1", 0), Sandbox(anyone, clock, "off", _zero))  # type: ignore[arg-type]
    try:
        with serving(server) as url:
            stage = Stage(server, url, templates, folder)
            stage.staging = compiled(stage, made)
            yield stage
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _zero() -> float:
    return 0.0


def compiled(stage: Stage, folder: Path) -> dict[str, str]:
    """Let dbt compile the staging models over a lake with one file of each stream."""
    for subject in SUBJECTS:
        history = History(stage, subject, 9)
        history.step(("add", 0))
        history.clock.set(START + DAY + timedelta(minutes=10))
        history.read(Window(START, START + DAY))
        shutil.copytree(history.lake, folder / "lake", dirs_exist_ok=True)
        history.close()
    models = [f"stg_{subject.source}__{subject.name}" for subject in SUBJECTS]
    paths = DbtPaths(ROOT / "dbt_project", folder / "target", folder / "logs")
    for name in ("warehouse", "cx_warehouse"):
        duckdb.connect(str(folder / f"{name}.duckdb")).close()
    given = {"lake": str(folder / "lake"), "as_of": "2026-07-10T00:00:00Z"}
    run_dbt(["compile", "--select", *models], paths, folder, given)
    found = {path.stem: path.read_text() for path in (folder / "target").rglob("stg_*.sql")}
    return {one.name: found[f"stg_{one.source}__{one.name}"] for one in SUBJECTS}


class History:
    """One history: the company, its lake, and the account of both."""

    def __init__(self, stage: Stage, subject: Subject, page_size: int) -> None:
        stage.runs += 1
        self.stage, self.subject = stage, subject
        self.clock = Clock(START + timedelta(hours=1), lambda: datetime.now(UTC))
        self.company = Adversary(subject, stage.templates)
        self.sandbox = Sandbox(self.company, self.clock, "off", _zero)  # type: ignore[arg-type]
        self.sandbox.knobs.page_size = page_size
        stage.server.sandbox = self.sandbox
        self.lake = stage.folder / str(stage.runs)
        self.northwind = Northwind(stage.url, self.clock, self.lake, None)  # type: ignore[arg-type]
        self.northwind.limits = "off"
        self.ledger = Ledger(subject.kind)

    def step(self, one: tuple[Any, ...]) -> None:
        """Let one thing happen; a second passes, so that moments can be told apart."""
        self._pass(timedelta(seconds=1))
        match one:
            case ("tick", minutes) if minutes == MIDNIGHT:
                self._pass(Window.of_day(self.now).end - self.now - timedelta(seconds=1))
            case ("tick", minutes):
                self._pass(timedelta(minutes=minutes))
            case ("add", which):
                self.company.add(self.now, which)
            case ("read", first, days, fault, kill, after, gate):
                start = START + first * DAY
                self.read(Window(start, start + days * DAY), FAULTS[fault], kill, after, gate)
            case (how, which):
                self.company.change(self.sandbox.control, self.now, how, which)

    def _pass(self, time: timedelta) -> None:
        """Let time pass, but no change fall behind the last day that is read."""
        self.clock.set(min(self.now + time, START + LAST_DAY * DAY - timedelta(minutes=1)))

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def read(
        self, window: Window, fault: dict[str, Any] | None = None, kill: str | None = None,
        after: int = 0, gate: bool = True, *, accept_shrink: bool = False,
    ) -> None:  # fmt: skip
        """Run a window, in whatever trouble, and hold each file to be wholly old or wholly new."""
        parts = self.subject.stream.file_windows(window)
        before = {part: self._file(part) for part in parts}
        self.sandbox.faults.clear()
        if fault:
            self.sandbox.faults.add(msgspec.json.encode({"path_regex": ".", **fault}))
        error: BaseException | None = None
        try:
            with killed(kill, after):
                self.northwind.pull(
                    self.subject.source, self.subject.name, window, accept_shrink=accept_shrink
                )
        except (CxwError, Killed) as caught:
            error = caught
        assert fault or kill or error is None or isinstance(error, HONEST), error
        for part in parts:
            is_new = self._file(part) != before[part]
            assert is_new or error is not None
            assert not is_new or error is None or kill or len(parts) > 1
            if is_new:
                self.ledger.land(part, self.company.content(part, self.now))
            if gate:
                self.accept(part)
        left = [path for path in (self.lake / "landing").rglob("*") if path.is_file()]
        assert all(path.suffix == ".parquet" for path in left)

    def _file(self, part: Window) -> int | None:
        path = landed_path(self.lake, "landing", self.subject.source, self.subject.name, part)
        return path.stat().st_ino if path.exists() else None

    def accept(self, part: Window) -> None:
        self.ledger.accept(part)
        with suppress(FileNotFoundError):
            path = landed_path(self.lake, "landing", self.subject.source, self.subject.name, part)
            there = landed_path(self.lake, "raw", self.subject.source, self.subject.name, part)
            there.parent.mkdir(parents=True, exist_ok=True)
            path.replace(there)

    def compare(self) -> None:
        """Hold staging against the ledger."""
        rows = self.stage.staged(self.subject, self.lake)
        keys = [row[0] for row in rows]
        assert len(keys) == len(set(keys)), "a key is there twice"
        assert {row[0]: (row[1], bool(row[2])) for row in rows} == self.ledger.newest()

    def catch_up(self, order: list[int]) -> None:
        """Read every day once more, in any order and undisturbed: then the truth stands there."""
        self.clock.set(START + LAST_DAY * DAY + timedelta(minutes=10))
        restated = self.subject.stream.restate_days  # the last day brings those before it
        days = range(restated and LAST_DAY - 1, LAST_DAY)
        for number in sorted(days, key=lambda one: order[one]):
            self.clock.set(self.now + timedelta(seconds=1))
            start = START + number * DAY
            self.read(Window(start, start + DAY), accept_shrink=True)
        self.compare()
        rows = self.stage.staged(self.subject, self.lake)
        staged = {row[0]: (row[1], bool(row[2])) for row in rows}
        for key, one in self.company.truth.items():
            assert staged[key] == (one.says, one.is_deleted)

    def close(self) -> None:
        shutil.rmtree(self.lake, ignore_errors=True)


def live(stage: Stage, subject: Subject, page_size: int, history: Any, order: list[int]) -> None:
    told = History(stage, subject, page_size)
    try:
        for one in history:
            told.step(one)
        told.compare()
        told.catch_up(order)
    finally:
        told.close()


orders = st.lists(st.integers(0, 9), min_size=LAST_DAY, max_size=LAST_DAY)
every_kind = pytest.mark.parametrize("subject", SUBJECTS, ids=str)
common: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
}


READ, READ_ONLY = ("read", 0, 1, 0, None, 0, True), ("read", 0, 1, 0, None, 0, False)
TOLD_LATER = [("add", 0), ("tick", 1440), READ, ("silent", 0), READ_ONLY, ("vanish", 0), READ]


@every_kind
@example(page_size=2, history=TOLD_LATER, order=[0] * LAST_DAY)  # what waits is the newer
@settings(max_examples=130, derandomize=True, database=None, **common)
@given(page_size=st.integers(2, 4), history=histories, order=orders)
def test_nothing_is_lost_and_nothing_is_doubled(
    stage: Stage, subject: Subject, page_size: int, history: Any, order: list[int]
) -> None:
    live(stage, subject, page_size, history, order)


@pytest.mark.slow
@every_kind
@settings(max_examples=1_300, print_blob=True, **common)
@given(page_size=st.integers(2, 4), history=histories, order=orders)
def test_nothing_is_lost_and_nothing_is_doubled_in_five_thousand_histories(
    stage: Stage, subject: Subject, page_size: int, history: Any, order: list[int]
) -> None:
    live(stage, subject, page_size, history, order)
