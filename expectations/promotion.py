"""Moving a judged file out of landing/, so that a kill at any moment loses and doubles nothing.

A clean file is renamed. A file with rows to hold back is written anew beside its place in raw/,
under a name that no reader matches, then renamed over it, and only then leaves landing/. Whatever
a kill cuts short, the file still lies in landing/ and the gate is run again with the same result.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.lake.rules import GATE
from extract.lake import committed, sweep
from extract.rows import writer

ROWS_AT_ONCE = 20_000


def promote(
    landing: Path, raw: Path, refused: Path, broken: Mapping[int, str], now: datetime
) -> None:
    """Move a file to raw/ with these rows held back; an earlier refusal of it is forgotten."""
    raw.parent.mkdir(parents=True, exist_ok=True)
    if broken or _was_marked(landing):
        with committed(raw, now) as sink:
            _rewrite(landing, sink, broken)
        landing.unlink()
        sweep(raw.parent.parent, now)
    else:
        os.replace(landing, raw)
        _sync_folder(raw.parent)
    refused.unlink(missing_ok=True)
    reasons_path(refused).unlink(missing_ok=True)


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


def _rewrite(origin: Path, sink: IO[bytes], broken: Mapping[int, str]) -> None:
    with pq.ParquetFile(origin) as file:
        kept = {
            key: value
            for key, value in (file.metadata.metadata or {}).items()
            if key != b"ARROW:schema"
        }
        schema = file.schema_arrow.with_metadata(kept)
        place = 0
        with writer(sink, schema) as marked:
            for batch in file.iter_batches(ROWS_AT_ONCE):
                marked.write_batch(_marked(batch, broken, place))
                place += len(batch)


def _marked(batch: pa.RecordBatch, broken: Mapping[int, str], place: int) -> pa.RecordBatch:
    """Return the batch with this gate's marks, and only this run's, in `_error`."""
    column = batch.schema.get_field_index("_error")
    errors = [
        f"{GATE}{broken[row]}"
        if row in broken
        else (None if old is not None and old.startswith(GATE) else old)
        for row, old in enumerate(batch.column(column).to_pylist(), place)
    ]
    return batch.set_column(column, batch.schema.field(column), pa.array(errors, pa.string()))


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
