"""What only builds remember, handed on to a warehouse that is made anew, without the erased.

A row that is deleted in DuckDB stays in the file until its place is used: the erased are left out
before anything is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb

from extract.erased import Guard
from ops import private_build
from ops.erasure.orders import PSEUDONYMS
from ops.private_build import Build

Table = tuple[str, str]  # schema and name


def carry_over(origin: Path, private: Build, tables: Iterable[Table], known: Guard) -> None:
    """Copy tables of a warehouse that are there into a build, without the erased."""
    if not known:
        private_build.carry_over(origin, private.warehouse, tables)
        return
    cleaned = private.path / ".memory.duckdb"
    with duckdb.connect(str(cleaned)) as con:
        con.execute(f"attach '{str(origin).replace(chr(39), chr(39) * 2)}' as origin (read_only)")
        con.execute("create temp table cleaned (place varchar, said varchar, clean varchar)")
        for table in tables:
            _copy(con, table, known)
    private_build.carry_over(cleaned, private.warehouse, tables)
    cleaned.unlink()


def _copy(con: duckdb.DuckDBPyConnection, table: Table, known: Guard) -> None:
    schema, name = table
    columns = con.execute(
        "select column_name from duckdb_columns() where database_name = 'origin' "
        "and schema_name = ? and table_name = ? and data_type = 'VARCHAR' order by column_index",
        [schema, name],
    ).fetchall()
    if not columns:
        return
    tests, shown = ["true"], []
    for (column,) in columns:
        place = f"{schema}.{name}.{column}"
        if changed := [[place, *pair] for pair in _changed(con, table, column, known)]:
            con.executemany("insert into cleaned values (?, ?, ?)", changed)
            found = f"from cleaned where place = '{place}' and said = \"{column}\""
            if column in PSEUDONYMS:
                tests.append(f"not exists ({found})")
            else:
                clean = f"(select any_value(clean) {found})"
                shown.append(f'coalesce({clean}, "{column}") as "{column}"')
    replaced = f" replace ({', '.join(shown)})" if shown else ""
    con.execute(f'create schema if not exists "{schema}"')
    con.execute(
        f'create table "{schema}"."{name}" as '  # noqa: S608
        f'select *{replaced} from origin."{schema}"."{name}" where {" and ".join(tests)}'
    )


def _changed(
    con: duckdb.DuckDBPyConnection, table: Table, column: str, known: Guard
) -> Iterator[tuple[str, str]]:
    """Yield the values that may not stay, each with what takes its place."""
    schema, name = table
    rows = con.execute(
        f'select distinct "{column}" from origin."{schema}"."{name}" where "{column}" is not null'  # noqa: S608
    ).fetchall()
    for (said,) in rows:
        if column in PSEUDONYMS:
            if known.knows(column, said):
                yield said, ""
        elif (clean := known.cleaned(said)) != said:
            yield said, clean
