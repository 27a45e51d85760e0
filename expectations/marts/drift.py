"""What changed since the last release and should not have, or changed by more than chance."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path

import duckdb

from expectations.marts.ties import EXPERIENCE, Columns

COMPARED = ("metric_slug", "segment_type", "segment_slug", "booked_on", "value", "sample_count")
JUMP_DAYS = 28
JUMP_ENOUGH = 14
JUMP_SIGMA = 5.0


def touched_days(warehouse: Path, previous: Path | None) -> frozenset[date] | None:
    """Return the days whose metrics were booked anew since a release; None when no log says so."""
    known = _log(previous) if previous and previous.exists() else []
    since = max((build for build, _ in known or []), default=0)
    log = _log(warehouse)
    return None if log is None else frozenset(day for build, day in log if build > since)


def _log(warehouse: Path) -> list[tuple[int, date]] | None:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        found = con.execute(
            "select schema_name from duckdb_tables() where table_name = 'int_metric_days_touched'"
        ).fetchall()
        if not found:
            return None
        return con.execute(
            f'select _build_id, booked_on from "{found[0][0]}".int_metric_days_touched'  # noqa: S608
        ).fetchall()


def comparable(columns: Columns, before: Columns) -> bool:
    """Tell whether both releases hold the headline numbers."""
    return all(
        name in marts.get(EXPERIENCE, {}) for marts in (columns, before) for name in COMPARED
    )


def moved_values(
    con: duckdb.DuckDBPyConnection, touched: Collection[date]
) -> list[tuple[str, str, date]]:
    """Return metric, segment and day of the closed numbers that are not what was published."""
    con.execute("create or replace temp table touched (day date)")
    if touched:
        con.executemany("insert into touched values (?)", [[day] for day in sorted(touched)])
    closed = "not is_provisional" if _has_provisional(con) else "true"
    return con.execute(
        f"""
select metric_slug, segment_slug, booked_on
from (select * from before.marts.{EXPERIENCE} where {closed}) as old
left join now.marts.{EXPERIENCE} as new using (metric_slug, segment_type, segment_slug, booked_on)
where booked_on not in (select day from touched)
    and (new.value is null or abs(new.value - old.value) > 1e-9 * greatest(1, abs(old.value))
        or new.sample_count <> old.sample_count)
order by all"""  # noqa: S608
    ).fetchall()


def jumps(con: duckdb.DuckDBPyConnection) -> list[tuple[str, date, float, float, float]]:
    """Return metric, day, value, usual value and distance in sigmas of the newest closed day.

    Sigma holds both the spread of the days before and the margin of error of the day itself.
    """
    return con.execute(
        f"""
with days as (
    select metric_slug, booked_on, value, coalesce(margin_of_error, 0) / 1.96 as error,
        row_number() over (partition by metric_slug order by booked_on desc) as age
    from now.marts.{EXPERIENCE} where segment_type = 'all' and not is_provisional
), usual as (
    select metric_slug, median(value) as middle, stddev_samp(value) as spread, count(*) as n
    from days where age between 2 and {JUMP_DAYS} + 1 group by metric_slug
)
select metric_slug, booked_on, value, middle,
    abs(value - middle) / greatest(sqrt(spread ** 2 + error ** 2), 1e-9) as sigmas
from days inner join usual using (metric_slug)
where age = 1 and n >= {JUMP_ENOUGH}
order by sigmas desc, metric_slug"""  # noqa: S608
    ).fetchall()


def _has_provisional(con: duckdb.DuckDBPyConnection) -> bool:
    found = con.execute(
        "select count(*) from duckdb_columns() where database_name = 'before' "
        "and table_name = ? and column_name = 'is_provisional'",
        [EXPERIENCE],
    ).fetchall()
    return bool(found[0][0])
