"""What people ordered or decided, as far as a private warehouse was built with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

DECISIONS, ERASURES = "applied_decisions", "applied_erasures"  # tables of one column


def names(warehouse: Path, table: str) -> set[str]:
    """Return the names of what a warehouse was built with; none where it never had any."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        there = con.execute(
            "select 1 from duckdb_tables() where schema_name = 'operations' and table_name = ?",
            [table],
        ).fetchall()
        found = con.execute(f"from operations.{table}").fetchall() if there else []
    return {name for (name,) in found}


def record(warehouse: Path, table: str, fresh: Sequence[str]) -> None:
    """Write down what a warehouse is built with from now on, each name once."""
    if fresh:
        with duckdb.connect(str(warehouse)) as con:
            con.execute("create schema if not exists operations")
            con.execute(f"create table if not exists operations.{table} (name text)")
            con.execute(
                f"insert into operations.{table} select unnest(?) except from operations.{table}",  # noqa: S608
                [list(fresh)],
            )
