"""Rows of the landing format from a source that delivers columns already (GA4's export)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from extract.errors import MissingKey, SchemaChanged
from extract.rows import KEY_FIELDS, MOMENT, Counts, Origin, hashes
from extract.seen import Seen, digests_of
from extract.source import Batch


class ColumnRows:
    """Puts the key columns before the native ones, which stay as they came."""

    def __init__(self, origin: Origin) -> None:
        self.counts = Counts()
        self.seen = Seen(origin.spool)
        self.origin = origin
        self._wanted: Any = origin.stream.columns() if origin.stream.columns else None
        self._native: Any = self._wanted

    @property
    def schema(self) -> pa.Schema:
        """The landed columns; those that staging reads when nothing came."""
        return pa.schema([*KEY_FIELDS, *self._native])

    def feed(self, batch: Batch) -> Iterator[pa.Table]:
        """Take in one batch of columns; yield it as a row group."""
        self.counts.hear(batch)
        columns = batch.columns
        if columns is None or columns.num_rows == 0:
            return
        if not self.counts.new:
            self._check(columns.schema)
            self._native = columns.schema.remove_metadata()
        pks = self._keys(columns)
        digests = digests_of(pks.cast(pa.binary()).to_pylist())
        fresh = self.seen.take(digests)
        if fresh is not None:
            mask = pa.array(fresh)
            columns, pks, digests = columns.filter(mask), pks.filter(mask), digests[fresh]
            self.counts.duplicates += int((~fresh).sum())
        rows = len(pks)
        self.counts.new += rows
        arrays = [
            pks,
            pa.nulls(rows, MOMENT),
            pa.repeat(pa.scalar(False), rows),
            *self.origin.interval(rows),
            hashes(digests),
            pa.nulls(rows, pa.string()),
            *columns.columns,
        ]
        yield pa.Table.from_arrays(arrays, schema=self.schema)

    def rest(self) -> Iterator[pa.Table]:
        """Yield nothing: every batch was passed on when it came."""
        return iter(())

    def _keys(self, columns: pa.RecordBatch) -> pa.Array:
        """Join the key columns; an empty part is fine, an empty key is not."""
        parts = [pc.cast(columns.column(name), pa.string()) for name in self.origin.stream.pk]
        joined = pc.binary_join_element_wise(
            *parts, "|", null_handling="replace", null_replacement=""
        )
        empty = "|" * (len(parts) - 1)
        if pc.any(pc.equal(joined, empty)).as_py():
            raise MissingKey(
                f"{self.origin.place} {self.origin.window.name}: a row without any key column",
                "it cannot be told from others, so nothing of the day is landed",
                "look at the export of this day; its columns are "
                + ", ".join(columns.schema.names),
            )
        return joined

    def _check(self, found: pa.Schema) -> None:
        """Refuse a file whose columns staging could not read together with the other days."""
        wrong = [
            f"{field.name} is {found.field(field.name).type}, not {field.type}"
            if field.name in found.names
            else f"{field.name} is missing"
            for field in self._wanted
            if field.name not in found.names or not holds(found.field(field.name).type, field.type)
        ]
        if wrong:
            raise SchemaChanged(
                f"{self.origin.place} {self.origin.window.name}: {'; '.join(wrong)}",
                "staging reads these columns of all days at once, so this day is not landed",
                "adapt the stream's columns and the staging model, then run the window again",
            )


def holds(found: pa.DataType, wanted: pa.DataType) -> bool:
    """Tell whether a type is the wanted one; a struct may hold more fields than wanted."""
    if pa.types.is_struct(found) and pa.types.is_struct(wanted):
        return all(
            found.get_field_index(field.name) >= 0
            and holds(found.field(field.name).type, field.type)
            for field in (wanted.field(n) for n in range(wanted.num_fields))
        )
    if pa.types.is_list(found) and pa.types.is_list(wanted):
        return holds(found.value_type, wanted.value_type)
    return bool(found == wanted)
