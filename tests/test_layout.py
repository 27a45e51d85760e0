"""The rules of the tree that no linter knows: imports, clocks, sizes, names, one test command."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from extract import SOURCES

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("extract", "expectations", "ops", "dags", "sandbox")
MAY_IMPORT = {
    "sandbox": {"sandbox"},
    "extract": {"extract"},
    "expectations": {"expectations", "extract"},
    "ops": {"ops", "expectations", "extract"},
    "dags": {"dags", "ops", "airflow"},
}
CORE = ("source", "http", "lake", "outcomes", "errors")  # what every source shares
BANNED_STEMS = {"utils", "helpers", "common", "misc"}


def tracked() -> list[Path]:
    out = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / line for line in out.stdout.splitlines() if (ROOT / line).is_file()]


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imported_roots(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0]


def forbidden_imports(folder: str, source: str) -> set[str]:
    watched = {*PRODUCT, "airflow"}
    return {root for root in imported_roots(source) if root in watched - MAY_IMPORT[folder]}


def clock_calls(source: str) -> list[int]:
    """Lines that ask the machine for the time."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and node.attr in {"now", "utcnow", "today"}
        and isinstance(node.value, ast.Name | ast.Attribute)
        and (getattr(node.value, "id", None) or getattr(node.value, "attr", ""))
        in {"datetime", "date"}
    ]


def environment_reads(source: str) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    ]


@pytest.mark.parametrize("folder", PRODUCT)
def test_imports_point_one_way(folder: str) -> None:
    found = {
        str(path.relative_to(ROOT)): bad
        for path in modules(folder)
        if (bad := forbidden_imports(folder, path.read_text()))
    }
    assert modules(folder)
    assert not found, f"{folder} may import only {sorted(MAY_IMPORT[folder])}: {found}"


def test_the_import_rule_sees_a_breach() -> None:
    assert forbidden_imports("extract", "from airflow.sdk import dag\nimport ops.steps") == {
        "airflow",
        "ops",
    }


def test_only_the_steps_and_the_sandbox_start_ask_the_machine_for_the_time() -> None:
    allowed = {"ops/steps.py", "sandbox/__main__.py"}
    found = {
        str(path.relative_to(ROOT)): lines
        for folder in PRODUCT
        for path in modules(folder)
        if str(path.relative_to(ROOT)) not in allowed and (lines := clock_calls(path.read_text()))
    }
    assert not found, f"time is an argument; only {sorted(allowed)} may read the clock: {found}"


def test_the_clock_rule_sees_a_breach() -> None:
    assert clock_calls("import datetime as dt\nx = dt.datetime.now(dt.UTC)") == [2]


def test_only_the_settings_read_the_environment() -> None:
    found = {
        str(path.relative_to(ROOT)): lines
        for folder in ("extract", "expectations", "ops", "sandbox")
        for path in modules(folder)
        if str(path.relative_to(ROOT)) != "ops/settings.py"
        and (lines := environment_reads(path.read_text()))
    }
    assert not found, f"only ops/settings.py reads the environment: {found}"


def test_the_environment_rule_sees_a_breach() -> None:
    assert environment_reads("import os\ny = os.environ['A']") == [2]


def test_no_file_is_a_catch_all() -> None:
    found = [str(path.relative_to(ROOT)) for path in tracked() if path.stem in BANNED_STEMS]
    assert not found, f"name a file by what it holds: {found}"


def test_modules_fit_in_300_lines() -> None:
    found = {
        str(path.relative_to(ROOT)): size
        for folder in PRODUCT
        for path in modules(folder)
        if (size := len(path.read_text().splitlines())) > 300
    }
    assert not found, f"split what is longer than 300 lines: {found}"


def test_the_core_of_extract_fits_in_900_lines() -> None:
    sizes = {name: len((ROOT / f"extract/{name}.py").read_text().splitlines()) for name in CORE}
    assert sum(sizes.values()) <= 900, sizes


@pytest.mark.parametrize("vendor", SOURCES)
def test_a_connector_fits_in_150_lines_and_opens_with_its_data_sheet(vendor: str) -> None:
    source = (ROOT / "extract" / f"{vendor}.py").read_text()
    sheet = ast.get_docstring(ast.parse(source)) or ""
    heads = re.findall(
        r"^\**(What|Endpoints|Paging|Limits|Window|Late data|Quirks|Try it)\b", sheet, re.M
    )
    assert len(source.splitlines()) <= 150
    assert heads == [
        "What",
        "Endpoints",
        "Paging",
        "Limits",
        "Window",
        "Late data",
        "Quirks",
        "Try it",
    ]


def test_the_lock_names_no_package_index() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "://" not in lock
    assert "--index" not in lock
    assert lock.count("--hash=sha256:") > 100


def test_ci_runs_the_test_command_of_the_readme() -> None:
    commands = re.findall(r"^make test\b.*$", (ROOT / "README.md").read_text(), re.M)
    last = [
        line
        for line in (ROOT / ".ci/run").read_text().splitlines()
        if line and not line.startswith(("#", "set ", "cd "))
    ]
    workflow = (ROOT / ".github/workflows/ci.yml").read_text()
    assert commands
    assert last == ["make test"]
    assert ".ci/run" in workflow


def readme_tree() -> list[str]:
    """Return the paths that the tree in the README names, folders with their slash."""
    readme = (ROOT / "README.md").read_text()
    block = re.search(r"## What is where\n+```\n(.*?)```", readme, re.S)
    assert block, "README.md wants a fenced tree under '## What is where'"
    return [line.split()[0] for line in block[1].splitlines() if line and not line[0].isspace()]


def test_the_readme_tree_is_the_tree_on_disk() -> None:
    top = {path.relative_to(ROOT).parts[0] for path in tracked()}
    folders = {f"{name}/" for name in top if (ROOT / name).is_dir() and not name.startswith(".")}
    named = readme_tree()
    assert [path for path in named if not (ROOT / path).exists()] == []
    assert folders - set(named) == set()


def test_the_readme_stays_under_200_lines() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < 200


def test_nothing_committed_names_a_path_of_a_machine() -> None:
    pattern = re.compile(r"(?<![\w.$}])/(?:work|root|home/[a-z]+)/")
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in tracked()
        if path.suffix in {".py", ".md", ".toml", ".yml", ".sql", ".sh", ""}
        and path.name != "LICENSE"
        if (match := pattern.search(path.read_text(errors="ignore")))
        and path != Path(__file__).resolve()
    ]
    assert not found
