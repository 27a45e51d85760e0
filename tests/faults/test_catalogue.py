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
from pathlib import Path
from typing import Any

import pytest

from ops import children
from ops.alerts import filed
from ops.world import WorldParameters
from tests.faults.bench import MORNING, marts_above, new_bench
from tests.faults.catalogue import FAULTS, Fault
from tests.faults.page import PAGE
from tests.ops.conftest import Office, office, settings  # noqa: F401  (fixtures)

ROOT = Path(__file__).resolve().parents[2]
HEAD = """# Evidence of operations

What the catalogue of faults measured. `pytest -m slow tests/faults/test_catalogue.py` puts each
fault into a small warehouse (real sources over HTTP, a real lake and release, channels on loopback)
and writes the row of each that held: one alert of the right kind, its marts as the manifest has
them, the release as it was, and after the alert's commands health and a closing message. *Waited*
is what the alert's own rules ask for, passed on the simulated clock; *measured* is the rest.

Steps are called as the tasks call them, without a scheduler. The rows about the scheduler read
what a dead one leaves in Airflow's own tables. Where the commands would build every mart, a small
release is published in their stead, by the code that publishes the large one.

| fault | area | how it is put in | alert | marts named | promised s | waited s | measured s |
|---|---|---|---|---|---|---|---|
"""


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


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_a_fault_is_told_once_and_its_repair_is_told(
    fault: Fault,
    office: Office,  # noqa: F811
    company: str,
    manifest: Path,
    airflow_database: Path,
    tmp_path: Path,
) -> None:
    bench = new_bench(office, company, manifest, landed=fault.landed)
    bench.kept["metadata"] = str(tmp_path / "airflow.db")
    shutil.copy(airflow_database, bench.kept["metadata"])
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
    bench.follow(one["repeat"])
    bench.watch(minutes=1)
    closed = {one["id"] for one in bench.ended()}
    assert one["id"] in closed, [o["text"] for o in bench.alerts()]
    over = [text for text in bench.messages() if text.startswith("Over after")]
    assert len(over) == (one["severity"] != "notice"), "a notice ends without a word"
    assert filed.open_ones(bench.settings.alerts_dir) == []
    write_row(fault, len(one["stale_marts"]), bench.patience, measured)


def expected(graph: dict[str, Any], fault: Fault) -> set[str]:
    """Return the marts that a fault makes stale, found in the manifest from their side."""
    if fault.streams is None:
        nodes = graph["nodes"].values()
        models = [node for node in nodes if node["resource_type"] == "model"]
        return {node["name"] for node in models if "marts" in node["fqn"]}
    return marts_above(graph, fault.streams) if fault.streams else set()


def write_row(fault: Fault, marts: int, waited: float, measured: float) -> None:
    """Put the fault's row into the page; the rows of the others and other sections stay."""
    _, *sections = re.split(r"^(?=## )", PAGE.read_text(), maxsplit=1, flags=re.MULTILINE)
    rows = {m[1]: m[0] for m in re.finditer(r"^\| `(\w+)` \|.*$", PAGE.read_text(), re.MULTILINE)}
    rows[fault.id] = (
        f"| `{fault.id}` | {fault.area} | {fault.how} | `{fault.kind}` | {marts} | "
        f"{fault.seconds} | {waited:.0f} | {measured:.1f} |"
    )
    known = [rows[one.id] for one in FAULTS if one.id in rows]
    told = f"\n{len(known)} of {len(FAULTS)} faults of the catalogue ran and held.\n"
    PAGE.write_text(HEAD + "\n".join([*known, told, *sections]))
    print(rows[fault.id])


def test_the_catalogue_names_each_fault_once_and_reaches_every_area() -> None:
    assert len({fault.id for fault in FAULTS}) == len(FAULTS)
    areas = {fault.area for fault in FAULTS}
    assert areas == {
        *("source", "network", "data", "disk", "memory", "process", "scheduler", "clock"),
        *("configuration", "human"),
    }


def test_the_page_holds_every_fault_as_the_catalogue_has_it() -> None:
    rows = [
        [cell.strip(" `") for cell in line.strip("|").split("|")]
        for line in PAGE.read_text().splitlines()
        if line.startswith("| `")
    ]
    told = {row[0]: (row[1], row[3], row[5]) for row in rows}
    assert told == {one.id: (one.area, one.kind, str(one.seconds)) for one in FAULTS}
