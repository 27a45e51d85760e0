"""The bench on a running Airflow: api-server, scheduler with its workers, dag-processor, triggerer.

A run is asked for over the API, and made and told of by Airflow alone. Of its tasks those that the
fault is about work; the others are marked beforehand, as by hand. Settings stand in a `.env` where
the parts were started, so that each fault has its own. Minutes between two tries are one second.
"""

from __future__ import annotations

import fcntl
import shutil
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

from extract.source import Window
from ops import settings as ops_settings
from ops import whole_file
from ops.airflow_home import prepare
from ops.alerts import airflow_seen, failures, filed
from ops.catalog import stream_names
from ops.settings import Settings, to_environ
from tests.faults.bench import ROOT, Bench
from tests.real_airflow import RealAirflow, running, until

RUN_SECONDS, TELL_SECONDS = 300, 90
BUILD_TASKS = {"build": "build_models", "check marts": "check_marts", "publish": "publish_marts"}
POLICY = """
import sys
from datetime import timedelta

if sys.argv[1] in ("scheduler", "dag-processor"):  # their children need not import it each
    import expectations.gate, extract.pull, ops.alerts.on_failure, ops.build

def task_policy(task):
    task.retry_delay = timedelta(seconds=1)
    task.retry_exponential_backoff = 0
"""
QUICK = {
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "3600",  # a changed file is read at once
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
}


