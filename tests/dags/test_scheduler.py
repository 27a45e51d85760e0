"""Airflow as production runs it: api-server, scheduler and dag-processor over one backfill."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ops import children, publish
from ops import settings as ops_settings
from ops.airflow_home import prepare
from ops.settings import Settings
from ops.world import WorldParameters

AIRFLOW = Path(sys.executable).parent / "airflow"
FIRST = datetime(2026, 7, 1, tzinfo=UTC)
PATIENCE_SECONDS = 1200


@contextmanager
def service(environ: dict[str, str], log: Path, *words: str) -> Iterator[None]:
    with log.open("w") as sink:
        process = subprocess.Popen(
            [str(AIRFLOW), *words], env=environ, stdout=sink, stderr=sink, start_new_session=True
        )
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(holds: Callable[[], Any]) -> Any:
    """Wait for something to be true; nothing is said of how long it took."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        found = holds()
        if found:
            return found
        time.sleep(2)
    raise AssertionError("it did not come true")


def ask(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(settings.airflow_home / "airflow.db", timeout=30) as con:
        return con.execute(sql).fetchall()


@pytest.mark.slow
def test_a_scheduled_backfill_lands_its_days_and_the_assets_build_the_marts(
    tmp_path: Path,
) -> None:
    given = ops_settings.load({"CXW_DATA_DIR": str(tmp_path / "data")}, working_dir=tmp_path)
    world = WorldParameters(5, 60, date(2026, 7, 1))
    with ExitStack() as stack:
        base_url = stack.enter_context(
            children.sandbox(world, FIRST + timedelta(days=6), tmp_path / "sandbox.log")
        )
        settings = children.sandboxed(given, base_url)
        port = free_port()
        environ = {
            "PATH": f"{AIRFLOW.parent}:/usr/bin:/bin",
            "HOME": str(tmp_path),
            **prepare(settings),
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
            "AIRFLOW__API_AUTH__JWT_SECRET": "only-for-this-test-" * 4,
            "AIRFLOW__CORE__PARALLELISM": "2",
            "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "True",  # cxw run has no scheduler that decides
        }

        def airflow(*words: str) -> None:
            done = subprocess.run(
                [str(AIRFLOW), *words], env=environ, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr

        airflow("db", "migrate")
        airflow("pools", "import", str(settings.project_dir / "dags" / "pools.json"))
        for words in (
            ("api-server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"),
            ("scheduler",),
            ("dag-processor",),
        ):
            stack.enter_context(service(environ, tmp_path / f"{words[0]}.log", *words))
        until(lambda: ("build_marts",) in ask(settings, "select dag_id from serialized_dag"))
        for dag_id in ("extract_zendesk", "build_marts"):
            airflow("dags", "unpause", dag_id)
        airflow(
            *("backfill", "create", "--dag-id", "extract_zendesk"),
            *("--from-date", "2026-07-01", "--to-date", "2026-07-02"),
        )
        ended = "select state from dag_run where run_type = 'backfill' and end_date is not null"
        until(lambda: len(ask(settings, ended)) == 2)
        assert ask(settings, ended) == [("success",), ("success",)]
        until(lambda: has_published_calls(settings))  # the first build may begin before them
        built = ask(settings, "select run_type from dag_run where dag_id = 'build_marts'")
        assert {run_type for (run_type,) in built} == {"asset_triggered"}


def has_published_calls(settings: Settings) -> bool:
    consumed = [r.manifest["files_consumed"] for r in publish.releases(settings.data_dir)]
    return any("raw/zendesk/calls" in name for names in consumed for name in names)
