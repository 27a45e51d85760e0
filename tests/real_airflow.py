"""Airflow as production runs it: each part a process of its own, on loopback and SQLite."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from secrets import token_hex
from typing import Any

import httpx
import psutil

ROOT = Path(__file__).resolve().parents[1]
AIRFLOW = Path(sys.executable).parent / "airflow"
PATIENCE_SECONDS = 1200


def until(holds: Callable[[], Any], seconds: float = PATIENCE_SECONDS, every: float = 2.0) -> Any:
    """Wait for something to be true; nothing is said of how long it took."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = holds()
        if found:
            return found
        time.sleep(every)
    raise AssertionError("it did not come true")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class RealAirflow:
    """A home, and the parts that work in it."""

    home: Path
    environ: dict[str, str]
    address: str
    parts: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def command(self, *words: str) -> None:
        done = subprocess.run(
            [str(AIRFLOW), *words],
            env=self.environ,
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self, part: str, *words: str) -> None:
        with (self.home / f"{part}.log").open("a") as sink:
            self.parts[part] = subprocess.Popen(
                [str(AIRFLOW), part, *words],
                env=self.environ,
                cwd=self.home,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
            )

    def end(self) -> None:
        """Kill the parts, and the tasks, which have sessions of their own."""
        for part in self.parts.values():
            for child in psutil.Process(part.pid).children(recursive=True):
                child.kill()
            part.kill()
            part.wait()

    def stop(self, part: str) -> None:
        """Let a part stand still where it locks no table; its children go on."""
        while True:
            os.kill(self.parts[part].pid, signal.SIGSTOP)
            try:
                self.ask("begin immediate", timeout=0.5)
            except sqlite3.OperationalError:
                self.go_on(part)
                time.sleep(0.1)
            else:
                return

    def go_on(self, part: str) -> None:
        os.kill(self.parts[part].pid, signal.SIGCONT)

    def ask(self, sql: str, *values: object, timeout: float = 60) -> list[tuple[Any, ...]]:
        """Ask Airflow's tables, or write into them."""
        with closing(sqlite3.connect(self.home / "airflow.db", timeout=timeout)) as con, con:
            return con.execute(sql, values).fetchall()

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.address}/api/v2/monitor/health", timeout=60).is_success
        except httpx.TransportError:
            return False

    @cached_property
    def _token(self) -> str:
        """Return a token; the simple auth manager gives it to everybody who asks."""
        told = httpx.get(f"{self.address}/auth/token", timeout=60).raise_for_status().json()
        return str(told["access_token"])

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Call the public API as its users do."""
        headers = {"Authorization": f"Bearer {self._token}"}
        answer = httpx.request(
            method, f"{self.address}/api/v2{path}", json=body, headers=headers, timeout=60
        )
        assert answer.is_success, answer.text
        return answer.json()


@contextmanager
def running(
    given: Mapping[str, str], database: Path, *parts: str, **more: str
) -> Iterator[RealAirflow]:
    """Run an api-server and other parts in a home that was prepared, on a copy of a database."""
    home = Path(given["AIRFLOW_HOME"])
    shutil.copy(database, home / "airflow.db")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environ = {
        "PATH": f"{AIRFLOW.parent}:/usr/bin:/bin",
        "HOME": str(home),
        "PYTHONPATH": str(ROOT),
        **given,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__API_AUTH__JWT_SECRET": token_hex(64),
        "AIRFLOW__CORE__PARALLELISM": "2",
        **more,
    }
    airflow = RealAirflow(home, environ, address)
    airflow.command("pools", "import", str(ROOT / "dags" / "pools.json"))
    try:
        airflow.start("api-server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1")
        for part in parts:
            airflow.start(part)
        build = "select dag_id from serialized_dag where dag_id = 'build_marts'"
        until(lambda: airflow.ask(build) and airflow.answers())
        yield airflow
    finally:
        airflow.end()
