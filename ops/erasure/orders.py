"""Erasures as they are ordered, carried out and receipted; none of it holds personal data.

The order is written before anything is touched: it holds keyed hashes, and the files to rewrite, so
whoever finds it can carry it out. The receipt says how far that went.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from secrets import token_bytes
from uuid import uuid4

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from extract.erased import FOLDER, KEY_NAME, Guard, Order, digest, hashes_of, orders
from extract.errors import CxwError
from extract.lake import committed
from ops.erasure.person import Person

MOMENT = pa.timestamp("us", tz="UTC")
PSEUDONYMS = ("customer_key", "identifier_key")


class ErasureRefused(CxwError):
    """An erasure does not say who ordered it and why, or says too much."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What can be shown of an erasure afterwards."""

    erasure_id: str
    ordered_by: str
    reason: str
    ordered_at: datetime
    identifier_count: int
    stream_count: int
    file_count: int
    removed_row_count: int
    changed_row_count: int
    lake_erased_at: datetime | None = None
    finished_at: datetime | None = None
    release_id: str | None = None


TYPES = {"str": pa.string(), "int": pa.int64(), "datetime": MOMENT}
SCHEMA = pa.schema(
    [(name, TYPES[str(kind).split(" ")[0]]) for name, kind in Receipt.__annotations__.items()]
)


def order(lake: Path, person: Person, by: str, why: str, now: datetime) -> Order:
    """Write down who is to be erased; from here on nothing of theirs is landed."""
    key = _key(lake, now)
    hashes = hashes_of(key, person.identifiers)
    pseudonyms = (person.customer_keys, person.identifier_keys)
    for kind, values in zip(PSEUDONYMS, pseudonyms, strict=True):
        hashes |= {digest(key, kind, value) for value in values}
    said = f"{by} {why}"
    if not (by.strip() and why.strip()) or Guard(key, frozenset(hashes)).cleaned(said) != said:
        raise ErasureRefused(
            f"an erasure by {len(by)} and because of {len(why)} letters",
            "the receipt says who ordered it and why, and may not say whom it was about",
            "give --by and --why without the person's identifiers; a case number will do",
        )
    theirs = sum(one.is_theirs for one in person.found)
    made = Order(
        erasure_id=uuid4().hex[:12],
        ordered_at=now,
        ordered_by=by,
        reason=why,
        identifiers=len(person.identifiers),
        removed=theirs,
        changed=len(person.found) - theirs,
        hashes=sorted(hashes),
        files=sorted({one.path.as_posix() for one in person.found}),
    )
    with committed(lake / FOLDER / f"{made.erasure_id}.json", now) as file:
        file.write(msgspec.json.encode(made))
    return made


def receipt(lake: Path, made: Order) -> Receipt:
    """Return how far an order was carried out."""
    path = _receipt_path(lake, made.erasure_id)
    if path.exists():
        return Receipt(**pq.read_table(path).to_pylist()[0])
    return Receipt(
        erasure_id=made.erasure_id,
        ordered_by=made.ordered_by,
        reason=made.reason,
        ordered_at=made.ordered_at,
        identifier_count=made.identifiers,
        stream_count=len({tuple(Path(path).parts[:2]) for path in made.files}),
        file_count=len(made.files),
        removed_row_count=made.removed,
        changed_row_count=made.changed,
    )


def mark(lake: Path, made: Order, now: datetime, **done: object) -> Receipt:
    """Write down that a step of an order is done."""
    told = replace(receipt(lake, made), **done)  # type: ignore[arg-type]
    with committed(_receipt_path(lake, made.erasure_id), now) as file:
        pq.write_table(pa.Table.from_pylist([asdict(told)], SCHEMA), file)
    return told


def unfinished(lake: Path) -> Iterator[tuple[Order, Receipt]]:
    """Yield the orders that are not carried out to their end, oldest first."""
    for made in orders(lake):
        said = receipt(lake, made)
        if said.finished_at is None:
            yield made, said


def unread(lake: Path, warehouse: Path) -> list[str]:
    """Return the orders that a warehouse was not built after."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        there = con.execute(
            "select 1 from duckdb_tables() "
            "where schema_name = 'operations' and table_name = 'applied_erasures'"
        ).fetchall()
        known = con.execute("select erasure_id from operations.applied_erasures") if there else None
        applied = {name for (name,) in known.fetchall()} if known else set()
    return [one.erasure_id for one in orders(lake) if one.erasure_id not in applied]


def record(warehouse: Path, names: Sequence[str]) -> None:
    """Write down in a private warehouse which orders it was built after."""
    if names:
        with duckdb.connect(str(warehouse)) as con:
            con.execute("create schema if not exists operations")
            con.execute("create table if not exists operations.applied_erasures (erasure_id text)")
            con.executemany(
                "insert into operations.applied_erasures values (?)", [(name,) for name in names]
            )


def _receipt_path(lake: Path, erasure_id: str) -> Path:
    return lake / FOLDER / f"{erasure_id}.parquet"


def _key(lake: Path, now: datetime) -> bytes:
    """Return the key of the hashes; the first order makes it, for good."""
    path = lake / FOLDER / KEY_NAME
    if not path.exists():
        with committed(path, now) as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(token_bytes(32))
    return path.read_bytes()
