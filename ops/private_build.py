"""The private build: two DuckDB files that one process at a time writes, unseen by any reader.

A build starts from a copy of the current release's files, so a killed or refused build leaves no
trace in the next one. The kernel's lock names its holder and is freed when the holder dies.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from extract.errors import CxwError, DiskFull

STORAGE_VERSION = "v1.2.0"  # what duckdb 1.2 and later can open; 2.0's own format only 2.0 can
WAREHOUSE = "warehouse.duckdb"
MARTS = "cx_warehouse.duckdb"
RESERVE = 256 * 2**20


class BuildLocked(CxwError):
    """Another process writes a build."""


class NoBuild(CxwError):
    """There is no finished build to go on with."""


@dataclass(frozen=True, slots=True)
class Build:
    """A private build and the lock that makes this process its only writer."""

    data: Path
    number: int
    base: str | None  # the release that it started from; None for the first
    path: Path
    lock: int

    @property
    def warehouse(self) -> Path:
        """Return the file with staging and intermediate tables."""
        return self.path / WAREHOUSE

    @property
    def marts(self) -> Path:
        """Return the file with the marts, which BI will read."""
        return self.path / MARTS

    def close(self) -> None:
        """Let the next writer in; the build's files stay."""
        os.close(self.lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()


def take_lock(path: Path) -> int:
    """Become the only writer, or refuse and name the process that is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.read(handle, 32).decode().strip() or "unknown"
        os.close(handle)
        raise BuildLocked(
            f"process {holder} holds {path.name} of {path.parent.name}/",
            "one process at a time may write a build, or two would overwrite each other",
            f"wait until process {holder} ends, or end it; its lock goes with it",
        ) from None
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
    return handle


def check_room(folder: Path, wanted: int, reserve: int) -> None:
    """Refuse to begin what the disk cannot hold."""
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < wanted + reserve:
        raise DiskFull(
            f"{free / 2**20:,.0f} MB free where {(wanted + reserve) / 2**20:,.0f} MB are needed",
            "the build could fill the disk half way",
            "free space or keep fewer releases, then run the same command again",
        )


def copy_file(origin: Path, target: Path) -> None:
    """Copy a file's bytes; on a filesystem that can, the two share their blocks."""
    with origin.open("rb") as source, target.open("xb") as sink:
        left = os.fstat(source.fileno()).st_size
        while left:
            try:
                done = os.copy_file_range(source.fileno(), sink.fileno(), left)
            except OSError as error:
                if error.errno not in {errno.EXDEV, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}:
                    raise
                shutil.copyfileobj(source, sink, 2**20)
                break
            if not done:
                break
            left -= done


def create_file(path: Path, schema: str) -> None:
    """Create an empty DuckDB file that clients since 1.2 can read."""
    with duckdb.connect() as con:
        con.execute(f"attach '{_quoted(path)}' as made (storage_version '{STORAGE_VERSION}')")
        con.execute(f"create schema if not exists made.{schema}")
        con.execute("detach made")


def start_build(
    data: Path, number: int, base: Path | None, *, reserve: int = RESERVE, is_anew: bool = False
) -> Path:
    """Make the build's folder with its two files, copied from a release or empty."""
    folder = data / "build"
    origins = [base / MARTS, base / "private" / WAREHOUSE] if base else []
    check_room(folder, 2 * sum(origin.stat().st_size for origin in origins), reserve)
    for old in folder.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
    path = folder / f"{number:06d}"
    path.mkdir(mode=0o700)
    try:
        for origin in [] if is_anew else origins:
            copy_file(origin, path / origin.name)
        if is_anew or base is None:
            create_file(path / WAREHOUSE, "main")
            create_file(path / MARTS, "marts")
    except OSError as error:
        shutil.rmtree(path)
        if error.errno != errno.ENOSPC:
            raise
        raise DiskFull(
            f"the disk filled while {origins[0].name if origins else MARTS} was copied",
            "a build needs room for both files",
            "free space, then run the same command again; the current release is untouched",
        ) from None
    (path / "build.json").write_text(json.dumps({"base": base.name if base else None}))
    return path


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def carry_over(origin: Path, target: Path, tables: Iterable[tuple[str, str]]) -> None:
    """Copy tables (schema, name) of a warehouse that are there into another one."""
    with duckdb.connect(str(target)) as con:
        con.execute(f"attach '{_quoted(origin)}' as origin (read_only)")
        there = con.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'origin'"
        ).fetchall()
        for schema, name in sorted(set(there) & set(tables)):
            con.execute(f'create schema if not exists "{schema}"')
            con.execute(f'create table "{schema}"."{name}" as from origin."{schema}"."{name}"')


def finished_build(data: Path) -> Path:
    """Return the folder of the build that was sealed last, or refuse."""
    found = sorted((data / "build").glob("*/sealed.json"))
    if not found:
        raise NoBuild(
            f"no finished build in {data.name}/build/",
            "it was published already, or a build was ended before it finished",
            "run `cxw build`; it starts again from the current release",
        )
    return found[-1].parent
