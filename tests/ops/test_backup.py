"""A backup is whole or none, costs what is new, and brings back what was there."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import pytest

from ops import backup as backups
from ops.backup import BackupRunning, NotEmpty, backup, restore
from ops.backup_store import DamagedBackup, NoBackup, Store, digest
from ops.publish import current
from ops.settings import ConfigurationError, Settings
from tests.ops.test_publish import builds_seen, release_of

NOW = datetime(2026, 9, 29, 1, tzinfo=UTC)
CXW = Path(sys.executable).parent / "cxw"
LAKE = {
    "landing/zendesk/tickets/dt=2026-09-28/a.parquet": b"waits",
    "raw/zendesk/tickets/dt=2026-09-27/b.parquet": b"accepted",
    "raw/zendesk/users/dt=2026-09-27/b.parquet": b"accepted",  # the same content, kept once
    "refused/x/mentions/dt=2026-09-27/c.parquet": b"refused",
    "refused/x/mentions/dt=2026-09-27/c.parquet.json": b"{}",
    "decisions/identity/one.parquet": b"she called",
    "enrichment/sentiment/ngrams-1/one.parquet": b"scores",
    "operations/extract_attempts/one.parquet": b"attempts",
}


def write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a data folder with something of each kind, and some things that no backup wants."""
    data = tmp_path_factory.mktemp("lived") / "data"
    for name, content in LAKE.items():
        write(data / "lake" / name, content)
    write(data / "lake" / "raw/zendesk/tickets/.moving", b"a lock")
    write(data / "lake" / "raw/zendesk/tickets/dt=2026-09-27/.b.parquet.1.2.tmp", b"half")
    write(data / "alerts" / "one.json", b"{}")
    write(data / "logs" / "airflow.log", b"a log")
    write(data / "sandbox.json", b'{"seed": 7}')
    (data / "airflow").mkdir()
    with closing(sqlite3.connect(data / "airflow" / "airflow.db")) as con:
        con.execute("create table dag_run (run_id text)")
        con.execute("insert into dag_run values ('one')")
        con.commit()
    release_of(data, 0, rows=10)
    release_of(data, 1, rows=10)
    return data


@pytest.fixture
def lived(settings: Settings, folder: Path) -> Settings:
    shutil.copytree(folder, settings.data_dir, symlinks=True)
    return settings


@pytest.fixture
def empty(settings: Settings, tmp_path: Path) -> Settings:
    return replace(settings, data_dir=tmp_path / "another" / "data")


def taken(settings: Settings, target: Path, minutes: int = 0, keep: int = 9) -> backups.Backup:
    return backup(settings, str(target), NOW + timedelta(minutes=minutes), keep)


def environ(data: Path) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("CXW_", "AIRFLOW"))}
    return {**inherited, "CXW_DATA_DIR": str(data)}


def objects(target: Path) -> list[Path]:
    return [path for path in (target / "objects").rglob("*") if path.is_file()]


def listed(target: Path, name: str = "20260929T010000Z") -> set[str]:
    return {item.path for item in Store(str(target)).read(name)[1]}


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def test_what_is_restored_is_what_was_there(
    lived: Settings, empty: Settings, tmp_path: Path
) -> None:
    made = taken(lived, tmp_path / "kept")
    done = restore(empty, str(tmp_path / "kept"))
    assert (done.name, done.files, done.release) == (made.name, made.files, made.release)
    for part in ("lake", "alerts"):
        assert state(empty.data_dir / part) == state(lived.data_dir / part)
    assert (empty.data_dir / "sandbox.json").read_text() == '{"seed": 7}'
    assert not backups.goals_differ(empty)
    assert not (empty.data_dir / "logs").exists()
    assert sorted(path.name for path in empty.data_dir.glob(".*")) == [
        ".backup"
    ]  # when it was taken


def test_the_release_in_service_is_served_again_as_it_was(
    lived: Settings, empty: Settings, tmp_path: Path
) -> None:
    taken(lived, tmp_path / "kept")
    restore(empty, str(tmp_path / "kept"))
    release, lost = current(empty.data_dir), current(lived.data_dir)
    assert release
    assert lost
    assert release.manifest == lost.manifest
    assert builds_seen(empty.data_dir) == [1, 2]
    assert stat.S_IMODE(release.marts.stat().st_mode) == 0o444
    assert stat.S_IMODE(release.warehouse.parent.stat().st_mode) == 0o700
    assert release_of(empty.data_dir, 2, rows=10).number == 3


