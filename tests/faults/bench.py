"""A small warehouse to break: real sources over HTTP, a real lake, release and channels.

Steps are called as the tasks call them: with their mark, their failure written down, and one call
for the alert at the end of the run. What a task adds (Airflow's retries) is not here: in
`tests.faults.scheduled` a running Airflow makes the runs.
"""

from __future__ import annotations

import json
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import httpx

from extract.source import Window
from ops import by_hand, children, publish, steps
from ops import settings as ops_settings
from ops.alerts import airflow_seen, failures, filed, on_failure, watch
from ops.settings import Settings, to_environ, with_source
from tests.ops.conftest import Office

ROOT = Path(__file__).resolve().parents[2]
FIRST = datetime(2026, 7, 1, tzinfo=UTC)
MORNING = datetime(2026, 7, 3, 9, tzinfo=UTC)  # a Friday, in the hours of every tier
DAY = Window(datetime(2026, 7, 2, tzinfo=UTC), datetime(2026, 7, 3, tzinfo=UTC))
BEFORE = Window(FIRST, DAY.start)
ENOUGH = Window(FIRST, DAY.end)  # a day alone may hold no user that changed
Step = tuple[str, Callable[[], Any]]
DEAD = "http://127.0.0.1:9"
PROCESS = """
import sys
from datetime import datetime
from pathlib import Path
from ops.alerts import failures
folder, run, step, subject, window, at = sys.argv[1:]
with failures.at_work(Path(folder), run, step, subject, window, datetime.fromisoformat(at)):
    print("at work", flush=True)
    sys.stdin.readline()
"""


