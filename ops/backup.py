"""Backup and restore of what cannot be made again: the lake, the release in service, and beside it.

A backup is taken while the pipeline runs. The release comes first and the lake after it, zone by
zone in the direction in which files move: so the lake of a backup holds every file that its release
was built from, and a file that moves meanwhile is met at one place at least. Files of the lake and
of releases are replaced, never written in place, so an open one stays as it is.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import IO

from extract.errors import CxwError
from ops import publish, whole_file
from ops.alerts.machine_seen import note_backup
from ops.backup_store import DamagedBackup, Item, NoBackup, Store
from ops.full_disk import told_when_full
from ops.goals import goals_file
from ops.only_one import only_one
from ops.private_build import MARTS, RESERVE, WAREHOUSE, check_room
from ops.release_files import switch, switching
from ops.settings import Settings

ZONES = ("landing", "refused", "raw")  # as files move; the other folders of the lake follow
AIRFLOW, GOALS, WORLD = "airflow/airflow.db", "goals.csv", "sandbox.json"
PLACES = ("lake", "alerts", "marts", AIRFLOW, GOALS, WORLD)  # what a backup may name
OF_RELEASE = (MARTS, f"private/{WAREHOUSE}", "manifest.json")
STAGE, READY = ".restoring", "READY"
NOT_OURS = {STAGE, "lost+found"}  # what an empty folder may hold: ours, or the file system's


class BackupRunning(CxwError):
    """Another process takes a backup of this folder."""


class NotEmpty(CxwError):
    """A backup is restored into an empty folder only."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds, and what of it had to be copied."""

    name: str
    release: str | None
    files: int
    size: int
    copied: int
    copied_size: int


def backup(settings: Settings, target: str, now: datetime, keep: int) -> Backup:
    """Make a backup; what the target holds is not copied again. Killed, it leaves no backup."""
    data = settings.data_dir
    with _only_one(data) as beside, told_when_full("backup"):
        store = Store(target)
        names = store.names()
        known = {item.path: item for item in store.read(names[-1])[1]} if names else {}
        items: dict[str, Item] = {}
        copied: list[Item] = []
        release = publish.current(data)
        for path, content in _contents(settings, release, beside):
            items[path], is_new = _keep(store, path, content, known.get(path))
            copied += [items[path]] if is_new else []
        name = f"{now:%Y%m%dT%H%M%SZ}"
        said = {
            "made_at": now.isoformat(),
            "release": release.id if release else None,
            "code_version": version("cx-warehouse"),
        }
        store.finish(name, said, items.values())
        store.retire(keep)
        note_backup(data, now)
    sizes = [sum(item.size for item in some) for some in (items.values(), copied)]
    return Backup(name, said["release"], len(items), sizes[0], len(copied), sizes[1])


def restore(settings: Settings, source: str, name: str | None = None) -> Backup:
    """Put a backup's files into an empty data folder; every file is checked before one is shown.

    Run it again after a kill: it goes on when all was checked, else it begins anew.
    """
    data = settings.data_dir
    store = Store(source)
    names = store.names()
    if not names:
        raise NoBackup(
            "no backup there",
            "a backup is one whose list was written, when everything else was there",
            "name the folder or address that was given to `cxw backup`",
        )
    name = name or names[-1]
    stage = data / STAGE
    if not (stage / READY).exists():
        said, items = store.read(name)
        _refuse_full_folder(data)
        _refuse_strange_places(name, items)
        shutil.rmtree(stage, ignore_errors=True)
        check_room(data, sum(item.size for item in items), RESERVE)
        with told_when_full("restore"):
            _fetch(store, name, items, stage)
        os.sync()
        whole_file.write(stage / READY, name)
    name = (stage / READY).read_text()
    said, items = store.read(name)
    note_backup(data, datetime.fromisoformat(said["made_at"]))
    _move_in(data, stage, said["release"])
    size = sum(item.size for item in items)
    return Backup(name, said["release"], len(items), size, len(items), size)


def goals_differ(settings: Settings) -> bool:
    """Tell whether the restored list of goals is another than the project's."""
    kept = settings.data_dir / GOALS
    return kept.exists() and kept.read_bytes() != goals_file(settings).read_bytes()


