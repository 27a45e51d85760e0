"""What earlier runs left in the lake: the keys of streams, and what a run has paid for so far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from extract.errors import CorruptFile
from extract.lake import Manifest, accepted_files, read_manifest
from extract.outcomes import FOLDER


def landed_keys(lake: Path, source: str, streams: Iterable[str]) -> list[str]:
    """Return the keys that the accepted files of some streams hold, each once, in order.

    Only the column of the keys is read, so all of a lake's past costs little.
    """
    keys: set[str] = set()
    for stream in streams:
        for path in accepted_files(lake, source, stream):
            keys.update(_read(path, "_pk")["_pk"].to_pylist())
    return sorted(keys)


def accepted_manifests(lake: Path, source: str, stream: str) -> Iterator[Manifest]:
    """Yield what a stream's accepted files say of themselves, newest first; read when asked for."""
    yield from map(read_manifest, reversed(list(accepted_files(lake, source, stream))))


def reads_of_run(lake: Path, source: str, run_id: str, now: datetime) -> int:
    """Return how many paid records the attempts of a run have read today (UTC), failed ones too.

    A day, because vendors charge by the day, and a run that goes on tomorrow pays anew.
    """
    reads = 0
    for path in (lake / FOLDER / f"dt={now:%Y-%m-%d}").glob(f"{source}.*.parquet"):
        table = _read(path, "run_id", "reads")
        if "reads" in table.column_names and table["run_id"][0].as_py() == run_id:
            reads += table["reads"][0].as_py()
    return reads


def _read(path: Path, *columns: str) -> pa.Table:
    try:
        with pq.ParquetFile(path) as file:
            return file.read(list(columns))
    except (OSError, pa.ArrowException) as error:
        raise CorruptFile(
            f"{'/'.join(path.parts[-5:])} cannot be read ({type(error).__name__})",
            "what earlier runs read would be left out in silence",
            "restore it from a copy, or move it away and run its window again",
        ) from None
