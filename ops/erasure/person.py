"""Whose identifiers somebody names: by the identity graph of the release, then by the lake itself.

The graph holds the newest version of each record; the lake holds older ones, with an address that
was given up. So what the graph ties to a person is looked for in the lake, and what such records
state or lead to (a ticket, its calls, their legs) is looked for in turn, until nothing is new.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_bytes
from typing import Any

import duckdb

from extract import SOURCES
from extract.erased import Guard, hashes_of
from extract.errors import CorruptFile, CxwError
from extract.lake import ZONES
from extract.persons import KINDS, OWN_KEY, PROFILES, normalised, stated
from extract.source import Stream
from ops import publish
from ops.erasure.lake_files import COLUMNS_OF_OURS
from ops.settings import Settings

Identifier = tuple[str, str]  # kind and normal form
GRAPH = """
select distinct identifier_type, identifier_value, customer_key, is_shared
from intermediate.int_identifiers_resolved
where identifier_type = 'phone' and right(identifier_value, 9) in (select unnest(?))
    or identifier_type <> 'phone' and lower(identifier_value) in (select unnest(?))
"""
THEIRS = """
select identifier_type, identifier_value, identifier_key from intermediate.int_identifiers_resolved
where list_contains(?, customer_key) and not is_shared
"""
FOUND = """
select filename, file_row_number, _pk, _interval_start, _interval_end, {text}
from read_parquet(?, union_by_name = true, hive_partitioning = false, filename = true,
    file_row_number = true) as landed
