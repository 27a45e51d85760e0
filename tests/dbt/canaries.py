"""Canaries in a lake: every value that a stream declares personal is marked, and found again.

The mark is made from the value, so what tied two systems before ties them still.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from extract import SOURCES
from sandbox.render_x import BRAND_ID
from tests.dbt.warehouse import Warehouse

WORD, DIGITS = "canary", "3198765"
PHONE = re.compile(r"[+0-9() -]{8,}")
# An address on Bluesky names the account of its author; the company's own is no person's.
ACCOUNT = re.compile(r"did:plc:(?!northwind)")
# An answer names its question beside what somebody wrote: the questions stay as they are.
SAID = {"answers": ("answers.text", "answers.email")}
# What people write in words holds numbers of theirs, too.
PROSE = ("comment", "content", "description", "hs_content", "message", "query", "review_text")
PROSE += ("search_term", "subject", "text")
NUMBERS = "numbers@mail.example, +31 6 2345 6789, 4111 1111 1111 1111, NL91 ABNA 0417 1643 00"
OF_EVENTS = ("user_id", "user_pseudo_id")
OF_LINKS = ("source", "medium")  # a link to us names them, and whoever made it may name more
OF_PARAMETERS = ("page_location", "search_term")


def planted(value: str) -> str:
    """Mark a personal value in its own form; the company's own account is no person's."""
    if value == BRAND_ID:
        return value
    if PHONE.fullmatch(value):
        return f"+{DIGITS}{re.sub(r'[^0-9]', '', value)[-6:]}"
    if value.startswith(("http", "/")):
        return f"{value}?email={WORD}"
    return f"{WORD}{' ' if ' ' in value else '.'}{value}" if value else value


def said(value: str) -> str:
    """Mark what somebody wrote, and let them give away their numbers."""
    return f"{planted(value)} {NUMBERS}" if value else value


def plant(lake: Path) -> set[str]:
    """Mark every declared value in the accepted files; return the streams that held any."""
    found = set()
    for source in SOURCES.values():
        for stream in source.streams:
            for path in sorted((lake / "raw" / source.name / stream.name).rglob("*.parquet")):
                table = pq.read_table(path)
                marked = _events(table) if stream.columns else _records(table, stream.pii)
                if marked != table:
                    pq.write_table(marked.replace_schema_metadata(table.schema.metadata), path)
                    found.add(f"{source.name}.{stream.name}")
    return found


def _records(table: pa.Table, paths: tuple[str, ...]) -> pa.Table:
    marked = []
    for text in table.column("_payload").to_pylist():
        record = known = json.loads(text)
        for path in (one for declared in paths for one in SAID.get(declared, (declared,))):
            mark = said if path.rpartition(".")[2] in PROSE else planted
            record = _at(record, path.split("."), mark)
        changed = text if record == known else json.dumps(record)
        marked.append(ACCOUNT.sub(f"did:plc:{WORD}", changed))
    return _with(table, "_payload", marked)


def _at(node: Any, path: list[str], mark: Callable[[str], str]) -> Any:
    """Mark the texts under a path, through lists; what lies deeper than its end too."""
    if isinstance(node, list):
        return [_at(one, path, mark) for one in node]
    if isinstance(node, dict):
        inner, rest = (path[0], path[1:]) if path else (None, [])
        return {
            key: _at(value, rest, mark) if inner in (None, key) else value
            for key, value in node.items()
        }
    return mark(node) if isinstance(node, str) and not path else node


def _events(table: pa.Table) -> pa.Table:
    for name in OF_EVENTS:
        values = [value and planted(value) for value in table.column(name).to_pylist()]
        table = _with(table, name, values)
    rows = table.column("event_params").to_pylist()
    for parameter in (one for row in rows for one in row or ()):
        if parameter["key"] in OF_PARAMETERS and parameter["value"]["string_value"]:
            value = parameter["value"]["string_value"]
            mark = said if parameter["key"] in PROSE else planted
            parameter["value"]["string_value"] = mark(value)
    return _links(_with(table, "event_params", rows))


def _links(table: pa.Table) -> pa.Table:
    """Let the links that people followed hold their numbers."""
    rows = table.column("traffic_source").to_pylist()
    for row in rows:
        row |= {name: f"{row[name]} {NUMBERS}" for name in OF_LINKS if row[name]}
    return _with(table, "traffic_source", rows)


def _with(table: pa.Table, name: str, values: list[Any]) -> pa.Table:
    place = table.schema.get_field_index(name)
    field = table.schema.field(place)
    return table.set_column(place, field, pa.array(values, field.type))


def columns_with_canaries(
    warehouse: Warehouse, schema: str, form: str = f"{WORD}|{DIGITS}"
) -> dict[str, list[str]]:
    """Return the columns of a schema in which a canary, or another form, sits, by table."""
    found: dict[str, list[str]] = {}
    with warehouse.opened() as connection:
        tables = connection.execute(
            "select database_name, table_name, list(column_name order by column_name)"
            " from duckdb_columns() where schema_name = ? group by all order by all",
            [schema],
        ).fetchall()
        for database, table, columns in tables:
            sought = ", ".join(
                f"bool_or(regexp_matches(lower({column}::varchar), '{form}'))" for column in columns
            )
            held = connection.execute(f"select {sought} from {database}.{schema}.{table}")
            (row,) = held.fetchall()
            if sitting := [name for name, is_found in zip(columns, row, strict=True) if is_found]:
                found[table] = sitting
    return found