def test_the_metadata_of_airflow_is_copied_while_it_is_written(
    lived: Settings, empty: Settings, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(lived.data_dir / "airflow" / "airflow.db")) as con:
        con.execute("pragma journal_mode = wal")
        con.execute("insert into dag_run values ('in the log only')")
        con.commit()
        con.execute("insert into dag_run values ('not committed')")
        taken(lived, tmp_path / "kept")
    restore(empty, str(tmp_path / "kept"))
    with closing(sqlite3.connect(empty.data_dir / "airflow" / "airflow.db")) as con:
        assert con.execute("select run_id from dag_run").fetchall() == [
            ("one",),
            ("in the log only",),
        ]


def test_a_second_backup_copies_what_is_new(lived: Settings, tmp_path: Path) -> None:
    target = tmp_path / "kept"
    first = taken(lived, target)
    assert first.copied == first.files - 2, "two contents occur twice, and are kept once"
    before = {path: path.stat().st_mtime_ns for path in objects(target)}
    assert taken(lived, target, 1).copied == 0
    write(lived.lake / "raw/zendesk/tickets/dt=2026-09-28/d.parquet", b"a new day")
    os.utime(
        lived.lake / "decisions/identity/one.parquet", ns=(1, 1)
    )  # another time, the same file
    third = taken(lived, target, 2)
    assert (third.copied, third.copied_size) == (1, len(b"a new day"))
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert stat.S_IMODE(target.stat().st_mode) == 0o700