where regexp_matches({text}, ?, 'i')
"""


class UnknownPerson(CxwError):
    """What was named leads to no person, or to more than one."""


@dataclass(frozen=True, slots=True)
class Found:
    """A record of the lake that is a person's, or that only names the person."""

    path: Path  # below a zone
    zone: str
    stream: str
    pk: str
    interval_start: datetime
    interval_end: datetime
    record: dict[str, Any]
    is_theirs: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Everything by which a person is known here, and the records that say so."""

    identifiers: frozenset[Identifier]
    customer_keys: tuple[str, ...]
    identifier_keys: tuple[str, ...]
    found: tuple[Found, ...]


class Graph:
    """The identity graph of the release in service; empty before the first."""

    def __init__(self, warehouse: Path | None) -> None:
        self._warehouse = warehouse

    def about(self, identifiers: Iterable[Identifier]) -> list[tuple[str, str, str, bool]]:
        """Return kind, normal form, customer and whether several share it, of what it knows."""
        wanted = set(identifiers)
        values = [value.lower() for _, value in wanted]
        rows = self._ask(GRAPH, [values, values])
        normal = [
            (kind, normalised(kind, value) or "", customer, bool(shared))
            for kind, value, customer, shared in rows
        ]
        return [row for row in normal if (row[0], row[1]) in wanted]

    def of(self, customers: Sequence[str]) -> dict[str, Identifier]:
        """Return by its key what the graph ties to these customers and to nobody else."""
        rows = self._ask(THEIRS, [list(customers)]) if customers else []
        return {key: (kind, normalised(kind, value) or value) for kind, value, key in rows}

    def _ask(self, query: str, parameters: list[Any]) -> list[Any]:
        if self._warehouse is None:
            return []
        with duckdb.connect(str(self._warehouse), read_only=True) as con:
            return con.execute(query, parameters).fetchall()


def find(settings: Settings, named: Sequence[str]) -> Person:
    """Return the person whom the identifiers name; refuse when that is nobody, or not one."""
    release = publish.current(settings.data_dir)
    graph = Graph(release.warehouse if release else None)
    customers: dict[str, None] = {}
    identifiers: set[Identifier] = set()
    for text in named:
        known = graph.about(meant(text))
        if any(shared for *_, shared in known):
            raise _not_one(text, "several people share it")
        owners = {customer for _, _, customer, _ in known}
        if len(owners) > 1:
            raise _not_one(text, f"it is an identifier of {len(owners)} customers")
        customers |= dict.fromkeys(owners)
        if not owners:
            identifiers |= {(kind, value) for kind, value in meant(text) if _is_told(text, kind)}
    theirs = graph.of(list(customers))
    identifiers |= set(theirs.values())
    every, found = gather(settings.lake, identifiers, tuple(customers), graph)
    if not customers and not found:
        raise _not_one(named[0], "no release and no file of the lake knows it")
    return Person(every, tuple(customers), tuple(sorted(theirs)), found)


def meant(text: str) -> set[Identifier]:
    """Return what somebody may mean: `kind:value`, or a value of any kind that it can be."""
    kind, _, value = text.partition(":")
    kinds, value = ([kind], value) if kind in KINDS and value else (list(KINDS), text)
    return {(one, normal) for one in kinds if (normal := normalised(one, value))}


def gather(
    lake: Path, identifiers: set[Identifier], customers: tuple[str, ...], graph: Graph
) -> tuple[frozenset[Identifier], tuple[Found, ...]]:
    """Look through the lake until no record leads to a further identifier of the person."""
    key, known, fresh = token_bytes(16), set(identifiers), set(identifiers)
    found: dict[tuple[str, Path, int], Found] = {}
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        while fresh:
            guard = Guard(key, frozenset(hashes_of(key, known)))
            new = dict(_matching(con, lake, guard, pattern(fresh)))
            found |= new
            led_to = {one for row in new.values() if row.is_theirs for one in _leads(row)}
            fresh = led_to - known - _of_others(graph, led_to - known, customers)
            known |= fresh
    return frozenset(known), tuple(found[place] for place in sorted(found))


def _of_others(
    graph: Graph, identifiers: set[Identifier], customers: Sequence[str]
) -> set[Identifier]:
    """Return those that the graph ties to somebody else, or to several people."""
    return {
        (kind, value)
        for kind, value, customer, shared in graph.about(identifiers)
        if shared or customer not in customers
    }


def pattern(identifiers: Iterable[Identifier]) -> str:
    """Return an expression that matches every record that may state one of the identifiers."""
    return "|".join(sorted({_sought(kind, value) for kind, value in identifiers}))


def _sought(kind: str, value: str) -> str:
    if kind == "phone":
        return '[^0-9A-Za-z"]{0,3}'.join(value)
    written = {value, json.dumps(value)[1:-1]}
    plain = "|".join(re.escape(one).replace(r"\ ", " ") for one in sorted(written))
    for sign, coded in (("@", "(?:@|%40)"), (r"\+", "(?:[+]|%2B)")):
        plain = plain.replace(sign, coded)
    return f"(?:{plain})"


def _matching(
    con: duckdb.DuckDBPyConnection, lake: Path, guard: Guard, sought: str
) -> Iterator[tuple[tuple[str, Path, int], Found]]:
    for zone in ZONES:
        for streams in _alike():
            folders = [lake / zone / name.replace(".", "/", 1) for name in streams]
            globs = [f"{one}/dt=*/*.parquet" for one in folders if any(one.glob("dt=*/*.parquet"))]
            if globs:
                yield from _in_files(con, lake / zone, globs, streams, guard, sought)


def _alike() -> Iterator[dict[str, Stream]]:
    """Yield the streams by what their files hold: all those with records, each with columns."""
    every = {f"{s.name}.{stream.name}": stream for s in SOURCES.values() for stream in s.streams}
    yield {name: stream for name, stream in every.items() if stream.columns is None}
    yield from ({name: stream} for name, stream in every.items() if stream.columns is not None)


def _in_files(
    con: duckdb.DuckDBPyConnection,
    zone: Path,
    globs: Sequence[str],
    streams: Mapping[str, Stream],
    guard: Guard,
    sought: str,
) -> Iterator[tuple[tuple[str, Path, int], Found]]:
    is_columns = any(stream.columns for stream in streams.values())
    text = "cast(to_json(landed) as varchar)" if is_columns else "_payload"
    try:
        rows = con.execute(FOUND.format(text=text), [list(globs), sought]).fetchall()
    except duckdb.Error as error:
        raise CorruptFile(
            f"a file of {zone.name}/ cannot be read ({type(error).__name__})",
            "what it holds of the person would stay",
            "find it with `cxw status`, restore it from a copy, or run its window again",
        ) from error
    for filename, number, pk, start, end, payload in rows:
        path = Path(filename).relative_to(zone)
        name = ".".join(path.parts[:2])
        record = {key: value for key, value in _decoded(payload).items() if key not in OURS}
        is_theirs = guard.owns(name, record)
        if is_theirs or guard.kept(name, streams[name], record) != record:
            found = Found(path, zone.name, name, pk, start, end, record, is_theirs)
            yield (zone.name, path, number), found


OURS = {*COLUMNS_OF_OURS, "filename", "file_row_number"}


def _decoded(payload: str) -> dict[str, Any]:
    try:
        record = json.loads(payload)
    except ValueError:
        record = payload
    return record if isinstance(record, dict) else {"unreadable": payload}


def _leads(one: Found) -> Iterator[Identifier]:
    """Yield the identifiers that a record of the person leads to."""
    if kind := OWN_KEY.get(one.stream):
        yield kind, one.pk
    if one.stream in PROFILES:
        for _, kind, values in stated(one.stream, one.record):
            yield from ((kind, value) for value in values)


def _is_told(text: str, kind: str) -> bool:
    """Tell whether a value says of itself what kind it is: a bare number may be anything's."""
    if text.startswith(f"{kind}:"):
        return True
    if kind == "email":
        return "@" in text[1:-1]
    begins = {"phone": ("+", "0"), "bluesky_did": ("did:",)}
    return kind in begins and text.startswith(begins[kind])


def _not_one(text: str, why: str) -> UnknownPerson:
    shown = f"{text[:2]}… ({len(text)} letters)"
    return UnknownPerson(
        f"{shown} names no one person",
        why,
        "name the person by another identifier, or say its kind: "
        f"{', '.join(KINDS[:4])}, … as in `crm_contact_id:1234`",
    )
