"""The files of a release on disk: checked, placed, shown, retired, swept."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from extract.errors import CorruptFile, CxwError
from ops import whole_file
from ops.private_build import MARTS, STORAGE_VERSION, copy_file

SERVED = "served"  # stands in a release that was current once


class NotPublishable(CxwError):
    """The build's files are not what BI may be given."""


@contextmanager
def switching(data: Path) -> Iterator[None]:
    """Wait for the short moment in which another process moves `current`."""
    (data / "marts" / "releases").mkdir(parents=True, exist_ok=True)
    with (data / "marts" / ".lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def switch(data: Path, name: str, at: datetime | None = None) -> None:
    """Point `current` at a release in one atomic step, and remember that it was shown.

    `at` is when a release came back into service; a new one was built then.
    """
    marts = data / "marts"
    fresh = marts / ".current"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path("releases") / name)
    os.replace(fresh, marts / "current")
    whole_file.fsync(marts)
    (marts / "releases" / name / SERVED).write_text(at.isoformat() if at else "")


def place(origin: Path, target: Path) -> None:
    """Put a build's file into the stage without copying where the filesystem allows it."""
    try:
        os.link(origin, target)
    except OSError:
        copy_file(origin, target)
    target.chmod(0o444)
    whole_file.fsync(target)


def retire(data: Path, keep: int) -> None:
    """Remove all but the newest releases; the current one always stays."""
    folder = data / "marts" / "releases"
    shown = (data / "marts" / "current").readlink().name
    names = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    for name in names[: -max(keep, 1)]:
        if name != shown:
            _remove(folder / name)


def sweep(data: Path) -> None:
    """Remove what a killed publish left: half a stage, or a release that was never shown."""
    folder = data / "marts" / "releases"
    link = data / "marts" / "current"
    shown = link.readlink().name if link.is_symlink() else None
    for path in folder.iterdir():
        if path.name == shown:
            (path / SERVED).touch()
        elif path.name.startswith(".") or not (path / SERVED).exists():
            _remove(path)


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a small JSON file whole or not at all."""
    whole_file.write(path, json.dumps(content, indent=1, default=str, sort_keys=True) + "\n")


def _remove(path: Path) -> None:
    """Take a release out of sight first, so that a kill never leaves half of it listed."""
    gone = path if path.name.startswith(".") else path.rename(path.with_name(f".gone-{path.name}"))
    shutil.rmtree(gone)


def inspect(path: Path) -> dict[str, int]:
    """Check that a file was closed and that older clients can read it; return rows per mart."""
    wal = path.with_name(path.name + ".wal")
    if wal.exists():
        raise NotPublishable(
            f"{wal.name} lies beside {path.name}",
            "the build was not closed, so its last changes are not in the file",
            "run `cxw build` again; it starts from the current release",
        )
    try:
        with duckdb.connect(str(path), read_only=True) as con:
            tags = con.execute("select tags from duckdb_databases() where not internal").fetchall()
            tables = con.execute(
                "select schema_name, table_name from duckdb_tables() order by all"
            ).fetchall()
            rows = {
                name: con.execute(f'select count(*) from "{schema}"."{name}"').fetchall()[0][0]  # noqa: S608
                for schema, name in tables
                if path.name == MARTS
            }
    except duckdb.Error as error:
        raise CorruptFile(
            f"{path.name} cannot be opened read-only ({str(error).splitlines()[0]})",
            "it is damaged or still being written",
            "close the writer or run `cxw build` again; the current release is untouched",
        ) from error
    version = str(tags[0][0].get("storage_version", "none"))
    strays = sorted({s for s, _ in tables if s != "marts"}) if path.name == MARTS else []
    if version != f"{STORAGE_VERSION}+" or strays:
        raise NotPublishable(
            f"{path.name}: storage version {version}, schemas beside marts: {strays or 'none'}",
            f"BI drivers read {STORAGE_VERSION}, and may see nothing but marts",
            "run `cxw build --full-refresh`: it makes both files anew",
        )
    return rows
