"""Moving a judged file out of landing/, so that a kill at any moment loses and doubles nothing.

A clean file is renamed. A file with rows to hold back is written anew beside its place in raw/,
under a name that no reader matches, then renamed over it, and only then leaves landing/. Whatever
a kill cuts short, the file still lies in landing/ and the gate is run again with the same result.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.lake.rules import GATE
from extract.lake import committed, sweep
from extract.rows import writer

ROWS_AT_ONCE = 20_000
MARKS = b"cx_marks"  # in the footer: a hash of the marks that people's decisions made


Marks = Mapping[int, str | None]  # by place in the file: what `_error` says; None: nothing more


def promote(landing: Path, raw: Path, refused: Path, marks: Marks, now: datetime) -> None:
    """Move a file to raw/ with these rows marked; an earlier refusal of it is forgotten."""
    raw.parent.mkdir(parents=True, exist_ok=True)
    with _alone(raw):
        if marks or _was_marked(landing):
            with committed(raw, now) as sink:
                _rewrite(landing, sink, marks)
            landing.unlink()
            sweep(raw.parent.parent, now)
        else:
            os.replace(landing, raw)
            _sync_folder(raw.parent)
    refused.unlink(missing_ok=True)
    reasons_path(refused).unlink(missing_ok=True)


def remark(raw: Path, wanted: Mapping[str, str | None], now: datetime) -> bool:
    """Mark rows of an accepted file anew, by key and hash; tell whether anything changed.

    The footer tells the marks, so that a build sees another file.
    """
    if not raw.exists():
        return False  # erased, or not accepted any more
    with _alone(raw):
        told = {key: None if text is None else f"{GATE}{text}" for key, text in wanted.items()}
        with pq.ParquetFile(raw) as file:
            rows = file.read(["_pk", "_payload_sha", "_error"]).to_pylist()
        marks = {
            place: wanted[key]
            for place, row in enumerate(rows)
            if (key := row_key(row)) in told and told[key] != row["_error"]
        }
        if marks:
            with committed(raw, now) as sink:
                _rewrite(raw, sink, marks, is_judged_anew=False)
        return bool(marks)


def row_key(row: Mapping[str, Any]) -> str:
    """Return what tells a landed record from every other: its key and the hash of its payload."""
    sha = row["_payload_sha"]
    return f"{row['_pk'] or ''}:{sha.hex() if sha else ''}"


@contextmanager
def _alone(raw: Path) -> Iterator[None]:
    """Wait until no other process moves or marks a file of this stream."""
    with (raw.parent.parent / ".moving").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def refuse(landing: Path, refused: Path, reasons: Mapping[str, Any], now: datetime) -> None:
    """Move a file to refused/ with its reasons beside it."""
    with committed(reasons_path(refused), now) as sink:
        sink.write(json.dumps(reasons, indent=1, default=str).encode())
    os.replace(landing, refused)
    _sync_folder(refused.parent)


def reasons_path(refused: Path) -> Path:
    """Return where the reasons of a refused file stand."""
    return refused.with_name(f"{refused.name}.json")


def _was_marked(path: Path) -> bool:
    """Tell whether a row carries a mark of this gate, from the accepted file it was united with."""
    with pq.ParquetFile(path) as file:
        return any(
            error is not None and error.startswith(GATE)
            for batch in file.iter_batches(ROWS_AT_ONCE, columns=["_error"])
            if batch.column(0).null_count < len(batch)
            for error in batch.column(0).to_pylist()
        )


def _rewrite(origin: Path, sink: IO[bytes], marks: Marks, *, is_judged_anew: bool = True) -> None:
    with pq.ParquetFile(origin) as file:
        kept = {
            key: value
            for key, value in (file.metadata.metadata or {}).items()
            if key != b"ARROW:schema"
        }
        if not is_judged_anew:
            told = json.dumps([kept.get(MARKS, b"").decode(), sorted(marks.items())], default=str)
            kept[MARKS] = hashlib.sha256(told.encode()).hexdigest().encode()
        schema = file.schema_arrow.with_metadata(kept)
        place = 0
        with writer(sink, schema) as marked:
            for batch in file.iter_batches(ROWS_AT_ONCE):
                marked.write_batch(_marked(batch, marks, place, is_judged_anew))
                place += len(batch)


def _marked(
    batch: pa.RecordBatch, marks: Marks, place: int, is_judged_anew: bool
) -> pa.RecordBatch:
    """Return the batch with these marks; judged anew, those of an earlier gate run go."""
    column = batch.schema.get_field_index("_error")
    errors = []
    for row, old in enumerate(batch.column(column).to_pylist(), place):
        if row in marks:
            errors.append(None if marks[row] is None else f"{GATE}{marks[row]}")
        else:
            is_ours = old is not None and old.startswith(GATE)
            errors.append(None if is_ours and is_judged_anew else old)
    return batch.set_column(column, batch.schema.field(column), pa.array(errors, pa.string()))


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
