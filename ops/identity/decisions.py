"""Decisions by hand: whether two records are one person. Kept as data, one file each, never edited.

The newest decision on a pair counts; `undecided` takes an earlier one back. The next build applies
them, and any of them can be undone by another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow.parquet as pq

from extract import row_files
from extract.errors import CxwError
from ops import applied

KINDS = ("same", "different", "undecided")


class UnknownPair(CxwError):
    """A decision names what cannot be decided."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody said of two records, the smaller key first."""

    decision_id: str
    left_record_key: str
    right_record_key: str
    decision_type: str
    decided_by: str
    decided_at: datetime
    decision_reason: str


def decide(
    lake: Path, pair: tuple[str, str], kind: str, by: str, why: str, now: datetime
) -> Decision:
    """Keep a decision on two records; saying the same again changes nothing."""
    left, right = sorted(pair)
    if kind not in KINDS or left == right or not all(":" in key for key in pair) or not by.strip():
        raise UnknownPair(
            f"decision {kind!r} by {by!r} on {left} and {right}",
            f"a decision is one of {', '.join(KINDS)}, by somebody, on two records (source:id)",
            "list what waits: cxw review list",
        )
    said = "|".join((left, right, kind, by, why, now.isoformat()))
    key = hashlib.sha256(said.encode()).hexdigest()[:12]
    made = Decision(key, left, right, kind, by, now, why)
    row_files.write(folder(lake) / f"{now:%Y%m%dT%H%M%SZ}-{key}.parquet", made, now)
    return made


def folder(lake: Path) -> Path:
    """Return where the decisions lie."""
    return lake / "decisions" / "identity"


def standing(lake: Path) -> Iterator[Decision]:
    """Yield the newest decision on each pair, those taken back left out."""
    newest: dict[tuple[str, str], Decision] = {}
    for path in sorted(folder(lake).glob("*.parquet")):
        for row in pq.read_table(path).to_pylist():
            one = Decision(**row)
            pair = (one.left_record_key, one.right_record_key)
            kept = newest.get(pair)
            if kept is None or (kept.decided_at, kept.decision_id) < (
                one.decided_at,
                one.decision_id,
            ):
                newest[pair] = one
    yield from (one for one in newest.values() if one.decision_type != "undecided")


def told_apart(lake: Path) -> list[tuple[str, str]]:
    """Return the pairs that a person told apart."""
    return sorted(
        (one.left_record_key, one.right_record_key)
        for one in standing(lake)
        if one.decision_type == "different"
    )


def unread(lake: Path, warehouse: Path) -> list[str]:
    """Return the files of decisions that the warehouse has not applied."""
    names = {path.name for path in folder(lake).glob("*.parquet")}
    return sorted(names - applied.names(warehouse, applied.DECISIONS))
