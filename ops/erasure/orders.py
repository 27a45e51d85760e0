"""Erasures as they are ordered, carried out and receipted; none of it holds personal data.

The order is written before anything is touched: it holds keyed hashes, and the files to rewrite, so
whoever finds it can carry it out. The receipt says how far that went.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from secrets import token_bytes
from uuid import uuid4

import msgspec
import pyarrow.parquet as pq

from extract import row_files
from extract.erased import FOLDER, KEY_NAME, Guard, Order, digest, hashes_of, orders
from extract.errors import CxwError
from extract.lake import committed
from ops import applied
from ops.erasure.person import Person

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
    row_files.write(_receipt_path(lake, made.erasure_id), told, now)
    return told


def unfinished(lake: Path) -> Iterator[tuple[Order, Receipt]]:
    """Yield the orders that are not carried out to their end, oldest first."""
    for made in orders(lake):
        said = receipt(lake, made)
        if said.finished_at is None:
            yield made, said


def unread(lake: Path, warehouse: Path) -> list[str]:
    """Return the orders that a warehouse was not built after."""
    known = applied.names(warehouse, applied.ERASURES)
    return [one.erasure_id for one in orders(lake) if one.erasure_id not in known]


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
