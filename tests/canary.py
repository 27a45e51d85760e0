"""Look for words that must stand nowhere: in every file under a folder, packed ones unpacked."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq


def artefacts_with(folder: Path, words: Sequence[str]) -> list[str]:
    """Return `file: word` for every word that a file holds, as text or inside its columns."""
    wanted = [(word, word.encode()) for word in words]
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return [
        f"{path.relative_to(folder)}: {word}"
        for path in files
        for content in contents(path)
        for word, sought in wanted
        if sought in content
    ]


def contents(path: Path) -> Iterator[bytes]:
    """Yield what a file holds: its bytes, and its tables without compression."""
    yield path.read_bytes()
    if path.suffix == ".parquet":
        yield unpacked(pq.read_table(path))
        yield repr(pq.read_metadata(path).metadata).encode()
    elif path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as con:
            tables = con.execute(
                "select schema_name, table_name from duckdb_tables() where not internal"
            ).fetchall()
            for schema, name in tables:
                yield unpacked(con.execute(f'from "{schema}"."{name}"').to_arrow_table())


def unpacked(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()
