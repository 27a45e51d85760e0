"""Run dbt in this process, on one private build, and say in three clauses what failed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extract.errors import CxwError
from ops.full_disk import NO_ROOM, full
from ops.settings import build_dir_in_environment

NAMED = 5
Tell = Callable[[Sequence[Any], Any], None]


class BuildFailed(CxwError):
    """dbt could not build or test every node."""


@dataclass(frozen=True, slots=True)
class DbtPaths:
    """Where dbt finds its project and puts what it makes."""

    project: Path
    target: Path
    logs: Path


def run_dbt(
    command: list[str],
    paths: DbtPaths,
    build_dir: Path,
    variables: Mapping[str, Any],
    tell: Tell = lambda results, manifest: None,
    manifest: Any = None,
) -> dict[str, int]:
    """Run one dbt command; return nodes by status, or raise `BuildFailed` naming what failed.

    `manifest` is the project as `read_project` returns it: several commands of a build share it.
    `tell` gets what became of each node, also when one failed.
    """
    manifest = manifest or read_project(paths)
    written = [] if command[0] == "docs" else ["--no-write-json"]  # the parse wrote manifest.json
    with build_dir_in_environment(build_dir), _released():
        answer = _invoke([*command, "--vars", json.dumps(variables), *written], paths, manifest)
    results = list(getattr(answer.result, "results", None) or ())
    tell(results, manifest)
    counts: dict[str, int] = {}
    for result in results:
        counts[str(result.status)] = counts.get(str(result.status), 0) + 1
    if not answer.success:
        raise _failed(command, paths, results, answer.exception)
    return counts


def read_project(paths: DbtPaths) -> Any:
    """Return dbt's manifest of the project.

    It is read without variables and without a build's folder, so that dbt's partial parse finds
    what an earlier build read: both count when nodes run, not when they are read.
    """
    answer = _invoke(["parse"], paths)
    if not answer.success:
        raise _failed(["parse"], paths, [], answer.exception)
    return answer.result


def memories(manifest: Any) -> list[tuple[str, str]]:
    """Return schema and name of the models that a full refresh keeps: only builds told them."""
    return [
        (node.schema, node.alias)
        for node in manifest.nodes.values()
        if node.resource_type == "model" and node.config.full_refresh is False
    ]


def _invoke(command: list[str], paths: DbtPaths, manifest: Any = None) -> Any:
    from dbt.cli.main import dbtRunner  # noqa: PLC0415  (seconds to import)

    return dbtRunner(manifest=manifest).invoke(
        [
            *command,
            *("--project-dir", str(paths.project), "--profiles-dir", str(paths.project)),
            *("--target-path", str(paths.target), "--log-path", str(paths.logs)),
            *("--quiet", "--no-use-colors"),
        ]
    )


def _failed(
    command: list[str], paths: DbtPaths, results: list[Any], error: BaseException | None
) -> CxwError:
    if any(NO_ROOM in str(said) for said in (error, *(result.message for result in results))):
        return full("build")
    return BuildFailed(
        _seen(command, results, error),
        "marts built on it would be wrong or missing, so nothing of this build is kept",
        f"read {paths.logs.parent.name}/{paths.logs.name}/dbt.log; correct it; run `cxw build`,"
        " or `cxw build --full-refresh` when a model has changed",
    )


def _seen(command: list[str], results: list[Any], error: BaseException | None) -> str:
    bad = [r for r in results if str(r.status) in {"error", "fail", "runtime error"}]
    if not bad:
        kind = type(error).__name__ if error else "no result"
        return f"dbt {command[0]} did not start ({kind})"
    names = ", ".join(
        f"{result.node.name} ({result.failures} rows)" if result.failures else result.node.name
        for result in bad[:NAMED]
    )
    more = f" and {len(bad) - NAMED} more" if len(bad) > NAMED else ""
    return f"dbt {command[0]}: {len(bad)} of {len(results)} nodes failed: {names}{more}"


@contextmanager
def _released() -> Iterator[None]:
    """Close the adapter's connection afterwards, or its last changes stay out of the file."""
    try:
        yield
    finally:
        from dbt.adapters.duckdb.connections import (  # noqa: PLC0415  (dbt decides when it exists)
            DuckDBConnectionManager,
        )

        DuckDBConnectionManager.close_all_connections()
