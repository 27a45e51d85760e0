"""A small warehouse to break: real sources over HTTP, a real lake, release and channels.

Steps are called as the tasks call them: with their mark, their failure written down, and one call
for the alert at the end of the run. What a task adds (Airflow's retries) is not here.
"""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import httpx

from extract.source import Window
from ops import by_hand, children, publish, steps
from ops.alerts import failures, filed, on_failure, watch
from ops.settings import Settings, with_source
from tests.ops.conftest import Office

FIRST = datetime(2026, 7, 1, tzinfo=UTC)
MORNING = datetime(2026, 7, 3, 9, tzinfo=UTC)  # a Friday, in the hours of every tier
DAY = Window(datetime(2026, 7, 2, tzinfo=UTC), datetime(2026, 7, 3, tzinfo=UTC))
BEFORE = Window(FIRST, DAY.start)
ENOUGH = Window(FIRST, DAY.end)  # a day alone may hold no user that changed
Step = tuple[str, Callable[[], Any]]


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
    kept: dict[str, Any] = field(default_factory=dict)

    # --- the pipeline -------------------------------------------------------------------------

    def faults(self, *faults: dict[str, Any]) -> None:
        """Replace the faults of the simulated company."""
        httpx.delete(f"{self.base_url}/__faults").raise_for_status()
        if faults:
            every = [{"times": None, **fault} for fault in faults]
            httpx.post(f"{self.base_url}/__faults", json=every).raise_for_status()

    def run(
        self, name: str, window: Window | None = None, settings: Settings | None = None
    ) -> None:
        """Pull and check a day of a stream as its DAG does, and end the run."""
        source, _, stream = name.partition(".")
        window = window or self.day
        todo = reading(settings or self.settings, source, stream, window)
        self.steps(f"extract_{source}", todo, name, window.name)

    def build_step(self, step: str, call: Callable[[], Any]) -> None:
        """Run a step of `build_marts` on the day's data, and end the run."""
        self.run("zendesk.users")
        self.steps("build_marts", [(step, call)])

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

    def watch(self, **later: float) -> None:
        """Let the watch go one round, so much later by the simulated clock."""
        if not self.began:
            self.began = time.monotonic()
        self.now += timedelta(**later)
        watch.report(self.settings, self.now)

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
        return with_source(self.settings, source, {**held, **values})

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


def new_bench(office: Office, base_url: str, manifest: Path, *, landed: Iterable[str]) -> Bench:
    """Return a bench on a fresh folder, in which the day before was read and published."""
    children.set_clock(f"{base_url}/__clock", MORNING)
    sandboxed = children.sandboxed(office.settings, base_url)
    bench = Bench(office, replace(sandboxed, patience_seconds=60), base_url)
    bench.faults()
    target = bench.settings.dbt_target / "manifest.json"
    target.parent.mkdir(parents=True)
    target.symlink_to(manifest)
    bench.publish(DAY.end)
    for name in landed:
        bench.run(name, BEFORE)
    bench.began = 0.0
    assert bench.alerts() == []
    return bench
