"""A source whose declaration cannot be read stops alone, and every command says so."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from extract import NAMES
from extract.errors import InvalidDeclaration
from ops import run
from ops.settings import Settings, with_source
from tests.extract.northwind import day

ROOT = Path(__file__).resolve().parents[2]
OTHERS = [name for name in NAMES if name != "files"]
CXW = "from ops.cli import main; main()"
SEEN = "files.toml [acd_intervals]: Invalid enum value 'restat' - at `$.kind`"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the product and put a typing error into the copy's declarations."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("extract", "ops", "expectations", "dbt_project/seeds"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    declared = folder / "extract" / "files.toml"
    declared.write_text(declared.read_text().replace('kind = "restate"', 'kind = "restat"'))
    return folder


def python(project: Path, code: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=project,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "200", "PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_other_sources_are_registered(project: Path) -> None:
    code = "import extract; print(extract.__file__); print(*extract.SOURCES); print(extract.BROKEN)"
    done = python(project, code)
    where, sources, broken = done.stdout.splitlines()
    assert Path(where).is_relative_to(project)
    assert sources.split() == OTHERS
    assert "'files': InvalidDeclaration" in broken


WINDOW = ("--from", "2026-07-01", "--to", "2026-07-02")


@pytest.mark.parametrize(
    "words",
    [
        ("extract", "files", *WINDOW),
        ("check", "files", "acd_intervals", *WINDOW),
        ("backfill", "files", *WINDOW),
        ("gaps", "files"),
        ("status", "files.acd_intervals"),
        ("run", "--source", "files"),
    ],
    ids=lambda words: words[0],
)
def test_a_command_that_names_it_says_what_is_wrong(project: Path, words: tuple[str, ...]) -> None:
    done = python(project, CXW, *words)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"seen  {SEEN}",
        "why   its files could not be read as meant",
        "next  correct the declaration; its first lines tell what there is",
    ]


def test_a_command_that_names_another_goes_on(project: Path) -> None:
    done = python(project, CXW, "gaps", "zendesk")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", ["status", "gaps"])
def test_a_command_for_all_tells_of_it_beside_the_others(project: Path, command: str) -> None:
    done = python(project, CXW, command)
    assert done.returncode == 1
    assert f"files is not read: {SEEN}" in done.stdout
    assert done.stderr == ""


def test_a_run_plans_the_others_and_knows_the_broken_one(
    settings: Settings, broken_files: InvalidDeclaration
) -> None:
    until = day(1).end + timedelta(days=1)
    todo = run.make_plan(settings, until)
    assert todo.broken == ["files"]
    assert [one.source for one in todo.runs if one.end == until] == OTHERS
    assert run.make_plan(settings, until, ["zendesk"]).broken == []


def test_its_settings_are_not_taken_for_strange_ones(
    settings: Settings, broken_files: InvalidDeclaration
) -> None:
    real = replace(settings, sandbox="off", start=day(1).start)
    for source in ("files", "zendesk"):
        real = with_source(real, source, {"base_url": "http://127.0.0.1:9"})
    todo = run.make_plan(real, day(1).end)
    assert {one.source for one in todo.runs} == {"zendesk"}
    assert todo.broken == ["files"]
