"""A list for a mailing tool holds values, whatever they look like to a spreadsheet."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from ops.audiences import export

HOSTILE = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
)


@pytest.fixture
def marts() -> duckdb.DuckDBPyConnection:
    """Make the two marts that a list is read from, with one contact of each hostile name."""
    con = duckdb.connect()
    con.execute("create schema marts")
    con.execute(
        "create table marts.agg_audience_members as"
        " select unnest(?) as contact_id, 'offer' as audience_slug, 'lapsed' as reason_name,"
        " '=HYPERLINK(\"https://x.example\")' as customer_benefit_name, false as is_held_out,"
        " 1 as contact_budget_count",
        [[*HOSTILE, "50101", 'he said "a, b"']],
    )
    con.execute(
        "create table marts.fct_consent_periods as select contact_id, 'mail' as purpose_slug,"
        " true as is_current, true as is_permitted from marts.agg_audience_members"
    )
    return con


def test_no_cell_of_a_list_is_a_formula_and_no_value_is_lost(
    marts: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    out = tmp_path / "offer.csv"
    assert export(marts, "offer", "mail", out) == len(HOSTILE) + 2
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    cells = [cell for row in rows for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
    assert {row["contact_id"].removeprefix("'") for row in rows} >= set(HOSTILE)
    assert {"50101", 'he said "a, b"'} < {row["contact_id"] for row in rows}
