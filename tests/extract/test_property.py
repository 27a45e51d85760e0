"""Whatever happens, and in whatever order: nothing is lost, and nothing is there twice.

Hypothesis makes up histories of changes, faults, kills, runs again, intervals out of order and
backfills. The readers are the real connectors over HTTP, the tables are what dbt's compiled staging
makes of the accepted files, and the truth is the company's own account. In some histories the real
gate judges each file; in the others its move is made for it, because a judgement takes longer.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from expectations.gate import FileRefused, NothingLanded
from extract import SOURCES
from extract import pull as pulling
from extract.errors import CxwError, Defer, ImpossibleWindow, SnapshotPast, TruncatedFetch
from extract.lake import ZONES, landed_path
from extract.pull import Waiting
from extract.source import DAY, Kind, Window
from ops import backfill, plan, steps
from ops import settings as ops_settings
from ops.dbt import DbtPaths, run_dbt
from sandbox.clock import Clock
from sandbox.server import Sandbox, Server, serving
from sandbox.world import World
from tests.extract.adversary import (
    KILLS,
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
from tests.shared_folder import shared_folder

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
backfills = st.tuples(
    st.just("backfill"),
    st.integers(0, LAST_DAY - 1),  # the first day
    st.sampled_from([1, 2, 2, 3]),  # days
    st.booleans(),  # whether days that are there are read again
    st.sampled_from([0, 0, *range(len(FAULTS))]),
    st.sampled_from([None, *KILLS]),
    st.integers(0, 5),
)
SHARE_JUDGED = 16  # one of so many histories: a judgement takes long
JUDGED = ("judged",)  # the real gate judges each file from here
A_DAY_OVER = [JUDGED, ("add", 0), ("tick", 1440), ("add", 1)]  # so that a backfill finds a past
plain = st.lists(st.one_of(adds, changes, ticks, reads), max_size=14)
judged = st.lists(st.one_of(adds, changes, ticks, reads, backfills), min_size=3, max_size=12)
judged = judged.map(lambda steps: [*A_DAY_OVER, *steps])


class Stage:
    """One server for all histories, and staging's SQL as dbt compiles it."""

    def __init__(self, server: Server, url: str, templates: Templates, folder: Path) -> None:
        self.server, self.url, self.templates, self.folder = server, url, templates, folder
        self.staging: dict[str, str] = {}
        self.connection = duckdb.connect()
        self.connection.execute("set TimeZone = 'UTC'; set threads = 1")
        self.runs = 0
        self.happened: Counter[str] = Counter()

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
            stage.staging = compiled(stage, made, tmp_path_factory)
            yield stage
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _zero() -> float:
    return 0.0