def test_a_file_that_moves_meanwhile_is_in_the_backup(
    lived: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gate moves a file that was listed in landing/, and another lands and is accepted."""
    waiting = lived.lake / "landing/zendesk/tickets/dt=2026-09-28/a.parquet"
    accepted = lived.lake / "raw/zendesk/tickets/dt=2026-09-28/a.parquet"
    accepted.parent.mkdir()
    listing = backups._files_that_move

    def moving(settings: Settings) -> Iterator[Path]:
        for path in listing(settings):
            if path == waiting:
                waiting.rename(accepted)
            yield path

    monkeypatch.setattr(backups, "_files_that_move", moving)
    taken(lived, tmp_path / "kept")
    assert accepted.relative_to(lived.data_dir).as_posix() in listed(tmp_path / "kept")
    assert waiting.relative_to(lived.data_dir).as_posix() not in listed(tmp_path / "kept")


def test_the_lake_of_a_backup_holds_what_its_release_was_built_from(
    lived: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file lands, is accepted, built and published while the backup is taken."""
    fresh = lived.lake / "raw/zendesk/calls/dt=2026-09-28/e.parquet"
    put = Store.put

    def publishing(store: Store, sha: str, size: int, content: IO[bytes]) -> None:
        if not fresh.exists():
            write(fresh, b"a day more")
            release_of(lived.data_dir, 2, rows=10, keep=1)  # the release before it is retired
        put(store, sha, size, content)

    monkeypatch.setattr(Store, "put", publishing)
    made = taken(lived, tmp_path / "kept")
    release = current(lived.data_dir)
    assert release
    assert made.release != release.id
    names = listed(tmp_path / "kept")
    assert {f"marts/releases/{made.release}/{part}" for part in backups.OF_RELEASE} <= names
    assert fresh.relative_to(lived.data_dir).as_posix() in names


def test_a_backup_that_was_killed_is_none_and_the_next_goes_on(
    lived: Settings, empty: Settings, tmp_path: Path
) -> None:
    target = tmp_path / "kept"
    taken(lived, target)
    for number in range(1500):
        write(lived.lake / f"raw/x/posts/dt=2026-09-28/{number}.parquet", b"%d" % number)
    command = [str(CXW), "backup", str(target)]
    with subprocess.Popen(command, env=environ(lived.data_dir), cwd=tmp_path) as process:
        while len(objects(target)) < 60:
            assert process.poll() is None
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
    assert Store(str(target)).names() == ["20260929T010000Z"]
    restore(empty, str(target))
    assert not (empty.lake / "raw/x").exists(), "the backup before it is whole, and as it was"
    made = taken(lived, target, 1)
    assert 0 < made.copied < 1500
    restore(replace(empty, data_dir=tmp_path / "third"), str(target))
    assert state(tmp_path / "third" / "lake") == state(lived.lake)


@pytest.mark.parametrize("harm", ["changed", "missing", "cut"])
def test_a_damaged_backup_is_refused_and_nothing_is_shown(
    lived: Settings, empty: Settings, tmp_path: Path, harm: str
) -> None:
    target = tmp_path / "kept"
    taken(lived, target)
    (victim,) = [path for path in objects(target) if path.read_bytes() == b"she called"]
    taken(lived, target, 1)
    if harm == "missing":
        victim.unlink()
    else:
        victim.write_bytes(b"she culled" if harm == "changed" else b"she")
    with pytest.raises(DamagedBackup, match=r"1 of \d+ files.*decisions/identity/one\.parquet"):
        restore(empty, str(target))
    assert list(empty.data_dir.iterdir()) == []
    if harm != "changed":  # what has not its size is copied again
        assert taken(lived, target, 2).copied == 1
        restore(empty, str(target))


def test_a_folder_that_holds_something_is_refused_in_three_clauses(
    lived: Settings, tmp_path: Path
) -> None:
    taken(lived, tmp_path / "kept")
    before = state(lived.data_dir)
    with pytest.raises(NotEmpty) as caught:
        restore(lived, str(tmp_path / "kept"))
    assert "data/ holds" in caught.value.seen
    assert "mixture" in caught.value.why
    assert "empty folder" in caught.value.next_step
    assert state(lived.data_dir) == before


def test_without_a_list_there_is_no_backup(
    lived: Settings, empty: Settings, tmp_path: Path
) -> None:
    target = tmp_path / "kept"
    taken(lived, target)
    with pytest.raises(NoBackup, match="20260929T010000Z"):
        restore(empty, str(target), "20260101T000000Z")
    (target / "backups" / "20260929T010000Z.json").unlink()
    with pytest.raises(NoBackup, match="no backup there"):
        restore(empty, str(target))
    assert not empty.data_dir.exists()


@pytest.mark.parametrize(
    "path", ["../../etc/cron.d/x", "lake/../../x", "/etc/passwd", "lists/x", ".ssh/id", "goals"]
)
def test_a_list_that_leads_out_of_the_data_folder_is_refused(
    lived: Settings, empty: Settings, tmp_path: Path, path: str
) -> None:
    target = tmp_path / "kept"
    taken(lived, target)
    file = target / "backups" / "20260929T010000Z.json"
    said = json.loads(file.read_text())
    said["files"][-1][0] = path
    file.write_text(json.dumps(said))
    with pytest.raises(DamagedBackup, match="is not the one that was written"):
        restore(empty, str(target))
    file.write_text(json.dumps({**said, "digest": digest(said["files"])}))
    with pytest.raises(DamagedBackup, match="names a file"):
        restore(empty, str(target))
    assert not empty.data_dir.exists()


def test_old_backups_go_and_what_they_alone_held(
    lived: Settings, empty: Settings, tmp_path: Path
) -> None:
    target = tmp_path / "kept"
    erased = lived.lake / "raw/zendesk/users/dt=2026-09-27/f.parquet"
    write(erased, b"a person")
    taken(lived, target)
    erased.unlink()
    taken(lived, target, 1, keep=2)
    assert b"a person" in [path.read_bytes() for path in objects(target)]
    taken(lived, target, 2, keep=1)
    assert b"a person" not in [path.read_bytes() for path in objects(target)]
    assert Store(str(target)).names() == ["20260929T010200Z"]
    assert restore(empty, str(target)).files == len(listed(target, "20260929T010200Z"))


def test_a_restore_that_was_ended_while_it_moved_files_in_is_run_again(
    lived: Settings, empty: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken(lived, tmp_path / "kept")

    def ended(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(backups, "switch", ended)
        with pytest.raises(KeyboardInterrupt):
            restore(empty, str(tmp_path / "kept"))
    assert current(empty.data_dir) is None
    restore(empty, str(tmp_path / "kept"))
    assert builds_seen(empty.data_dir) == [1, 2]
    with pytest.raises(NotEmpty):
        restore(empty, str(tmp_path / "kept"))


def test_a_backup_lies_in_any_store_that_fsspec_opens(lived: Settings, empty: Settings) -> None:
    made = backup(lived, "memory://kept", NOW, 3)
    assert backup(lived, "memory://kept", NOW + timedelta(hours=1), 1).copied == 0
    assert restore(empty, "memory://kept").files == made.files
    assert state(empty.lake) == state(lived.lake)


def test_a_store_that_cannot_be_opened_is_told(lived: Settings) -> None:
    with pytest.raises(ConfigurationError, match="s3fs"):
        backup(lived, "s3://kept/here", NOW, 3)


def test_two_backups_at_once_are_refused(lived: Settings, tmp_path: Path) -> None:
    with backups._only_one(lived.data_dir), pytest.raises(BackupRunning, match="wait for it"):
        taken(lived, tmp_path / "kept")


def test_the_commands_say_what_is_kept_and_what_is_not(lived: Settings, tmp_path: Path) -> None:
    def cxw(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(CXW), *words],
            cwd=tmp_path,
            env=environ(data),
            check=False,
            capture_output=True,
            text=True,
        )

    kept = cxw(lived.data_dir, "backup", "kept")
    assert "release 20260902T000000Z-000002" in kept.stdout, kept.stderr
    done = cxw(tmp_path / "again", "restore", "kept")
    assert "not in it: what landed or was decided after" in done.stdout, done.stderr
    again = cxw(tmp_path / "again", "restore", "kept")
    assert again.returncode == 1
    assert [line.split()[0] for line in again.stderr.splitlines()] == ["seen", "why", "next"]
