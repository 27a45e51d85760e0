"""Profiles: everything that a gate wants to know of a file or a mart, as one row from DuckDB."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from expectations.lake.rules import (
    CLOCK_SKEW,
    ROW_KEY,
    Rule,
    judged_rows,
    reasons,
    some_broken,
)
from extract.source import Window

Numbers = dict[str, float | None]


@functools.cache
def _database() -> duckdb.DuckDBPyConnection:
    """Open one database in memory for the process: opening costs more than a question."""
    return duckdb.connect()


def connect() -> duckdb.DuckDBPyConnection:
    """Return a connection to an empty database in memory that counts time in UTC."""
    con = _database().cursor()
    con.execute("set timezone = 'UTC'")
    return con


def one_row(con: duckdb.DuckDBPyConnection, statement: str) -> dict[str, Any]:
    """Return the only row of a statement by column name."""
    rows = con.execute(statement).fetchall()
    names = [column[0] for column in con.description or ()]
    return dict(zip(names, rows[0], strict=True))


def profile_file(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    rules: Sequence[Rule],
    window: Window,
    reach: Window,
    now: datetime,
    decided: Collection[str] = (),
) -> Numbers:
    """Return the numbers of a landed file in one scan."""
    start, end = (f"timestamptz '{moment.isoformat()}'" for moment in (window.start, window.end))
    first = f"timestamptz '{reach.start.isoformat()}'"
    latest = f"timestamptz '{(now + CLOCK_SKEW).isoformat()}'"
    broken = "".join(
        f",\n    count(*) filter (broken_{place}) as broken_{rule.field}"
        for place, rule in enumerate(rules)
    )
    # A hash of 64 bits stands for the key: counting it costs half of counting the text.
    row = one_row(
        con,
        f"""
with judged as ({judged_rows(str(path), rules, now, decided)})
select
    count(*) as row_count,
    count(*) filter (coalesce(_pk, '') = '') as missing_keys,
    count(*) - count(distinct hash(_pk, _cursor)) as repeated_keys,
    count(*) filter (_cursor is null) as missing_cursors,
    count(*) filter (_cursor < {first} or _cursor >= {end}) as cursors_outside,
    count(*) filter (_interval_start <> {start} or _interval_end <> {end}
        or _interval_start is null or _interval_end is null) as strays,
    count(*) filter (_extracted_at is null or _extracted_at > {latest}) as from_the_future,
    count(*) filter (is_drift) as drifted,
    count(*) filter (is_decided) as decided_rows,
    count(*) filter ({some_broken(rules)}) as broken_rows,
    date_diff('second', max(_cursor), {end}) / 3600.0 as newest_lag_hours{broken}
from judged""",  # noqa: S608
    )
    return {name: None if value is None else float(value) for name, value in row.items()}


def broken_rows(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    rules: Sequence[Rule],
    now: datetime,
    decided: Collection[str] = (),
) -> dict[int, str]:
    """Return the place in the file of each row that breaks a rule, with the reasons."""
    if not rules:
        return {}
    found = con.execute(
        f"select row_number, {reasons(rules, now)} "  # noqa: S608
        f"from ({judged_rows(str(path), rules, now, decided)}) where {some_broken(rules)}"
    ).fetchall()
    return dict(found)


def decided_rows(
    con: duckdb.DuckDBPyConnection, path: Path, decided: Mapping[str, str | None]
) -> dict[int, str | None]:
    """Return the place in the file of each row that a person decided on, with its mark."""
    quoted = str(path).replace("'", "''")
    found = con.execute(
        f"select file_row_number, {ROW_KEY} from "  # noqa: S608
        f"read_parquet('{quoted}', file_row_number = true, hive_partitioning = false)"
    ).fetchall()
    return {place: decided[key] for place, key in found if key in decided}
