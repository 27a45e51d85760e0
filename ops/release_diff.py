"""What changed between two releases, mart by mart: rows, columns, definitions, grades of trust.

Rows are told apart by the keys that dbt tests; where a mart has none, a changed row counts as one
removed and one added.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from expectations.marts.keys import Keys

Change = dict[str, Any]
COLUMNS = """
select table_name, list(column_name order by column_index) from duckdb_columns()
where database_name = ? and schema_name = 'marts' group by table_name
"""
# Hashes of 64 bits stand for keys and rows: what is told is a count.
COMPARED = """
with old as (select hash({key}) as key, hash({row}) as row from before.marts.{mart}),
new as (select hash({key}) as key, hash({row}) as row from now.marts.{mart})
select
    (select count(*) from old), (select count(*) from new),
    (select count(*) from new anti join old using (key)),
    (select count(*) from old anti join new using (key)),
    (select count(*) from new inner join old using (key) where new.row <> old.row)
"""


def changes(before: Path | None, after: Path, keys: Keys) -> dict[str, Change]:
    """Return what changed in each mart; marts that are the same are left out."""
    with _attached(before, after) as con:
        old = dict(con.execute(COLUMNS, ["before"]).fetchall())
        new = dict(con.execute(COLUMNS, ["now"]).fetchall())
        found = {mart: _change(con, mart, old, new, keys) for mart in sorted({*old, *new})}
    return {mart: change for mart, change in found.items() if change}


def carried(marts: Path) -> dict[str, Any]:
    """Return the definitions and the grades that a release goes by."""
    with _attached(None, marts) as con:
        there = dict(con.execute(COLUMNS, ["now"]).fetchall())
        return {
            "definitions": _pairs(con, there, "dim_metrics", "metric_slug", "definition_version"),
            "grades": _pairs(con, there, "agg_mart_trust", "mart_name", "trust_grade"),
        }


def lines(
    told: Mapping[str, Change], old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[str]:
    """Yield what changed as text: marts, then definitions and grades of two manifests."""
    for mart, change in told.items():
        yield f"{mart}: {_words(change)}"
    for name in ("definitions", "grades"):
        was, now = old.get(name, {}), new.get(name, {})
        for key in sorted({*was, *now}):
            if was.get(key) != now.get(key):
                yield f"{name[:-1]} of {key}: {was.get(key, 'none')} to {now.get(key, 'none')}"
    if old.get("code_version") != new.get("code_version"):
        yield f"code: {old.get('code_version')} to {new.get('code_version')}"


def _words(change: Change) -> str:
    if change["before"] is None or change["after"] is None:
        return "new" if change["before"] is None else "gone"
    parts = [f"{change[name]:,} {name}" for name in ("added", "removed", "changed") if change[name]]
    parts += [f"column {name} added" for name in change["columns_added"]]
    parts += [f"column {name} removed" for name in change["columns_removed"]]
    return f"{change['before']:,} to {change['after']:,} rows; {', '.join(parts)}"


def _change(
    con: duckdb.DuckDBPyConnection,
    mart: str,
    old: Mapping[str, list[str]],
    new: Mapping[str, list[str]],
    keys: Keys,
) -> Change | None:
    was, now = old.get(mart), new.get(mart)
    if was is None or now is None:
        return {"before": _count(con, "before", mart, was), "after": _count(con, "now", mart, now)}
    both = [name for name in now if name in was]
    key = next((key for key in keys.get(mart, ()) if key and set(key) <= set(both)), tuple(both))
    sql = COMPARED.format(mart=mart, key=_listed(key), row=_listed(both))
    numbers = con.execute(sql).fetchall()[0]
    told: Change = dict(
        zip(("before", "after", "added", "removed", "changed"), numbers, strict=True)
    )
    told["columns_added"] = sorted(set(now) - set(was))
    told["columns_removed"] = sorted(set(was) - set(now))
    names = ("added", "removed", "changed", "columns_added", "columns_removed")
    return told if any(told[name] for name in names) else None


def _count(
    con: duckdb.DuckDBPyConnection, place: str, mart: str, columns: list[str] | None
) -> int | None:
    if columns is None:
        return None
    return int(con.execute(f'select count(*) from {place}.marts."{mart}"').fetchall()[0][0])  # noqa: S608


def _pairs(
    con: duckdb.DuckDBPyConnection, there: Mapping[str, list[str]], mart: str, name: str, value: str
) -> dict[str, Any]:
    if not {name, value} <= set(there.get(mart, ())):
        return {}
    rows = con.execute(
        f"select {name}, max({value}) from now.marts.{mart} group by {name} order by {name}"  # noqa: S608
    )
    return dict(rows.fetchall())


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names) or "0"


@contextmanager
def _attached(before: Path | None, after: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open both files read-only in a database in memory."""
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        for path, name in ((before, "before"), (after, "now")):
            if path is not None:
                quoted = str(path.resolve()).replace("'", "''")
                con.execute(f"attach '{quoted}' as {name} (read_only)")
        yield con
