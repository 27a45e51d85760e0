"""Small files of the lake: one dataclass as one row of Parquet, its fields as the columns.

Attempts, decisions, receipts, alerts and releases are kept so; a field is of one of `TYPES`, or of
that or None.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from extract.lake import committed

TYPES = {
    "str": pa.string(),
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "datetime": pa.timestamp("us", tz="UTC"),
}


def schema(kind: type[Any]) -> pa.Schema:
    """Return the columns of a dataclass whose module has `from __future__ import annotations`."""
    return pa.schema([(f.name, TYPES[str(f.type).split(" ")[0]]) for f in fields(kind)])


def write(path: Path, row: Any, now: datetime) -> None:
    """Write a row as a file that is there whole or not at all."""
    with committed(path, now) as file:
        table = pa.Table.from_pylist([asdict(row)], schema(type(row)))
        pq.write_table(table, file, compression="zstd")
