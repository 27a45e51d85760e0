"""Rows held back in accepted files, and what people decided of them.

A held row lies in its file as it came, with the reason in `_error`; staging passes it over. To
release one is to take the reason away; to drop one is to put who dropped it, and why, in its place.
Decisions are data, one file each, never edited; the newest on a record counts. The gate applies
them when the interval is read again, and `apply` writes them into the accepted file: a kill between
decision and file is made up for by the next build.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from expectations.errors import UndecidableRow
from expectations.lake.rules import GATE, ROW_KEY
from expectations.promotion import remark, row_key
from extract import row_files
from extract.erased import at_work

RELEASE, DROP = "release", "drop"
DROPPED = "dropped by "
MOMENT = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True, slots=True)
class Held:
    """A row that staging does not see."""

    row_id: str  # of the record: the same in every file that holds it
    stream: str  # source.stream
    file_path: str  # below raw/
    row_key: str  # key and hash of the payload
    held_reason: str
    interval_start: datetime
    interval_end: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided of a held row."""

    decision_id: str
    row_id: str
    stream: str
    file_path: str
    row_key: str
    held_reason: str
    decision_type: str
    decided_by: str
    decided_at: datetime
    decision_reason: str

    @property
    def mark(self) -> str | None:
        """Return what `_error` says of the row from now on, behind the sign of the gate."""
        if self.decision_type == RELEASE:
            return None
        return f"{DROPPED}{self.decided_by}: {self.decision_reason}"


HELD = """
select filename, coalesce(_pk, ''), {key}, _error, _interval_start, _interval_end
from read_parquet('{files}', union_by_name = true, hive_partitioning = false, filename = true)
where _error is not null and not starts_with(_error, '{dropped}')
order by all
"""


def held(lake: Path, stream: str = "*.*") -> Iterator[Held]:
    """Yield the rows that are held now, of one stream or of all."""
    raw = lake / "raw"
    pattern = f"{stream.replace('.', '/', 1)}/dt=*/*.parquet"
    if not any(raw.glob(pattern)):
        return
    quoted = str(raw / pattern).replace("'", "''")
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        found = con.execute(
            HELD.format(key=ROW_KEY, files=quoted, dropped=GATE + DROPPED)
        ).fetchall()
    for name, _, key, reason, start, end in found:
        path = Path(name).relative_to(raw)
        of = ".".join(path.parts[:2])
        yield Held(row_id(of, key), of, str(path), key, reason, start, end)


def row_id(stream: str, row_key: str) -> str:
    """Return a short name of a record that can be typed."""
    return hashlib.sha256(f"{stream}|{row_key}".encode()).hexdigest()[:12]


def record_of(lake: Path, row: Held) -> dict[str, Any]:
    """Return the row as it lies in its file, with the raw value in `_payload` or its columns."""
    with pq.ParquetFile(lake / "raw" / row.file_path) as file:
        for batch in file.iter_batches():
            for one in batch.to_pylist():
                if row_key(one) == row.row_key:
                    return dict(one)
    raise gone(row.row_id)


def decide(
    lake: Path, ids: Iterable[str], kind: str, by: str, why: str, now: datetime
) -> list[Decision]:
    """Keep a decision on each of these rows, then write it into their files; repeat it freely."""
    if not (by.strip() and why.strip()):
        raise UndecidableRow(
            f"{kind} by {by!r} because {why!r}",
            "who reads the lake later wants to know who decided it, and why",
            "give both: --by and --why",
        )
    rows = list(held(lake))
    made: list[Decision] = []
    for name in dict.fromkeys(ids):
        newest = {one.file_path: one for one in decisions(lake) if one.row_id == name}
        found: list[Held | Decision] = [row for row in rows if row.row_id == name]
        found += [one for one in newest.values() if one.decision_type != kind]  # taken back
        if not found and not newest:
            raise gone(name)
        made += [_keep(lake, row, kind, by, why, now) for row in found] or newest.values()
    apply(lake, now)
    return made


def decisions(lake: Path) -> list[Decision]:
    """Return all decisions, oldest first."""
    paths = sorted((lake / "decisions" / "quarantine").glob("*.parquet"))
    rows = (row for path in paths for row in pq.read_table(path).to_pylist())
    return sorted((Decision(**row) for row in rows), key=lambda d: (d.decided_at, d.decision_id))


def standing(lake: Path, stream: str) -> dict[str, Decision]:
    """Return the newest decision on each record of a stream, by its key."""
    return {one.row_key: one for one in decisions(lake) if one.stream == stream}


def apply(lake: Path, now: datetime) -> int:
    """Write decisions into the accepted files that do not carry them yet; return how many files."""
    newest: dict[str, dict[str, Decision]] = {}
    for one in decisions(lake):
        newest.setdefault(one.file_path, {})[one.row_key] = one
    with at_work(lake):
        return sum(
            remark(lake / "raw" / path, marks_of(wanted), now) for path, wanted in newest.items()
        )


def marks_of(wanted: Mapping[str, Decision]) -> dict[str, str | None]:
    """Return by key of the row what `_error` says from now on."""
    return {key: one.mark for key, one in wanted.items()}


def _keep(
    lake: Path, row: Held | Decision, kind: str, by: str, why: str, now: datetime
) -> Decision:
    said = "|".join((row.row_id, row.file_path, kind, by, why, now.isoformat()))
    key = hashlib.sha256(said.encode()).hexdigest()[:12]
    made = Decision(
        *(key, row.row_id, row.stream, row.file_path, row.row_key, row.held_reason),
        *(kind, by, now, why),
    )
    path = lake / "decisions" / "quarantine" / f"{now:%Y%m%dT%H%M%SZ}-{key}.parquet"
    row_files.write(path, made, now)
    return made


def gone(name: str) -> UndecidableRow:
    """Say that a row is not held."""
    return UndecidableRow(
        f"row {name} is not held",
        "there is no such row, or it was decided already, or read again and found sound",
        "see what is held: cxw quarantine list",
    )
