"""A released row arrives in staging and marts as if it had never been held."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from expectations import quarantine
from expectations.gate import check_landed
from ops import build
from tests.dbt.warehouse import Warehouse
from tests.expectations.landed import DAY, NOW, call, calls, land, row_of

AS_OF = f"{DAY.end:%Y-%m-%dT%H:%M:%SZ}"
OWN = {"_build_id"}  # the build that read it: the one difference there may be


def accepted(lake: Path, *, is_held: bool) -> Path:
    """Let the gate accept a day of calls in which one is out of range, or is not."""
    rows = calls(40)
    rows[7] = row_of(call(7, DAY.start, talk_time=-5), DAY.start, DAY)
    land(lake, rows, zone="landing" if is_held else "raw")
    check_landed("zendesk", "calls", DAY, lake, NOW, lake / "results")
    return next(iter((lake / "raw").rglob("*.parquet")))


def rows_of(warehouse: Warehouse, table: str) -> list[str]:
    with warehouse.opened() as con:
        con.execute(f"select * from {table}")
        names = [column[0] for column in con.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in con.fetchall()]
    kept = [{n: v for n, v in row.items() if n not in OWN} for row in rows]
    return sorted(json.dumps(row, default=str) for row in kept)


@pytest.mark.parametrize(
    ("selected", "tables"),
    [
        ("stg_zendesk__calls", ["staging.stg_zendesk__calls"]),
        pytest.param(
            "+fct_calls",
            ["staging.stg_zendesk__calls", "cx_warehouse.marts.fct_calls"],
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_released_row_arrives_row_by_row_as_if_never_held(
    new_warehouse: Callable[[Path], Warehouse], tmp_path: Path, selected: str, tables: list[str]
) -> None:
    never, held = (new_warehouse(tmp_path / name) for name in ("never", "held"))
    whole, path = (accepted(w.lake.root, is_held=w is held) for w in (never, held))
    never.build(selected, as_of=AS_OF, new_files={"zendesk.calls": [str(whole)]})
    held.build(selected, as_of=AS_OF, new_files={"zendesk.calls": [str(path)]})
    for table in tables:
        assert len(rows_of(held, table)) == len(rows_of(never, table)) - 1
    known = {file.path: file for file in build.new_files(held.lake.root, {})}
    [row] = quarantine.held(held.lake.root)
    quarantine.decide(held.lake.root, [row.row_id], "release", "Ann", "it is true", NOW)
    fresh = build.new_files(held.lake.root, known)
    named = build.by_stream(held.lake.root, fresh)
    assert named == {"zendesk.calls": [str(path)]}, "the build sees that the file changed"
    held.build(selected, as_of=AS_OF, new_files=named)
    for table in tables:
        assert rows_of(held, table) == rows_of(never, table)
    assert pq.ParquetFile(path).read().equals(pq.ParquetFile(whole).read())