def compiled(stage: Stage, folder: Path, factory: pytest.TempPathFactory) -> dict[str, str]:
    """Let dbt compile the staging models over a lake with one file of each stream."""
    for subject in SUBJECTS:
        history = History(stage, subject, 9)
        history.step(("add", 0))
        history.clock.set(START + DAY + timedelta(minutes=10))
        history.read(Window(START, START + DAY))
        shutil.copytree(history.lake, folder / "lake", dirs_exist_ok=True)
        history.close()
    models = [f"stg_{subject.source}__{subject.name}" for subject in SUBJECTS]
    for name in ("warehouse", "cx_warehouse"):
        duckdb.connect(str(folder / f"{name}.duckdb")).close()
    given = {"lake": str(folder / "lake"), "as_of": "2026-07-10T00:00:00Z"}
    with shared_folder(factory, "project") as read:  # by other tests, too
        paths = DbtPaths(ROOT / "dbt_project", read, read / "logs")
        run_dbt(["compile", "--select", *models], paths, folder, given)
        found = {path.stem: path.read_text() for path in read.rglob("compiled/**/stg_*.sql")}
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
        self.data = stage.folder / str(stage.runs)
        self.lake = self.data / "lake"
        self.northwind = Northwind(stage.url, self.clock, self.lake, None)  # type: ignore[arg-type]
        self.northwind.limits = "off"
        self.ledger = Ledger(subject.kind)
        self.is_judged = False

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
            case ("judged",):
                self.is_judged = True
            case ("backfill", first, days, again, fault, kill, after):
                start = START + first * DAY
                span = Window(start, start + min(days, LAST_DAY - first) * DAY)
                self.backfill(span, FAULTS[fault], kill, after, again=again)
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
        self._trouble(fault)
        error: BaseException | None = None
        try:
            with killed(kill, after, self.stage.happened):
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
        if gate and self.is_judged:
            self.judge(window)
        elif gate:
            for part in parts:
                self.accept(part)
        left = [path for path in (self.lake / "landing").rglob("*") if path.is_file()]
        assert all(path.suffix == ".parquet" for path in left)

    def _trouble(self, fault: dict[str, Any] | None) -> None:
        self.sandbox.faults.clear()
        if fault:
            self.sandbox.faults.add(msgspec.json.encode({"path_regex": ".", **fault}))

    def _file(self, part: Window, zone: str = "landing") -> int | None:
        path = landed_path(self.lake, zone, self.subject.source, self.subject.name, part)
        return path.stat().st_ino if path.exists() else None

    @cached_property
    def settings(self) -> ops_settings.Settings:
        """What the operations are told: this lake, this vendor, the company's clock."""
        given = {"CXW_DATA_DIR": str(self.data), "CXW_CLOCK_URL": f"{self.stage.url}/__clock"}
        loaded = ops_settings.load(given, working_dir=self.stage.folder)
        known = msgspec.structs.asdict(self.northwind.settings(self.subject.source))
        values = {name: str(value) for name, value in known.items() if value is not None}
        return ops_settings.with_source(loaded, self.subject.source, values)

    def judge(self, window: Window) -> None:
        """Let the real gate judge what a run of the window landed."""
        before = self._places([window])
        with suppress(FileRefused, NothingLanded):
            steps.check_landed(self.settings, self.subject.source, self.subject.name, window)
            self.stage.happened["judged"] += 1
        self._follow(before)

    def backfill(
        self, span: Window, fault: dict[str, Any] | None, kill: str | None, after: int, *,
        again: bool,
    ) -> None:  # fmt: skip
        """Backfill days, in whatever trouble, then once more: it goes on where it was stopped."""
        self._trouble(fault)
        error = self._fill(span, kill, after, again=again)
        assert fault or kill or error is None or isinstance(error, (*HONEST, FileRefused)), error
        self._trouble(None)
        error = self._fill(span, None, 0, again=False)
        assert error is None or isinstance(error, (*HONEST, FileRefused)), error
        assert (
            error is not None
            or self.subject.kind is Kind.SNAPSHOT
            or not plan.gaps(self.lake, self.subject.source, self.subject.name, span)
        )

    def _fill(
        self, span: Window, kill: str | None, after: int, *, again: bool
    ) -> BaseException | None:
        """Run the tasks of a span, and follow each file to where it went."""
        source, streams = SOURCES[self.subject.source], (self.subject.stream,)
        todo = backfill.tasks(self.lake, source, streams, span, self.now, again=again)
        assert not todo or self.subject.kind is not Kind.SNAPSHOT
        waiting = Waiting(self.northwind.sleep, time.monotonic)
        lines = backfill.run(
            self.settings, source, todo, "backfill",
            sleep=lambda seconds: self._pass(timedelta(seconds=seconds)),
        )  # fmt: skip
        before, struck = self._places(span.days()), Counter[str]()
        error: BaseException | None = None
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pulling, "Waiting", lambda: waiting)
            try:
                with killed(kill, after, struck):
                    for _ in lines:
                        self.stage.happened["backfilled"] += 1
                        self._follow(before)
                        before = self._places(span.days())
            except (CxwError, Killed) as caught:
                error = caught
        self._follow(before)
        self.stage.happened.update({f"{where} in a backfill": n for where, n in struck.items()})
        return error

    def _places(self, windows: Iterable[Window]) -> dict[Window, dict[str, int | None]]:
        """Say where the files of these windows lie now."""
        parts = {part for one in windows for part in self.subject.stream.file_windows(one)}
        return {part: {zone: self._file(part, zone) for zone in ZONES} for part in parts}

    def _follow(self, before: dict[Window, dict[str, int | None]]) -> None:
        """Note what was landed, accepted and refused since."""
        for part, was in before.items():
            now = {zone: self._file(part, zone) for zone in ZONES}
            new = set(now.values()) - set(was.values()) - {None}
            if new:
                self.ledger.land(part, self.company.content(part, self.now))
            if now["raw"] != was["raw"]:
                self.ledger.accept(part)
            elif now["refused"] != was["refused"]:
                self.ledger.refuse(part)

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
        shutil.rmtree(self.data, ignore_errors=True)


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
    "suppress_health_check": [HealthCheck.too_slow],
}


