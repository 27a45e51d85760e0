"""dbt itself, in this process, over a tiny lake: parsed once, then run into folders of the test."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from ops.dbt import DbtPaths, read_project
from ops.settings import build_dir_in_environment
from tests.dbt.tiny_lake import TinyLake
from tests.shared_folder import shared_folder

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult

PROJECT = Path(__file__).parents[2] / "dbt_project"
AS_OF = "2026-10-01T00:00:00Z"


def invoke(words: list[str], folder: Path, manifest: Any) -> dbtRunnerResult:
    """Run dbt with every path under `folder`, and let go of the database afterwards."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415  (seconds)
    from dbt.cli.main import dbtRunner  # noqa: PLC0415

    paths = {"project-dir": PROJECT, "profiles-dir": PROJECT, "target-path": folder / "target"}
    options = [f"--{name}={value}" for name, value in paths.items()]
    quiet = ["--quiet", "--no-use-colors", "--log-level-file=none"]
    quiet += ["--no-write-json"]  # writing the manifest costs more than a few models
    try:
        with build_dir_in_environment(folder):
            return dbtRunner(manifest=manifest).invoke(
                [*words, *options, *quiet, f"--log-path={folder / 'log'}"]
            )
    finally:
        DuckDBConnectionManager.close_all_connections()


@pytest.fixture(scope="session")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Read the project once for all workers: that costs more than running many models."""
    with shared_folder(tmp_path_factory, "project") as folder:
        return read_project(DbtPaths(PROJECT, folder, folder / "logs"))


@dataclass
class Warehouse:
    """A private build over a lake: dbt writes it, tests read it."""

    lake: TinyLake
    folder: Path
    parsed: Any
    build_id: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in ("warehouse", "cx_warehouse"):
            with duckdb.connect() as connection:
                path = self.folder / f"{name}.duckdb"
                connection.execute(f"attach '{path}' (storage_version 'v1.2.0')")

    def run(
        self,
        *selected: str,
        command: str = "run",
        as_of: str = AS_OF,
        full_refresh: bool = False,
        **variables: Any,
    ) -> dbtRunnerResult:
        """Build from the files that are new since the last run; say nothing of success."""
        if command in ("run", "build"):
            self.build_id += 1
            variables = {"new_files": self.lake.take_new_files(), **variables}
        given = {"lake": str(self.lake.root), "build_id": self.build_id, "as_of": as_of}
        words = [command, "--vars", json.dumps({**given, **variables})]
        words += ["--select", *selected] if selected else []
        words += ["--full-refresh"] if full_refresh else []
        return invoke(words, self.folder, self.parsed)

    def build(self, *selected: str, **options: Any) -> None:
        """Run models, and fail the test with dbt's own words when one fails."""
        result = self.run(*selected, **options)
        failures = [f"{one.node.name}: {one.message}" for one in result.result or [] if _bad(one)]
        assert result.success, result.exception or "\n".join(failures)

    def failing(self, *selected: str) -> list[str]:
        """Run data tests and return the names of those that fail."""
        result = self.run(*selected, command="test")
        assert result.result is not None, result.exception
        assert result.result.results, f"no test is selected by {selected}"
        return sorted(one.node.name for one in result.result if _bad(one))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read from both files; the work copy is the default one."""
        with self.opened() as connection:
            return connection.execute(query).fetchall()

    def execute(self, statement: str) -> None:
        """Break something on purpose."""
        with self.opened() as connection:
            connection.execute(statement)

    def opened(self) -> duckdb.DuckDBPyConnection:
        """Open the work copy with the marts attached, in UTC as dbt does."""
        connection = duckdb.connect(str(self.folder / "warehouse.duckdb"))
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{self.folder / 'cx_warehouse.duckdb'}' as cx_warehouse")
        return connection

    def copied_to(self, folder: Path) -> Warehouse:
        """Copy the build, so that a test can go on from it without touching the first one."""
        twin = Warehouse(self.lake, folder, self.parsed, self.build_id)
        for name in ("warehouse", "cx_warehouse"):
            shutil.copy(self.folder / f"{name}.duckdb", folder / f"{name}.duckdb")
        return twin


def _bad(result: Any) -> bool:
    return str(result.status) in ("error", "fail", "runtime error")


@pytest.fixture(scope="session")
def new_warehouse(
    parsed: Any, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Path], Warehouse]:
    """Make an empty lake and a build that holds the seeds alone, in a folder."""
    seeded = Warehouse(TinyLake(Path()), tmp_path_factory.mktemp("seeds"), parsed)
    assert seeded.run(command="seed").success

    def begin(folder: Path) -> Warehouse:
        begun = seeded.copied_to(folder / "build")
        begun.lake = TinyLake(folder / "lake")
        return begun

    return begin


@pytest.fixture
def warehouse(new_warehouse: Callable[[Path], Warehouse], tmp_path: Path) -> Warehouse:
    """Make an empty lake and a build with the seeds for this test alone."""
    return new_warehouse(tmp_path)
