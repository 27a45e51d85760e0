"""Whether a landed file has the columns of the landing format and the manifest of its place."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from extract.errors import CorruptFile
from extract.lake import read_manifest
from extract.rows import KEYS
from extract.source import Stream, Window


def shape_defects(path: Path, stream: Stream) -> tuple[str, ...]:
    """Say what is wrong with the columns of a file; a file that is no Parquet has one defect."""
    try:
        found = pq.read_schema(path)
    except (OSError, pa.ArrowInvalid) as error:
        return (f"it is no readable Parquet file ({str(error).splitlines()[0]})",)
    wanted = list(KEYS)
    native = stream.columns() if stream.columns else None
    if native is None:
        wanted.append(pa.field("_payload", pa.string()))
    defects = []
    if found.names[: len(wanted)] != [field.name for field in wanted]:
        defects.append(f"it begins with the columns {', '.join(found.names[: len(wanted)])}")
    if native is None and len(found) > len(wanted):
        defects.append(f"it has {len(found) - len(wanted)} columns after _payload")
    for field in [*wanted, *(native or [])]:
        place = found.get_field_index(field.name)
        if place < 0:
            defects.append(f"column {field.name} is missing")
        elif not _same(found.field(place).type, field.type):
            defects.append(f"column {field.name} is {found.field(place).type}, not {field.type}")
    return tuple(defects)


def manifest_defects(
    path: Path, source: str, stream: str, window: Window, rows: int
) -> tuple[str, ...]:
    """Say where the manifest in the footer and the file's place or rows differ."""
    try:
        manifest = read_manifest(path)
    except CorruptFile as error:
        return (f"it has no manifest ({error.seen})",)
    told = (
        ("source", manifest.source, source),
        ("stream", manifest.stream, stream),
        ("window start", manifest.window.start, window.start),
        ("window end", manifest.window.end, window.end),
        ("rows", manifest.rows, rows),
    )
    return tuple(
        f"its manifest says {name} {said}, the file {found}"
        for name, said, found in told
        if said != found
    )


def was_noted(path: Path) -> bool:
    """Tell whether the connector left a note on the file, such as "not exported yet"."""
    try:
        return bool(read_manifest(path).note)
    except CorruptFile:
        return False


def _same(found: pa.DataType, wanted: pa.DataType) -> bool:
    """Compare types; a struct may hold more fields than staging reads."""
    if pa.types.is_struct(found) and pa.types.is_struct(wanted):
        return all(
            (place := found.get_field_index(field.name)) >= 0
            and _same(found.field(place).type, field.type)
            for field in (wanted.field(i) for i in range(wanted.num_fields))
        )
    if pa.types.is_list(found) and pa.types.is_list(wanted):
        return _same(found.value_type, wanted.value_type)
    return bool(found == wanted)