READ, READ_ONLY = ("read", 0, 1, 0, None, 0, True), ("read", 0, 1, 0, None, 0, False)
TOLD_LATER = [("add", 0), ("tick", 1440), READ, ("silent", 0), READ_ONLY, ("vanish", 0), READ]
TWO_DAYS = [("add", 0), ("tick", 1440), ("add", 0), ("tick", 1440), ("silent", 0)]
STOPPED = {kill: [JUDGED, *TWO_DAYS, ("backfill", 0, 2, False, 0, kill, 0)] for kill in KILLS}
KILLED = {
    kill: [*TWO_DAYS, ("read", 0, 1, 0, kill, 0, True), ("read", 1, 1, 0, kill, 0, True)]
    for kill in KILLS
}
DAYS = [0] * LAST_DAY


def told_of(stage: Stage, subject: Subject, histories_told: int, **how: Any) -> None:
    """Live so many histories, and see that what they are made of did happen."""
    stage.happened.clear()

    @example(page_size=2, history=TOLD_LATER, order=DAYS)  # what waits is the newer
    @example(page_size=2, history=KILLED["writing"], order=DAYS)
    @example(page_size=2, history=KILLED["syncing"], order=DAYS)
    @example(page_size=2, history=KILLED["committing"], order=DAYS)
    @example(page_size=2, history=STOPPED["writing"], order=DAYS)
    @example(page_size=2, history=STOPPED["syncing"], order=DAYS)
    @example(page_size=2, history=STOPPED["committing"], order=DAYS)
    @settings(max_examples=histories_told - histories_told // SHARE_JUDGED, **how, **common)
    @given(page_size=st.integers(2, 4), history=plain, order=orders)
    def one(page_size: int, history: Any, order: list[int]) -> None:
        live(stage, subject, page_size, history, order)

    @settings(max_examples=histories_told // SHARE_JUDGED, **how, **common)
    @given(page_size=st.integers(2, 4), history=judged, order=orders)
    def one_judged(page_size: int, history: Any, order: list[int]) -> None:
        live(stage, subject, page_size, history, order)

    one()
    one_judged()
    wanted = {*KILLS, "judged"}
    if subject.kind is not Kind.SNAPSHOT:  # it has no past to read
        wanted |= {"backfilled", *(f"{kill} in a backfill" for kill in KILLS)}
    assert wanted <= set(stage.happened), "some trouble never struck"


@every_kind
def test_nothing_is_lost_and_nothing_is_doubled(stage: Stage, subject: Subject) -> None:
    told_of(stage, subject, 130, derandomize=True, database=None)


@pytest.mark.slow
@every_kind
def test_nothing_is_lost_and_nothing_is_doubled_in_five_thousand_histories(
    stage: Stage, subject: Subject
) -> None:
    told_of(stage, subject, 1_300, print_blob=True)