@contextmanager
def airflow(folder: Path, database: Path) -> Iterator[RealAirflow]:
    """Run Airflow on a copy of the DAGs, which a fault may break."""
    given = ops_settings.load({"CXW_DATA_DIR": str(folder)}, working_dir=folder)
    environ = {k: v for k, v in prepare(given).items() if not k.startswith("CXW_")}
    shutil.copytree(ROOT / "dags", folder / "dags")
    (folder / "dbt_project").symlink_to(ROOT / "dbt_project")
    whole_file.write(given.airflow_home / "config" / "airflow_local_settings.py", POLICY)
    places = {
        "AIRFLOW__CORE__DAGS_FOLDER": str(folder / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(folder / "dags" / "plugins"),
    }
    parts = airflow_seen.PARTS.values()
    with running(environ, database, *parts, **places, **QUICK) as one:
        until(lambda: len(one.ask("select distinct job_type from job")) == len(parts))
        yield one


@dataclass
class ScheduledBench(Bench):
    """A bench whose runs are made by Airflow."""

    airflow: RealAirflow = field(kw_only=True)
    dag_id: str = ""
    made: str = ""  # the id that Airflow gave the run
    ran: float = 0.0  # seconds from the run's start to the end of its last task

    # --- runs ---------------------------------------------------------------------------------

    def run(
        self,
        name: str,
        window: Window | None = None,
        settings: Settings | None = None,
        *,
        between: Callable[[], None] | None = None,
        callback: bool = True,
    ) -> None:
        if not callback:
            self.airflow.stop("dag-processor")
        if between:
            self._pool(0)
        self._stream_begins(name, window or self.day, settings)
        if between:
            pulled = "select 1 from task_instance where run_id = ? and state = 'success'"
            until(lambda: self.airflow.ask(pulled, self.made), RUN_SECONDS, 0.2)
            between()
            self._pool(128)
        if self._ended() == "failed" and callback:
            self._told()

    def build_step(self, step: str, call: Callable[[], Any]) -> None:
        names = list(BUILD_TASKS)
        wanted = {(BUILD_TASKS[name], -1) for name in names[names.index(step) :]}
        self._begins("build_marts", self.settings, {}, wanted, "success")
        if self._ended() == "failed":
            self._told()

    def killed(self, name: str, window: Window, *, seen: bool) -> None:
        self.faults({"path_regex": "/zendesk/.*users", "latency_seconds": 20})
        self._stream_begins(name, window)
        if seen:
            for _ in range(3):  # as often as it is tried
                psutil.Process(self._at_work()).kill()
            self._ended()
            self._told()
        else:
            task = psutil.Process(self._at_work())
            worker = task.parent()
            assert worker
            self.airflow.stop("scheduler")
            worker.kill()
            task.kill()
            until(lambda: all(_is_free(mark) for mark in self._marks()), RUN_SECONDS, 0.05)
            self.began = time.monotonic()

    def callback(self, dag_id: str) -> None:
        self._uses(self.settings)
        self.airflow.go_on("dag-processor")
        self._told()

    def goes_on(self) -> None:
        for part in self.airflow.parts:
            self.airflow.go_on(part)
        self._pool(128)
        busy = "select run_id from dag_run where state in ('queued', 'running')"
        until(lambda: not self.airflow.ask(busy), RUN_SECONDS, 0.2)
        until(lambda: not self.airflow.ask("select id from callback"), RUN_SECONDS, 0.2)
        self._paused(True)

    def _stream_begins(self, name: str, window: Window, settings: Settings | None = None) -> None:
        source, _, stream = name.partition(".")
        place = stream_names(source).index(stream)
        conf = {"from": window.start.isoformat(), "to": window.end.isoformat()}
        wanted = {("stream.pull", place), ("stream.check", place)}
        self._begins(f"extract_{source}", settings or self.settings, conf, wanted, "skipped")

    def _begins(
        self,
        dag_id: str,
        settings: Settings,
        conf: Mapping[str, str],
        wanted: Collection[tuple[str, int]],
        others: str,
    ) -> None:
        """Ask for a run in which only the wanted tasks work, and let it begin."""
        self._uses(settings)
        body = {"logical_date": None, "conf": conf}
        told = self.airflow.call("POST", f"/dags/{dag_id}/dagRuns", body)
        self.dag_id, self.made = dag_id, told["dag_run_id"]
        tasks = "select id, task_id, map_index from task_instance where run_id = ?"
        mark = "update task_instance set state = ? where id = ?"
        for key, *task in self.airflow.ask(tasks, self.made):
            if tuple(task) not in wanted:
                self.airflow.ask(mark, others, key)
        self._paused(False)

    def _ended(self) -> str:
        """Wait for the end of the run; return its state."""
        ended = "select state, start_date from dag_run where run_id = ? and end_date is not null"
        ((state, began),) = until(lambda: self.airflow.ask(ended, self.made), RUN_SECONDS, 0.2)
        self._paused(True)
        worked = "select max(end_date) from task_instance where run_id = ? and start_date not null"
        last = _moment(self.airflow.ask(worked, self.made)[0][0])
        self.ran = (last - _moment(began)).total_seconds()
        self.began = time.monotonic() - (datetime.now(UTC) - last).total_seconds()
        return str(state)

    def _told(self) -> None:
        """Wait until the alert is sent; when none is, the test says what is missing."""
        with suppress(AssertionError):
            sent = lambda: any(one["state"] == "sent" for one in self.alerts())  # noqa: E731
            until(sent, TELL_SECONDS, 0.05)

    def _at_work(self) -> int:
        """Wait for the mark of a step that works on a try; return the task's process."""
        known = self.kept.setdefault("marks", set())
        known |= until(lambda: {m.stat().st_ino for m in self._marks()} - known, RUN_SECONDS, 0.05)
        working = "select pid from task_instance where run_id = ? and state = 'running'"
        ((pid,),) = self.airflow.ask(working, self.made)
        return int(pid)

    def _marks(self) -> list[Path]:
        run = failures.run_name(self.dag_id, self.made)
        folder = self.settings.alerts_dir / "failures" / filed.file_name(run)
        return list(folder.glob("*.mark"))

    def _uses(self, settings: Settings) -> None:
        quoted = {n: v.replace("\\", "\\\\").replace("'", "\\'") for n, v in _given(settings)}
        lines = [f"{name}='{value}'\n" for name, value in quoted.items()]
        whole_file.write(self.airflow.home / ".env", "".join(lines))

    def _paused(self, is_paused: bool) -> None:
        if self.dag_id:
            self.airflow.call("PATCH", f"/dags/{self.dag_id}", {"is_paused": is_paused})

    def _pool(self, slots: int) -> None:
        """Open or close the pool of the checks."""
        self.airflow.ask("update slot_pool set slots = ? where pool = 'default_pool'", slots)

    # --- parts of Airflow ---------------------------------------------------------------------

    def machine(self) -> datetime:
        return datetime.now(UTC)

    def beats(self, *but: str) -> None:
        """Let every part live but some, whose last sign of life becomes an old one."""
        for job, part in airflow_seen.PARTS.items():
            if job in but:
                self.airflow.stop(part)
                old = f"{self.machine() - timedelta(minutes=9):%Y-%m-%d %H:%M:%S.%f}"
                aged = "update job set latest_heartbeat = ? where job_type = ?"
                self.airflow.ask(aged, old, job)
            else:
                self.airflow.go_on(part)
        lately = f"{self.machine() - timedelta(seconds=30):%Y-%m-%d %H:%M:%S}"
        beat = "select distinct job_type from job where latest_heartbeat > ?"
        alive = len(airflow_seen.PARTS) - len(but)
        until(lambda: len(self.airflow.ask(beat, lately)) == alive, RUN_SECONDS, 0.2)

    def metadata_goes(self) -> None:
        for part in self.airflow.parts:
            self.airflow.stop(part)
        super().metadata_goes()

    def api_server_stops(self) -> None:
        self.watches_airflow(AIRFLOW_URL=self.airflow.address)
        self.airflow.stop("api-server")

    def api_server_is_back(self) -> None:
        self.airflow.go_on("api-server")

    def dag_breaks(self) -> None:
        self._dag_is("from airflow.sdk import DAG\n\ndef broken(:\n", errors=1)

    def dag_is_mended(self) -> None:
        self._dag_is((ROOT / "dags" / "extract_zendesk.py").read_text(), errors=0)

    def _dag_is(self, text: str, *, errors: int) -> None:
        dags = Path(self.airflow.environ["AIRFLOW__CORE__DAGS_FOLDER"])
        whole_file.write(dags / "extract_zendesk.py", text)
        found = "select id from import_error"
        until(lambda: len(self.airflow.ask(found)) == errors, RUN_SECONDS, 0.2)


def _given(settings: Settings) -> list[tuple[str, str]]:
    return [(name, value) for name, value in to_environ(settings).items() if value]


def _is_free(mark: Path) -> bool:
    """Say whether the process that held a mark is gone, with all of its threads."""
    with mark.open() as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _moment(text: Any) -> datetime:
    return datetime.fromisoformat(str(text)).replace(tzinfo=UTC)
