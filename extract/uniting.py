"""The row groups of one file: what came now, then what earlier runs of its window had kept.

A record that moved on is missing from a later answer for its old window; its old version stays.
"""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from extract.columns import ColumnRows
from extract.errors import CorruptFile
from extract.rows import GROUP_ROWS, LANDED, RecordRows, writer
from extract.seen import Seen, digests_of

Rows = RecordRows | ColumnRows
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Older:
    """A file of the same window: which of its versions the new answer does not hold."""

    def __init__(self, path: Path, seen: Seen) -> None:
        self._path, self._seen = path, seen
        self._first = seen.count
        with _readable(path) as file:
            for group in range(file.num_row_groups):
                table = file.read_row_group(group, ["_pk", "_cursor"])
                cursors = table["_cursor"].cast(pa.int64()).fill_null(-1).to_numpy()
                keys = table["_pk"].cast(pa.binary()).to_pylist()
                seen.add(digests_of(keys, cursors))

    def kept(self) -> Iterator[pa.Table]:
        """Yield the versions that stay; call it when all keys are settled."""
        place = self._first
        with _readable(self._path) as file:
            for group in range(file.num_row_groups):
                rows = file.metadata.row_group(group).num_rows
                again = self._seen.again(place, rows)
                if not again.all():  # as a rule no payload needs to be read
                    first = 0
                    for batch in file.iter_batches(GROUP_ROWS, [group]):
                        flags = pa.array(~again[first : first + batch.num_rows])
                        first += batch.num_rows
                        table = pa.Table.from_batches([batch.filter(flags)])
                        yield table.replace_schema_metadata(None)
                place += rows


def unite(rows: Rows, paths: Iterable[Path]) -> Iterator[pa.Table]:
    """Count which new rows came twice, and yield the older versions that stay."""
    counts, seen = rows.counts, rows.seen
    older = [Older(path, seen) for path in paths]
    if seen.settle():
        counts.far = int(seen.again(0, counts.new).sum())
        counts.new -= counts.far
        counts.duplicates += counts.far
    for file in older:
        for kept in file.kept():
            counts.kept += kept.num_rows
            yield kept


def leave_out(file: IO[bytes], rows: Rows) -> None:
    """Write a file again without the new rows that had come before, which is rare."""
    new = rows.counts.new + rows.counts.far
    with tempfile.TemporaryFile(dir=rows.origin.spool) as copy:
        file.seek(0)
        shutil.copyfileobj(file, copy)
        file.seek(0)
        file.truncate()
        with pq.ParquetFile(copy) as whole, writer(file, whole.schema_arrow) as sink:
            place = 0
            for batch in whole.iter_batches(GROUP_ROWS):
                keep = np.ones(batch.num_rows, np.bool_)
                among = min(batch.num_rows, max(0, new - place))
                keep[:among] = ~rows.seen.again(place, among)
                sink.write_batch(batch.filter(pa.array(keep)))
                place += batch.num_rows
            told = whole.metadata.metadata
            sink.add_key_value_metadata({k: v for k, v in told.items() if k != b"ARROW:schema"})


@contextmanager
def _readable(path: Path) -> Iterator[pq.ParquetFile]:
    """Open a file of the lake in the landing format; one that cannot be read is named."""
    try:
        with pq.ParquetFile(path) as file:
            if not file.schema_arrow.equals(LANDED):
                raise pa.ArrowInvalid("it has other columns than the landing format")
            yield file
    except (OSError, pa.ArrowException) as error:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            raise
        raise corrupt(path, error) from None


def corrupt(path: Path, error: Exception) -> CorruptFile:
    """Name a file of the lake that cannot be read."""
    named = "/".join(path.parts[-5:])
    told = (
        str(error).splitlines()[0] if isinstance(error, pa.ArrowException) else type(error).__name__
    )
    return CorruptFile(
        f"{named} cannot be read ({told})",
        "what it holds would be lost if it were written over",
        "restore it from a copy, or move it away and run its window again",
    )