@dataclass
class Bench:
    """One folder, its release, and what was told."""

    office: Office
    settings: Settings
    base_url: str
    now: datetime = MORNING
    began: float = 0.0
    patience: float = 0.0  # of the simulated clock, before the alert may come
    run_id: str = "run"
    day: Window = DAY
    before: Window = BEFORE
    enough: Window = ENOUGH
    metadata: Path = Path()  # Airflow's own database, or one that Airflow has made
    kept: dict[str, Any] = field(default_factory=dict)

    # --- the pipeline -------------------------------------------------------------------------

    def faults(self, *faults: dict[str, Any]) -> None:
        """Replace the faults of the simulated company."""
        httpx.delete(f"{self.base_url}/__faults").raise_for_status()
        if faults:
            every = [{"times": None, **fault} for fault in faults]
            httpx.post(f"{self.base_url}/__faults", json=every).raise_for_status()

    def lands(self, name: str, window: Window | None = None) -> None:
        """Pull and check a day of a stream that is well, in this process."""
        source, _, stream = name.partition(".")
        window = window or self.day
        todo = reading(self.settings, source, stream, window)
        assert self.steps(f"extract_{source}", todo, name, window.name), "it is well"
        self.began = 0.0

    def run(
        self,
        name: str,
        window: Window | None = None,
        settings: Settings | None = None,
        *,
        between: Callable[[], None] = lambda: None,
        callback: bool = True,
    ) -> None:
        """Pull and check a day of a stream as its DAG does, with something between; end the run."""
        source, _, stream = name.partition(".")
        window = window or self.day
        pull, (step, judge) = reading(settings or self.settings, source, stream, window)
        todo = [pull, (step, lambda: (between(), judge()))]
        self.steps(f"extract_{source}", todo, name, window.name, callback=callback)

    def build_step(self, step: str, call: Callable[[], Any]) -> None:
        """Run a step of `build_marts`, and end the run."""
        self.steps("build_marts", [(step, call)])

    def killed(self, name: str, window: Window, *, seen: bool) -> None:
        """Kill the process of a step at work; `seen`: the scheduler calls for the alert."""
        run = failures.run_name("extract_zendesk", self.run_id)
        words = (str(self.settings.alerts_dir), run, "extract", name, window.name)
        process = self.process_of(PROCESS, *words, self.now.isoformat())
        self.began = time.monotonic()
        process.send_signal(signal.SIGKILL)
        process.communicate()
        if seen:
            self.callback("extract_zendesk")

    def process_of(self, code: str, *words: str) -> subprocess.Popen[str]:
        """Start a process and wait for its word."""
        process = subprocess.Popen(
            [sys.executable, "-c", code, *words],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.kept["process"] = process
        assert process.stdout is not None
        assert process.stdout.readline()
        return process

    def steps(
        self,
        dag_id: str,
        todo: Iterable[Step],
        subject: str = "",
        window: str = "",
        *,
        callback: bool = True,
    ) -> bool:
        """Run steps until one fails; then the scheduler calls for the alert, once for the run."""
        run = failures.run_name(dag_id, self.run_id)
        where = self.settings.alerts_dir
        self.began = time.monotonic()
        for step, call in todo:
            try:
                with failures.at_work(where, run, step, subject, window, self.now):
                    call()
            except Exception as error:
                failure = failures.describe(
                    error, step=step, subject=subject, window=window, at=self.now
                )
                failures.record(where, run, failure)
                if callback:
                    self.callback(dag_id)
                return False
            failures.clear(where, run, step, subject, self.now)
        return True

    def callback(self, dag_id: str) -> None:
        on_failure.raise_alert(
            self.settings, dag_id=dag_id, run_id=self.run_id, reason="task_failure", now=self.now
        )

    def goes_on(self) -> None:
        """Let what was stopped go on; wait until all is quiet."""

    def watch(self, **later: float) -> None:
        """Let the watch go one round, so much later by the simulated clock."""
        if not self.began:
            self.began = time.monotonic()
        self.now += timedelta(**later)
        watch.report(self.settings, self.now, self.machine())

    def machine(self) -> datetime | None:
        """Return the machine's time where Airflow lives by it."""
        return None

    def waits(self, **span: float) -> None:
        """Let simulated time pass before the alert may come."""
        self.patience += timedelta(**span).total_seconds()
        self.began = self.began or time.monotonic()
        self.watch(**span)

    def reaching(self, source: str, **values: str) -> Settings:
        """Return the settings with other values of a source."""
        prefix = f"{source}_".upper()
        held = {
            name.removeprefix(prefix).lower(): value
            for name, value in self.settings.source_values.items()
            if name.startswith(prefix)
        }
        changed = with_source(self.settings, source, {**held, **values})
        return ops_settings.load(to_environ(changed), working_dir=self.settings.data_dir)

    def publish(self, as_of: datetime) -> None:
        """Publish a small release, whole in every part."""
        with publish.open_build(self.settings.data_dir, reserve=0) as build:
            self.fill(build)
            publish.publish(build, publish.BuildFacts(as_of=as_of, built_at=as_of))

    @staticmethod
    def fill(build: publish.Build) -> None:
        with duckdb.connect(str(build.marts)) as con:
            con.execute("create schema if not exists marts")
            con.execute("create or replace table marts.fct_tickets as select 1 as ticket_key")
        with duckdb.connect(str(build.warehouse)) as con:
            con.execute("create or replace table built as select 1 as number")

    # --- Airflow, by its own tables -----------------------------------------------------------

    def watches_airflow(self, **more: str) -> None:
        """Let the watch look at an Airflow that is well."""
        outside = {"AIRFLOW_DATABASE": f"sqlite:///{self.metadata}", **more}
        self.settings = replace(self.settings, outside={**self.settings.outside, **outside})
        self.beats()

    def written(self, sql: str) -> None:
        """Write into Airflow's tables what the fault leaves there."""
        with closing(sqlite3.connect(self.metadata, timeout=60)) as con, con:
            con.execute(sql)

    def beats(self, *but: str) -> None:
        """Leave the signs of life of every part but some."""
        self.written("delete from job")
        for job in airflow_seen.PARTS:
            at = self.now - timedelta(minutes=9 if job in but else 0)
            self.written(
                "insert into job (job_type, state, latest_heartbeat) "
                f"values ('{job}', 'running', '{at:%Y-%m-%d %H:%M:%S.%f}')",
            )

    def metadata_goes(self) -> None:
        self.metadata.rename(self.metadata.with_suffix(".away"))
        self.metadata.mkdir()

    def metadata_is_back(self) -> None:
        self.metadata.rmdir()
        self.metadata.with_suffix(".away").rename(self.metadata)
        self.beats()

    def api_server_stops(self) -> None:
        self.watches_airflow(AIRFLOW_URL=DEAD)

    def api_server_is_back(self) -> None:
        outside = {n: v for n, v in self.settings.outside.items() if n != "AIRFLOW_URL"}
        self.settings = replace(self.settings, outside=outside)

    def dag_breaks(self) -> None:
        self.written(
            "insert into import_error (timestamp, filename, bundle_name, stacktrace) values "
            "('2026-07-03 09:00:00', 'extract_zendesk.py', 'dags-folder', 'SyntaxError: invalid')",
        )

    def dag_is_mended(self) -> None:
        self.written("delete from import_error")

    # --- what became of it --------------------------------------------------------------------

    def alerts(self) -> list[filed.Filed]:
        """Return every alert that was filed, of every kind."""
        return [*filed.standing(self.settings.alerts_dir), *self.ended()]

    def ended(self) -> list[filed.Filed]:
        folder = self.settings.alerts_dir / "closed"
        return [json.loads(path.read_text()) for path in folder.glob("*.json")]

    def messages(self) -> list[str]:
        """Return what Slack showed."""
        return [message["text"] for message in self.office.slack.received]

    def release(self) -> tuple[str, str]:
        """Return the release that readers get, and the hash of its file."""
        shown = self.settings.data_dir / "marts" / "current"
        marts = shown / "cx_warehouse.duckdb"
        with duckdb.connect(str(marts), read_only=True) as con:
            con.execute("from marts.fct_tickets").fetchall()
        return shown.readlink().name, sha256(marts.read_bytes()).hexdigest()

    def follow(self, commands: Iterable[str]) -> None:
        """Run the commands of an alert, as a person on call types them."""
        for command in commands:
            words = shlex.split(command)
            if words[:2] == ["cxw", "extract"]:
                list(by_hand.extract(self.settings, *_asked(words[2:])))
            elif words[:2] == ["cxw", "check"] and words[2] != "marts":
                list(by_hand.check(self.settings, *_asked(words[2:]), ()))


def reading(settings: Settings, source: str, stream: str, window: Window) -> list[Step]:
    """Return the steps that read a window of a stream."""
    return [
        ("extract", lambda: steps.extract(settings, source, stream, window, run_id="r")),
        ("check", lambda: steps.check_landed(settings, source, stream, window)),
    ]


def _asked(words: list[str]) -> tuple[str, str | None, str, str]:
    names = words[: words.index("--from")]
    since, until = (words[words.index(flag) + 1] for flag in ("--from", "--to"))
    return names[0], names[1] if len(names) > 1 else None, since, until


def marts_above(manifest: dict[str, Any], streams: Iterable[str]) -> set[str]:
    """Return the marts that stand on streams: from each mart down, as the product does not go."""
    wanted = {"stg_" + name.replace(".", "__", 1) for name in streams}

    def stands_on(key: str, seen: set[str]) -> bool:
        seen.add(key)
        if key.startswith("model.") and manifest["nodes"][key]["name"] in wanted:
            return True
        below = manifest["parent_map"].get(key, [])
        return any(stands_on(one, seen) for one in below if one not in seen)

    marts = [k for k, node in manifest["nodes"].items() if "marts" in node.get("fqn", ())]
    models = [key for key in marts if key.startswith("model.")]
    return {manifest["nodes"][key]["name"] for key in models if stands_on(key, set())}


def new_bench(
    kind: Callable[..., Bench],
    office: Office,
    base_url: str,
    manifest: Path,
    metadata: Path,
    *,
    landed: Iterable[str],
) -> Bench:
    """Return a bench on a fresh folder, in which the day before was read and published."""
    children.set_clock(f"{base_url}/__clock", MORNING)
    sandboxed = children.sandboxed(office.settings, base_url)
    settings = replace(sandboxed, patience_seconds=60)
    bench = kind(office, settings, base_url, metadata=metadata)
    bench.faults()
    target = bench.settings.dbt_target / "manifest.json"
    target.parent.mkdir(parents=True)
    target.symlink_to(manifest)
    bench.publish(DAY.end)
    for name in landed:
        bench.lands(name, BEFORE)
    assert bench.alerts() == []
    return bench
