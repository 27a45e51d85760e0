"""Every fault of the catalogue: the right alert, once, in time, with its marts; then health."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ops import children
from ops.alerts import filed
from ops.world import WorldParameters
from tests.faults import scheduled
from tests.faults.bench import MORNING, Bench, marts_above, new_bench
from tests.faults.catalogue import FAULTS, Fault
from tests.faults.page import PAGE
from tests.ops.conftest import Office, office, settings  # noqa: F401  (fixtures)

ROOT = Path(__file__).resolve().parents[2]
HEAD = """# Evidence of operations

What the catalogue of faults measured. `pytest -m slow tests/faults/test_catalogue.py` puts each
fault into a small warehouse (real sources over HTTP, a real lake and release, channels on loopback)
and writes the row of each that held: one alert of the right kind, its marts as the manifest has
them, the release as it was, and after the alert's commands health and a closing message. *Waited*
is what the alert's own rules ask for, passed on the simulated clock.

Each fault is put in twice. *Steps*: the steps are called as the tasks call them, in one process,
and the seconds count from their start to the message; a dead part of Airflow is what it leaves in
Airflow's own tables. *Airflow*: the DAG itself runs, asked for over the API, under a scheduler with
its LocalExecutor, a dag-processor, a triggerer and an api-server on SQLite. *Run* is from the run's
start to the end of its last try (minutes between two tries are one second here), *told* from there
to the message, which the DAG's callback or the watch sends: it is *told* that is held against the
promise there. Of the DAG only the tasks of the stream or step at fault work, the others are marked
beforehand. A dead part is one that was stopped, its last sign of life made nine minutes old; in
`clock_lost` and `callback_lost` the dag-processor is stopped until the clock, or the callback, is
back. Without *run* there was none, or it had no end of its own; without *told* no process of
Airflow has a part in the fault. What is well before the fault, and what the alert's commands
repeat, is read in the test's process. Where they would build every mart, a small release is
published in their stead, by the code that publishes the large one.

| fault | area | what is done | alert | marts | promised s | waited s | steps s | run s | told s |
|---|---|---|---|---|---|---|---|---|---|
"""
WAYS = [pytest.param(one, "steps", id=f"{one.id}-steps") for one in FAULTS]
WAYS += [pytest.param(one, "airflow", id=f"{one.id}-airflow") for one in FAULTS if one.is_run]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("company")
    world = WorldParameters(5, 60, date(2026, 7, 1))
    with children.sandbox(world, MORNING, folder / "sandbox.log") as base_url:
        yield base_url


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the manifest of the project as it is."""
    folder = tmp_path_factory.mktemp("manifest")
    dbt = Path(sys.executable).parent / "dbt"
    project = str(ROOT / "dbt_project")
    words = ["parse", "--project-dir", project, "--profiles-dir", project]
    subprocess.run(
        [str(dbt), *words, "--target-path", str(folder), "--log-path", str(folder / "log")],
        check=True,
        capture_output=True,
        env={**os.environ, "CXW_BUILD_DIR": str(folder)},
    )
    return folder / "manifest.json"


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory, airflow_database: Path
) -> Iterator[scheduled.RealAirflow]:
    """Run one Airflow for all faults."""
    with scheduled.airflow(tmp_path_factory.mktemp("airflow"), airflow_database) as one:
        yield one


@pytest.fixture
def bench(
    fault: Fault,
    way: str,
    office: Office,  # noqa: F811
    company: str,
    manifest: Path,
    airflow_database: Path,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Bench]:
    metadata = tmp_path / "airflow.db"
    shutil.copy(airflow_database, metadata)
    kind: Any = Bench
    if way == "airflow":
        airflow: scheduled.RealAirflow = request.getfixturevalue("running")
        metadata = airflow.home / "airflow.db"
        kind = partial(scheduled.ScheduledBench, airflow=airflow)
    one = new_bench(kind, office, company, manifest, metadata, landed=fault.landed)
    yield one
    one.faults()
    one.goes_on()


