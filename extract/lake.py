"""The files of the lake: where they lie, what they hold, and how they are committed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from extract.source import Window

ZONES = ("landing", "raw", "refused")


def landed_path(lake: Path, zone: str, source: str, stream: str, window: Window) -> Path:
    """Return where the file of a window lies in a zone (landing, raw or refused)."""
    day = f"dt={window.start:%Y-%m-%d}"
    return lake / zone / source / stream / day / f"{window.name}.parquet"


def accepted_files(lake: Path, source: str = "*", stream: str = "*") -> Iterator[Path]:
    """Yield the files that the gate has accepted, in the order of their names."""
    yield from sorted((lake / "raw").glob(f"{source}/{stream}/dt=*/*.parquet"))