def _contents(
    settings: Settings, release: publish.Release | None, beside: Path
) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield the name of each file in a backup and its content, still open; the release first."""
    data = settings.data_dir
    if release:
        with ExitStack() as held:  # all three, before the release can be retired
            parts = [held.enter_context((release.path / one).open("rb")) for one in OF_RELEASE]
            for part, content in zip(OF_RELEASE, parts, strict=True):
                yield f"marts/releases/{release.id}/{part}", content
    for path in _files_that_move(settings):
        with suppress(FileNotFoundError), path.open("rb") as content:  # gone: it moved on
            yield path.relative_to(data).as_posix(), content
    others = {WORLD: data / WORLD, GOALS: goals_file(settings)}
    if (data / AIRFLOW).exists():
        others[AIRFLOW] = _copy_of_sqlite(data / AIRFLOW, beside / "airflow.db")
    for name, path in others.items():
        if path.exists():
            with path.open("rb") as content:
                yield name, content


def _files_that_move(settings: Settings) -> Iterator[Path]:
    """Yield the files of the lake and the alerts; a folder is listed when its turn comes."""
    lake = settings.lake
    others = sorted(path.name for path in lake.glob("*") if path.name not in ZONES)
    for folder in [*(lake / name for name in (*ZONES, *others)), settings.alerts_dir]:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.name.startswith("."):  # hidden: half written, or a lock
                yield path


def _keep(store: Store, path: str, content: IO[bytes], before: Item | None) -> tuple[Item, bool]:
    """Keep a file; tell whether its content was new. Unchanged size and time: it is not read."""
    stat = os.fstat(content.fileno())
    size, modified = stat.st_size, stat.st_mtime_ns
    if before and (before.size, before.modified_ns) == (size, modified):
        sha = before.sha
    else:
        sha = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
    item = Item(path, size, modified, sha)
    if store.holds(sha, size):
        return item, False
    content.seek(0)
    store.put(sha, size, content)
    return item, True


def _copy_of_sqlite(origin: Path, target: Path) -> Path:
    """Copy a database while others write to it, as SQLite itself does it."""
    target.unlink(missing_ok=True)
    uri = f"{origin.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
    return target


def _refuse_full_folder(data: Path) -> None:
    found = sorted(path.name for path in data.glob("*") if path.name not in NOT_OURS)
    if found:
        raise NotEmpty(
            f"{data.name}/ holds {', '.join(found[:5])}",
            "a backup beside what is there would be a mixture of two warehouses",
            "set CXW_DATA_DIR to an empty folder, or move this one away",
        )


def _refuse_strange_places(name: str, items: list[Item]) -> None:
    """Refuse a list that would write outside of the data folder."""
    for item in items:
        path = PurePosixPath(item.path)
        is_ours = str(path) in PLACES or path.parts[0] in PLACES[:3]
        if path.is_absolute() or ".." in path.parts or not is_ours:
            raise DamagedBackup(
                f"backup {name} names a file {item.path[:80]!r}",
                "no backup of a warehouse holds a file there",
                "find out who wrote this list, and restore another backup",
            )


def _fetch(store: Store, name: str, items: list[Item], stage: Path) -> None:
    bad = []
    for item in items:
        target = stage / item.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not store.get(item, target):
            bad.append(item.path)
            continue
        os.utime(target, ns=(item.modified_ns, item.modified_ns))
        if item.path.startswith("marts/"):
            target.chmod(0o444)
            target.parent.chmod(0o700 if target.parent.name == "private" else 0o755)
    if bad:
        shutil.rmtree(stage)
        raise DamagedBackup(
            f"{len(bad)} of {len(items):,} files of backup {name} are missing or damaged: "
            f"{', '.join(bad[:3])}",
            "a warehouse is restored whole or not at all",
            f"take another one with --backup: {', '.join(store.names())}",
        )


def _move_in(data: Path, stage: Path, release: str | None) -> None:
    """Put what was checked into its place; the release is shown last."""
    for path in sorted(stage.iterdir()):
        if path.name != READY:
            path.rename(data / path.name)
    if release:
        with switching(data):
            switch(data, release)
    shutil.rmtree(stage)


@contextmanager
def _only_one(data: Path) -> Iterator[Path]:
    """Let one backup of a data folder run; yield a folder for what it copies first."""
    beside = data / ".backup"
    beside.mkdir(mode=0o700, parents=True, exist_ok=True)
    refusal = BackupRunning(
        f"another `cxw backup` of {data.name}/ runs",
        "each of the two would remove what the other one has just copied",
        "wait for it, or end it; its lock goes with it",
    )
    with only_one(beside / "lock", refusal):
        yield beside
        (beside / "airflow.db").unlink(missing_ok=True)
