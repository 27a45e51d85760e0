"""Files of the lake written anew without the erased, in the format in which they were landed.

Each file is replaced in one step, so a kill leaves it whole, old or new, and a repeat finds nothing
more to do. The manifest goes along: its counts are those of the rows that are left.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from xxhash import xxh3_128_digest

from expectations.promotion import reasons_path
from extract import find_source
from extract.erased import Guard, kept_record, kept_rows
from extract.lake import MANIFEST_KEY, Manifest, committed, read_manifest
from extract.rows import KEY_FIELDS, writer
from extract.source import Stream

COLUMNS_OF_OURS = {name for name, _ in KEY_FIELDS}


def place_of(path: Path) -> tuple[str, Stream]:
    """Return the name and the declaration of the stream that a file of a zone belongs to."""
    source, stream = path.parts[-4:-2]
    return f"{source}.{stream}", find_source(source).stream(stream)


def rewrite(path: Path, known: Guard, now: datetime) -> None:
    """Take the erased out of one file; leave it untouched when nothing of theirs is in it."""
    name, stream = place_of(path)
    with pq.ParquetFile(path) as file:
        footer = dict(file.metadata.metadata or {})
        table = file.read()
    cleaned, removed, changed = without(table, known, name, stream)
    told = _manifest(read_manifest(path), removed, known, name, stream)
    if not removed and not changed and told == read_manifest(path):
        return
    footer[MANIFEST_KEY.encode()] = msgspec.json.encode(told)
    footer.pop(b"ARROW:schema", None)
    with committed(path, now) as sink:
        schema = cleaned.schema.with_metadata(footer)
        with writer(sink, schema) as out:
            for batch in cleaned.to_batches(max_chunksize=20_000):
                out.write_batch(batch)


def without(table: pa.Table, known: Guard, name: str, stream: Stream) -> tuple[pa.Table, int, int]:
    """Return landed rows without the erased, and how many rows went, and were changed."""
    kept: list[bool] = []
    if stream.columns is not None:
        own = [column for column in table.column_names if column not in COLUMNS_OF_OURS]
        rows = [
            kept_rows(known, name, stream, table.select(own).slice(place, 1))
            for place in range(table.num_rows)
        ]
        kept = [bool(row.num_rows) for row in rows]
        native = pa.concat_tables([table.select(own).slice(0, 0), *rows])
        left = table.filter(pa.array(kept, pa.bool_()))
        changed = native != left.select(own)
        for place, column in enumerate(left.column_names):
            if column in own:
                left = left.set_column(place, left.schema.field(column), native[column])
        return left, table.num_rows - left.num_rows, int(changed)
    payloads: list[str] = []
    shas: list[bytes] = []
    changes = 0
    for payload, sha in zip(
        table["_payload"].to_pylist(), table["_payload_sha"].to_pylist(), strict=True
    ):
        record = msgspec.Raw(payload.encode())
        left_of = kept_record(known, name, stream, record)
        kept.append(left_of is not None)
        if left_of is None:
            continue
        is_changed = bytes(left_of) != bytes(record)
        changes += is_changed
        payloads.append(bytes(left_of).decode())
        shas.append(xxh3_128_digest(bytes(left_of)) if is_changed else sha)
    left = table.filter(pa.array(kept, pa.bool_()))
    for column, values in (("_payload", payloads), ("_payload_sha", shas)):
        place = left.schema.get_field_index(column)
        field = left.schema.field(place)
        left = left.set_column(place, field, pa.array(values, field.type))
    return left, table.num_rows - left.num_rows, changes


def _manifest(said: Manifest, removed: int, known: Guard, name: str, stream: Stream) -> Manifest:
    """Return what a file says of itself when so many rows are gone."""
    kept = min(said.kept, said.rows - removed)
    return msgspec.structs.replace(
        said,
        rows=said.rows - removed,
        kept=kept,
        new=said.rows - removed - kept,
        errors=[one for one in said.errors if not is_key_of(known, name, stream, one["pk"])],
        source_rows=None if said.source_rows is None else max(0, said.source_rows - removed),
        shown_rows=None if said.shown_rows is None else max(0, said.shown_rows - removed),
    )


def is_key_of(known: Guard, name: str, stream: Stream, pk: str) -> bool:
    """Tell whether a key by itself says that its record is of somebody erased."""
    record: dict[str, Any] = {}
    for path, value in zip(stream.pk, pk.split("|"), strict=False):
        node = record
        *steps, last = path.split(".")
        for step in steps:
            node = node.setdefault(step, {})
        node[last] = value
    return known.owns(name, record) or known.cleaned(pk) != pk


def forget_reasons(path: Path, known: Guard, now: datetime) -> None:
    """Take the erased out of what was said when a file was refused."""
    reasons = reasons_path(path)
    if reasons.exists() and known.cleaned(said := reasons.read_text()) != said:
        with committed(reasons, now) as sink:
            sink.write(known.cleaned(said).encode())
