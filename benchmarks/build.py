"""Time a whole build against the same SQL run raw in DuckDB, in the same run.

    python -m benchmarks.build [--data DIR] [--customers 500] [--days 30]

Without --data a company is simulated and extracted first; that is not timed. Both sides start in
a process of their own with empty files: the build as `cxw build` does it (dbt with its data tests,
text scores, seals), then every model and data test that dbt compiled, one after another, through
one DuckDB connection. CPU seconds and peak memory are what the system counted for the process. A
second table tells for each of the slowest models, and for all, what dbt and the bare SQL took.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from time import perf_counter
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

BUILD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from ops import settings
from ops.build import build
given = settings.load({"CXW_DATA_DIR": sys.argv[1], "CXW_SANDBOX": "embedded"})
print(build(given, datetime(2026, 1, 1, tzinfo=UTC)))
"""
RUNS_SQL = {"model", "test"}
SLOWEST = 25
DONE = re.compile(
    r"\d+ of \d+ (?:OK created sql \w+ model \w+\.|PASS )(\w+) .*\[\w+.* in ([\d.]+)s\]"
)


def measured(arguments: list[str]) -> tuple[float, float]:
    """Run a process; return its CPU seconds and its peak memory in MB."""
    child = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"{arguments[:4]} ended with status {status}: nothing to compare")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def nodes(target: Path) -> Iterator[dict[str, Any]]:
    """Yield models and data tests of the project in an order in which they can run."""
    manifest = json.loads((target / "manifest.json").read_text())["nodes"]
    wanted = {key: node for key, node in manifest.items() if node["resource_type"] in RUNS_SQL}
    graph = {key: set(node["depends_on"]["nodes"]) & set(wanted) for key, node in wanted.items()}
    yield from (wanted[key] for key in TopologicalSorter(graph).static_order())


def compiled(target: Path, node: dict[str, Any]) -> str | None:
    """Return the SQL that dbt compiled for a node, or None when it had no part in the build."""
    path = target / "compiled" / node["package_name"] / node["original_file_path"]
    path = path if path.suffix == ".sql" else path / node["path"]
    return path.read_text() if path.exists() else None


def run_raw(target: Path, folder: Path, seeds: Path) -> None:
    """Run the compiled SQL of every node in two fresh files beside a copy of the seeds."""
    con = duckdb.connect(str(folder / "warehouse.duckdb"))
    con.execute("set TimeZone = 'UTC'")
    con.execute(f"attach '{folder / 'cx_warehouse.duckdb'}' as cx_warehouse")
    con.execute(f"attach '{seeds}' as built (read_only)")
    for schema in ("warehouse.staging", "warehouse.intermediate", "cx_warehouse.marts"):
        con.execute(f"create schema if not exists {schema}")
    con.execute("create schema warehouse.seeds")
    for (name,) in con.execute(
        "select table_name from duckdb_tables()"
        " where database_name = 'built' and schema_name = 'seeds'"
    ).fetchall():
        con.execute(f"create table warehouse.seeds.{name} as from built.seeds.{name}")
    spent = {}
    for node in nodes(target):
        sql = compiled(target, node)
        if sql is None:
            continue
        began = perf_counter()
        if node["resource_type"] == "test":
            con.execute(f"select count(*) from ({sql})").fetchall()
        else:
            kind = "view" if node["config"]["materialized"] == "view" else "table"
            con.execute(f"create {kind} {node['relation_name']} as {sql}")
        spent[node["name"]] = (node["resource_type"], perf_counter() - began)
    (folder / "spent.json").write_text(json.dumps(spent))


def company(folder: Path, customers: int, days: int) -> Path:
    """Simulate, extract and gate a company; return its data folder."""
    data = folder / "company"
    data.mkdir()
    said = {"seed": 7, "customers": customers, "start": "2026-07-01"}
    (data / "sandbox.json").write_text(json.dumps(said))
    until = f"2026-{7 + days // 30:02}-{1 + days % 30:02}"
    subprocess.run(
        [str(Path(sys.executable).parent / "cxw"), "run", "--until", until],
        env={**os.environ, "CXW_DATA_DIR": str(data)},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return data


def main() -> None:
    """Print the comparison as a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="data folder of an earlier `cxw run`")
    parser.add_argument("--customers", type=int, default=500)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--raw", type=Path, nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.raw:
        run_raw(*given.raw)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = given.data or company(folder, given.customers, given.days)
        fresh, raw = folder / "fresh", folder / "raw"
        fresh.mkdir()
        raw.mkdir()
        (fresh / "lake").symlink_to((data / "lake").resolve())
        build_cpu, build_mb = measured([sys.executable, "-c", BUILD, str(fresh)])
        [seeds] = (fresh / "build").glob("*/warehouse.duckdb")
        raw_cpu, raw_mb = measured(
            [sys.executable, "-m", "benchmarks.build", "--raw"]
            + [str(path) for path in (fresh / "dbt", raw, seeds)]
        )
        show(build_cpu, build_mb, raw_cpu, raw_mb)
        spent = json.loads((raw / "spent.json").read_text())
        show_nodes(spent, dbt_seconds(fresh / "logs" / "dbt" / "dbt.log"))


def show(build_cpu: float, build_mb: float, raw_cpu: float, raw_mb: float) -> None:
    """Print both sides and their ratio."""
    table = Table(title="a full build against the same SQL run raw")
    for head in ("", "CPU seconds", "peak MB", "× raw"):
        table.add_column(head, justify="right" if head else "left")
    table.add_row("cxw build", f"{build_cpu:.1f}", f"{build_mb:.0f}", f"{build_cpu / raw_cpu:.2f}")
    table.add_row("raw DuckDB", f"{raw_cpu:.1f}", f"{raw_mb:.0f}", "1.00")
    Console().print(table)


def dbt_seconds(log: Path) -> dict[str, float]:
    """Read from dbt's log how long it says that each node took; long names are cut there."""
    return {match[1]: float(match[2]) for match in DONE.finditer(log.read_text())}


def show_nodes(spent: dict[str, tuple[str, float]], said: dict[str, float]) -> None:
    """Print the slowest models, then all models and all tests: seconds of dbt, and of the SQL."""
    said = {"": 0.0, **said}
    whole = {name: said[max(filter(name.startswith, said), key=len)] for name in spent}
    table = Table(title="seconds per model: the slowest 25, and all")
    for head in ("", "dbt", "raw"):
        table.add_column(head, justify="right" if head else "left")
    kinds = {kind: [n for n in spent if spent[n][0] == kind] for kind in ("model", "test")}
    for name in sorted(kinds["model"], key=whole.__getitem__, reverse=True)[:SLOWEST]:
        table.add_row(name, f"{whole[name]:.2f}", f"{spent[name][1]:.2f}")
    for kind, names in kinds.items():
        sums = (sum(whole[n] for n in names), sum(spent[n][1] for n in names))
        table.add_row(f"{len(names)} {kind}s", *(f"{total:.1f}" for total in sums))
    Console().print(table)


if __name__ == "__main__":
    main()
