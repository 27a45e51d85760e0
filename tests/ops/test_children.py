"""The children of `cxw run`: they serve, and they leave no process behind."""

import fcntl
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

from ops import children, steps
from ops.children import ChildFailed
from ops.settings import Settings, source_settings
from ops.world import WorldParameters

CXW = Path(sys.executable).parent / "cxw"
CLOCK = datetime(2026, 7, 2, 0, 10, tzinfo=UTC)
WORLD = WorldParameters(5, 20, date(2026, 7, 1))


def run_in_the_background(folder: Path) -> subprocess.Popen[str]:
    """Start `cxw run` on a small company in a session of its own; return it under way."""
    (folder / "data").mkdir()
    small = {"seed": 5, "customers": 20, "start": "2026-07-01"}
    # A job in the background of a shell ignores it, and what it starts would, too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    (folder / "data" / "sandbox.json").write_text(json.dumps(small))
    process = subprocess.Popen(
        [str(CXW), "run", "--until", "2026-07-03"],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if not k.startswith(("CXW_", "AIRFLOW"))},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    while "Airflow" not in process.stdout.readline():
        assert process.poll() is None
    return process


def test_the_sandbox_serves_and_stops(tmp_path: Path) -> None:
    with (
        children.sandbox(WORLD, CLOCK, tmp_path / "sandbox.log") as base_url,
        urlopen(f"{base_url}/__clock") as answer,  # noqa: S310
    ):
        assert json.load(answer)["now"].startswith("2026-07-02T00:10:00")
    with pytest.raises(OSError, match="refused"):
        urlopen(f"{base_url}/__clock")  # noqa: S310


def test_every_source_is_pointed_at_the_sandbox(settings: Settings, tmp_path: Path) -> None:
    from extract import SOURCES  # noqa: PLC0415

    with children.sandbox(WORLD, CLOCK, tmp_path / "sandbox.log") as base_url:
        there = children.sandboxed(settings, base_url)
    for source in SOURCES.values():
        source_settings(there, source)  # refuses what is missing, of no source, or of a wrong type
    assert there.clock_url == f"{base_url}/__clock"
    assert source_settings(there, SOURCES["zendesk"]).base_url == f"{base_url}/zendesk"


def test_a_sandbox_that_cannot_start_is_told(tmp_path: Path) -> None:
    before = datetime(2026, 6, 1, tzinfo=UTC)
    with (
        pytest.raises(ChildFailed, match="sandbox did not start"),
        children.sandbox(WORLD, before, tmp_path / "sandbox.log"),
    ):
        pass
    assert "before the first day" in (tmp_path / "sandbox.log").read_text()


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_ended_leaves_no_process(tmp_path: Path, signal_number: int) -> None:
    process = run_in_the_background(tmp_path)
    offspring = psutil.Process(process.pid).children(recursive=True)
    assert offspring
    os.kill(process.pid, signal_number)
    said, _ = process.communicate(timeout=60)
    _, alive = psutil.wait_procs(offspring, timeout=30)
    assert alive == []
    if signal_number == signal.SIGINT:
        assert process.returncode == 130
        assert "run the same command again" in said
    assert not list((tmp_path / "data" / "lake" / "raw").rglob("*.parquet.tmp"))


def test_two_runs_on_one_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with (tmp_path / "data" / ".run.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        done = subprocess.run(
            [str(CXW), "run"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
    assert done.returncode == 1
    assert "another `cxw run` works on data/" in done.stderr


def test_a_sandbox_that_died_is_told(tmp_path: Path) -> None:
    with children.sandbox(WORLD, CLOCK, tmp_path / "sandbox.log") as base_url:
        pass
    with pytest.raises(ChildFailed, match="does not answer"):
        children.set_clock(f"{base_url}/__clock", CLOCK)


def test_a_dag_runner_that_died_between_two_runs_is_told(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", ""], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    process.wait()
    runner = children.DagRunner(process)
    for _ in range(2):
        runner.run("extract_x", None, {})
    with pytest.raises(ChildFailed, match="ended with status 0"):
        list(runner.events())


def test_a_failure_has_a_moment_when_the_clock_itself_is_lost(settings: Settings) -> None:
    lost = replace(settings, clock_url="http://127.0.0.1:9/__clock")
    with pytest.raises(steps.ClockLost, match="CXW_CLOCK_URL"):
        steps.now(lost)
    assert steps.moment_of_failure(lost).tzinfo is UTC