@pytest.mark.slow
@pytest.mark.parametrize(("fault", "way"), WAYS)
def test_a_fault_is_told_once_and_its_repair_is_told(
    fault: Fault, bench: Bench, manifest: Path
) -> None:
    before = bench.release()
    fault.inject(bench)
    measured = time.monotonic() - bench.began
    (one,) = bench.alerts()
    assert one["kind"] == fault.kind, one["text"]
    graph = json.loads(manifest.read_text())
    assert set(one["stale_marts"]) == expected(graph, fault)
    assert one["state"] == "sent"
    (message,) = bench.messages()
    assert fault.kind in message
    assert bench.patience + measured <= fault.seconds
    held = bench.kept.get("release", before)
    assert bench.release() == held, "readers read on"

    bench.watch(minutes=1)
    assert len(bench.alerts()) == 1, "the watch tells nothing twice"
    fault.repair(bench)
    bench.goes_on()
    assert len(bench.alerts()) == 1, "nor does Airflow, when it goes on"
    bench.follow(one["repeat"])
    bench.watch(minutes=1)
    closed = {one["id"] for one in bench.ended()}
    assert one["id"] in closed, [o["text"] for o in bench.alerts()]
    over = [text for text in bench.messages() if text.startswith("Over after")]
    assert len(over) == (one["severity"] != "notice"), "a notice ends without a word"
    assert filed.open_ones(bench.settings.alerts_dir) == []
    write_row(fault, bench, len(one["stale_marts"]), measured)


def expected(graph: dict[str, Any], fault: Fault) -> set[str]:
    """Return the marts that a fault makes stale, found in the manifest from their side."""
    if fault.streams is None:
        nodes = graph["nodes"].values()
        models = [node for node in nodes if node["resource_type"] == "model"]
        return {node["name"] for node in models if "marts" in node["fqn"]}
    return marts_above(graph, fault.streams) if fault.streams else set()


def write_row(fault: Fault, bench: Bench, marts: int, measured: float) -> None:
    """Put the fault's row into the page; what the other way told stays, and every other row."""
    _, *sections = re.split(r"^(?=## )", PAGE.read_text(), maxsplit=1, flags=re.MULTILINE)
    rows = rows_of_the_page()
    seconds = (fault.seconds, f"{bench.patience:.0f}")
    facts = [fault.area, fault.how, f"`{fault.kind}`", marts, *seconds]
    told = [f"{measured:.1f}"]
    if isinstance(bench, scheduled.ScheduledBench):
        told.insert(0, f"{bench.ran:.1f}" if bench.ran else "–")
    kept = rows.get(fault.id, [])[-3:] or ["–"] * 3
    cells = [*kept[:1], *told] if len(told) == 2 else [*told, *kept[1:]]
    rows[fault.id] = [f"`{fault.id}`", *(str(cell) for cell in (*facts, *cells))]
    lines = [f"| {' | '.join(rows[one.id])} |" for one in FAULTS if one.id in rows]
    met = [row for row in rows.values() if row[-1] != "–"]
    due = [one for one in FAULTS if one.is_run]
    counted = (
        f"\n{len(lines)} of {len(FAULTS)} faults of the catalogue ran and held; "
        f"{len(met)} of the {len(due)} that Airflow has a part in did so in a running Airflow.\n"
    )
    PAGE.write_text(HEAD + "\n".join([*lines, counted, *sections]))
    print(" | ".join(rows[fault.id]))


def rows_of_the_page() -> dict[str, list[str]]:
    """Return the cells of each fault's row, as far as the catalogue still has it."""
    lines = re.findall(r"^\| `(\w+)` \|(.*) \|$", PAGE.read_text(), re.MULTILINE)
    known = {one.id for one in FAULTS}
    return {
        name: [f"`{name}`", *(cell.strip() for cell in rest.split(" | "))]
        for name, rest in lines
        if name in known
    }


def test_the_catalogue_names_each_fault_once_and_reaches_every_area() -> None:
    assert len({fault.id for fault in FAULTS}) == len(FAULTS)
    areas = {fault.area for fault in FAULTS}
    assert areas == {
        *("source", "network", "data", "schema", "disk", "memory", "process", "scheduler"),
        *("clock", "configuration", "human"),
    }


def test_the_page_holds_every_fault_as_the_catalogue_has_it() -> None:
    rows = rows_of_the_page()
    told = {name: (row[1], row[3], row[5]) for name, row in rows.items()}
    assert told == {one.id: (one.area, f"`{one.kind}`", str(one.seconds)) for one in FAULTS}
    assert {name for name, row in rows.items() if row[-1] != "–"} == {
        one.id for one in FAULTS if one.is_run
    }
