"""The two child processes of `cxw run`: the simulated company, and the DAG runner.

Both live in sessions of their own, so that Ctrl-C reaches only the parent, which stops them in
order; both leave by themselves when their standard input ends, so that a killed parent leaves none.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from extract.errors import CxwError
from ops.settings import Settings, process_environ, with_source
from ops.world import WorldParameters

GRACE_SECONDS = 15.0
AFTER_END = timedelta(minutes=10)  # where the simulated clock stands when a window is read


class ChildFailed(CxwError):
    """A child process ended or did not become ready."""


@contextmanager
def sandbox(
    world: WorldParameters,
    clock: datetime,
    log_file: Path,
    drop: Path | None = None,
    placebo: Sequence[str] = (),
) -> Iterator[str]:
    """Run the simulated company on a free loopback port; yield its base URL.

    Its teams export to `drop`; when none is named, to a folder beside the log. The planted stories
    that `placebo` names have no effect.
    """
    arguments = ["--port", "0", "--clock", f"{clock:%Y-%m-%dT%H:%M:%SZ}", "--limits", "fast"]
    arguments += ["--seed", str(world.seed), "--customers", str(world.customers)]
    arguments += ["--start", world.start.isoformat(), "--leave-at-eof"]
    arguments += ["--drop", str(drop or log_file.with_name("drop"))]
    arguments += [word for story in placebo for word in ("--placebo", story)]
    with _child([sys.executable, "-m", "sandbox", *arguments], log_file, {}) as child:
        ready = _line(child)
        if not ready.startswith("sandbox ready "):
            raise ChildFailed(
                f"the sandbox did not start (it said {ready[:200]!r})",
                "without it there is no source to read",
                f"read {log_file.parent.name}/{log_file.name}",
            )
        yield ready.removeprefix("sandbox ready ").strip()


def sandboxed(settings: Settings, base_url: str) -> Settings:
    """Return the settings with every source and the clock pointing at the simulated company."""
    with urlopen(f"{base_url}/__settings", timeout=10) as answer:  # noqa: S310  (our own child)
        told: dict[str, dict[str, str]] = json.load(answer)
    for source, values in told.items():
        settings = with_source(settings, source, values)
    return replace(settings, clock_url=f"{base_url}/__clock")


def set_clock(clock_url: str, moment: datetime) -> None:
    """Move the simulated company's clock; the world goes on up to there."""
    body = json.dumps({"now": f"{moment:%Y-%m-%dT%H:%M:%SZ}"}).encode()
    headers = {"Content-Type": "application/json"}
    try:
        with urlopen(Request(clock_url, body, headers, method="POST"), timeout=300):  # noqa: S310
            pass
    except OSError as error:
        raise ChildFailed(
            f"the sandbox does not answer ({type(error).__name__})",
            "its process has ended, so there is no source to read",
            "read data/logs/sandbox.log, then run `cxw run` again; what is landed stays",
        ) from None


class DagRunner:
    """A child process that runs DAGs with `dag.test()` and tells what happens, line by line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, dag_id: str, logical_date: datetime | None, conf: Mapping[str, Any]) -> None:
        """Ask for a run (no date: now); its events follow, the last one says how it ended."""
        date = logical_date.isoformat() if logical_date else None
        order = {"dag_id": dag_id, "logical_date": date, "conf": dict(conf)}
        assert self._process.stdin is not None  # noqa: S101  (opened as a pipe)
        with suppress(BrokenPipeError):  # it has ended: who asks for its events is told so
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()

    def events(self) -> Iterator[dict[str, Any]]:
        """Yield what the child tells, until the run is over."""
        while True:
            line = _line(self._process)
            if not line:
                raise ChildFailed(
                    f"the DAG runner ended with status {self._process.wait(GRACE_SECONDS)}",
                    "the run that it was in is unfinished; nothing half written is visible",
                    "read data/logs/airflow.log, then run `cxw run` again",
                )
            event: dict[str, Any] = json.loads(line)
            yield event
            if event["event"] in {"run", "ready"}:
                return


@contextmanager
def dag_runner(
    settings: Settings, environ: Mapping[str, str], log_file: Path
) -> Iterator[DagRunner]:
    """Start the DAG runner; yield it when Airflow is ready."""
    script = settings.project_dir / "dags" / "_run_once.py"
    with _child([sys.executable, str(script), "run"], log_file, environ) as child:
        runner = DagRunner(child)
        for _ in runner.events():
            pass
        yield runner


@contextmanager
def _child(
    command: list[str], log_file: Path, environ: Mapping[str, str]
) -> Iterator[subprocess.Popen[str]]:
    log_file.parent.mkdir(parents=True, exist_ok=True)
    with log_file.open("a") as log:
        process = subprocess.Popen(  # noqa: S603  (our own interpreter and script)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**process_environ(), **environ},
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[str]) -> None:
    """Let the child leave by ending its input; insist after a while."""
    assert process.stdin is not None  # noqa: S101  (opened as a pipe)
    with suppress(BrokenPipeError):
        process.stdin.close()
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    assert process.stdout is not None  # noqa: S101
    process.stdout.close()


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None  # noqa: S101  (opened as a pipe)
    return process.stdout.readline()
