"""Run the long tests first; tell at the end how many claims hold for how many streams."""

from __future__ import annotations

import gc
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from extract import BROKEN, SOURCES
from extract.errors import InvalidDeclaration

pytest_plugins = ["tests.dbt.warehouse"]  # once a worker: a project is read in ten seconds
SUITE = re.compile(r"test_conformance(?:_folders)?\.py::(\w+)\[(?:.*-)?([a-z0-9_]+-\w+)\]$")
gc.set_threshold(100_000, 50, 100)  # dbt and Airflow keep millions of objects: seldom look at them
# The company is built with the first; what else asks for it comes when it stands.
FIRST = ["test_numbers.py", "test_adding_a_source.py", "test_whole_project.py", "end_to_end"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first, so that no core waits for one of them at the end."""
    items.sort(key=lambda item: next((n for n, p in enumerate(FIRST) if p in item.path.parts), 9))


@pytest.fixture
def broken_files(monkeypatch: pytest.MonkeyPatch) -> InvalidDeclaration:
    """Let the source of files be one whose declaration cannot be read."""
    error = InvalidDeclaration("files.toml [acd_intervals]: no key", "it is unclear", "correct it")
    monkeypatch.delitem(SOURCES, "files")
    monkeypatch.setitem(BROKEN, "files", error)
    return error


@pytest.fixture(scope="session")
def airflow_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database that Airflow itself has made."""
    home = tmp_path_factory.mktemp("metadata")
    values = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "PATH": os.defpath,
    }
    airflow = Path(sys.executable).parent / "airflow"
    subprocess.run([str(airflow), "db", "migrate"], check=True, capture_output=True, env=values)
    return home / "airflow.db"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Count the conformance suite: its claims, the streams, and the pairs that held."""
    held = [
        match
        for report in terminalreporter.stats.get("passed", [])
        if report.when == "call" and (match := SUITE.search(report.nodeid))
    ]
    if held:
        claims, streams = ({match[n] for match in held} for n in (1, 2))
        sources = {stream.partition("-")[0] for stream in streams}
        terminalreporter.write_line(
            f"conformance: {len(claims)} claims x {len(streams)} streams of {len(sources)} "
            f"sources: {len(held):,} cases held"
        )
