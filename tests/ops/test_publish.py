"""A release is whole or absent, whatever happens while it is made."""

from __future__ import annotations

import os
import random
import signal
import stat
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from extract.errors import CorruptFile, DiskFull
from ops.private_build import copy_file
from ops.publish import (
    Build,
    BuildFacts,
    BuildLocked,
    NoBuild,
    NoSuchRelease,
    NotPublishable,
    OlderRelease,
    Release,
    ReleaseMoved,
    current,
    open_build,
    publish,
    releases,
    reopen_build,
    seal,
)
from ops.rollback import rollback

ROOT = Path(__file__).resolve().parents[2]
FIRST_DAY = datetime(2026, 9, 1, tzinfo=UTC)
AGAIN = FIRST_DAY + timedelta(days=30)


def facts(day: int) -> BuildFacts:
    moment = FIRST_DAY + timedelta(days=day)
    return BuildFacts(as_of=moment, built_at=moment + timedelta(minutes=20), files=(f"day {day}",))


def fill(build: Build, rows: int = 1000) -> None:
    """Write the build's number into every row of two marts and of one private table."""
    with duckdb.connect(str(build.marts)) as con:
        for mart in ("fct_calls", "agg_experience_daily"):
            con.execute(
                f"create or replace table marts.{mart} as "
                f"select range as call_key, {build.number} as build_number from range({rows})"
            )
    with duckdb.connect(str(build.warehouse)) as con:
        con.execute("create table if not exists built (number integer)")
        con.execute("insert into built values (?)", [build.number])


def release_of(data: Path, day: int, rows: int = 1000, keep: int = 5, reserve: int = 0) -> Release:
    with open_build(data, reserve=reserve) as build:
        fill(build, rows)
        return publish(build, facts(day), keep=keep)


def builds_seen(data: Path) -> list[int]:
    """Return the builds that the current release's private state remembers."""
    release = current(data)
    assert release
    with duckdb.connect(str(release.warehouse), read_only=True) as con:
        return [row[0] for row in con.execute("select number from built order by all").fetchall()]


def test_publish_makes_a_release_that_says_what_it_is(tmp_path: Path) -> None:
    release_of(tmp_path, 0)
    release = release_of(tmp_path, 1, rows=1200)
    assert release.id == "20260902T000000Z-000002"
    assert current(tmp_path) == release
    assert release.manifest["files_consumed"] == ["day 1"]
    assert release.manifest["rows"] == {"agg_experience_daily": 1200, "fct_calls": 1200}
    assert release.manifest["changes"]["fct_calls"] == {
        "before": 1000,
        "after": 1200,
        "added": 1200,
        "removed": 1000,
        "changed": 0,
        "columns_added": [],
        "columns_removed": [],
    }
    assert release.manifest["base"] == "20260901T000000Z-000001"
    assert not list((tmp_path / "build").glob("0*"))


def test_publish_makes_files_read_only_and_the_private_folder_private(tmp_path: Path) -> None:
    release = release_of(tmp_path, 0)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (release.marts, release.warehouse)]
    assert modes == [0o444, 0o444]
    assert stat.S_IMODE((release.path / "private").stat().st_mode) == 0o700


def test_a_build_starts_from_the_current_release(tmp_path: Path) -> None:
    for day in range(3):
        release_of(tmp_path, day)
    assert builds_seen(tmp_path) == [1, 2, 3]


def test_a_release_keeps_the_storage_version_that_older_clients_read(tmp_path: Path) -> None:
    release_of(tmp_path, 0)
    release = release_of(tmp_path, 1)
    for path in (release.marts, release.warehouse):
        with duckdb.connect(str(path), read_only=True) as con:
            tags = con.execute("select tags from duckdb_databases() where not internal").fetchall()
        assert tags == [({"storage_version": "v1.2.0+"},)]


def test_publish_refuses_a_file_that_only_the_newest_client_reads(tmp_path: Path) -> None:
    with open_build(tmp_path) as build:
        build.marts.unlink()
        with duckdb.connect(str(build.marts)) as con:
            con.execute("create schema marts; create table marts.t as select 1 as a")
        with pytest.raises(NotPublishable, match=r"BI drivers read v1\.2\.0"):
            publish(build, facts(0))
    assert current(tmp_path) is None


def test_publish_refuses_a_marts_file_that_holds_staging(tmp_path: Path) -> None:
    with open_build(tmp_path) as build:
        with duckdb.connect(str(build.marts)) as con:
            con.execute("create schema staging; create table staging.stg_x as select 1 as a")
        with pytest.raises(NotPublishable, match="may see nothing but marts"):
            publish(build, facts(0))


def test_publish_refuses_a_build_that_was_not_closed(tmp_path: Path) -> None:
    release = release_of(tmp_path, 0)
    with open_build(tmp_path) as build:
        child = subprocess.run(
            [sys.executable, "-c", WRITE_AND_DIE, str(build.marts)], check=False, timeout=60
        )
        assert child.returncode == -signal.SIGKILL
        with pytest.raises(NotPublishable, match=r"cx_warehouse\.duckdb\.wal lies beside"):
            publish(build, facts(1))
    assert current(tmp_path) == release


WRITE_AND_DIE = """
import duckdb, os, signal, sys
con = duckdb.connect(sys.argv[1])
con.execute("create table marts.late as select 1 as a")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_publish_refuses_a_damaged_file(tmp_path: Path) -> None:
    release = release_of(tmp_path, 0)
    with open_build(tmp_path) as build:
        with build.marts.open("r+b") as handle:
            handle.truncate(5000)
        with pytest.raises(CorruptFile, match="current release is untouched"):
            publish(build, facts(1))
    assert current(tmp_path) == release


def test_a_second_writer_is_refused_and_told_who_holds_the_build(tmp_path: Path) -> None:
    with open_build(tmp_path), pytest.raises(BuildLocked, match=f"process {os.getpid()} holds"):
        open_build(tmp_path)
    open_build(tmp_path).close()


HOLD = """
import sys, time
from pathlib import Path
from ops.publish import open_build
build = open_build(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(600)
"""


def child(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_lock_is_free_again_when_its_holder_is_killed(tmp_path: Path) -> None:
    holder = child(HOLD, str(tmp_path))
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(BuildLocked, match=f"process {holder.pid} holds"):
        open_build(tmp_path)
    holder.kill()
    holder.wait()
    with open_build(tmp_path) as build:
        assert build.number == 1


def test_publish_refuses_an_older_as_of_unless_asked(tmp_path: Path) -> None:
    release_of(tmp_path, 5)
    with open_build(tmp_path) as build:
        fill(build)
        with pytest.raises(OlderRelease, match="BI would lose days"):
            publish(build, facts(4))
        assert publish(build, facts(4), allow_older=True).as_of == FIRST_DAY + timedelta(days=4)


def test_publish_refuses_when_another_release_became_current_meanwhile(tmp_path: Path) -> None:
    release_of(tmp_path, 0)
    release_of(tmp_path, 1)
    with open_build(tmp_path) as build:
        fill(build)
        shown = rollback(tmp_path, AGAIN)
        with pytest.raises(ReleaseMoved, match=f"started from .*-000002, but {shown.id} is"):
            publish(build, facts(2))
    assert current(tmp_path) == shown


def test_rollback_shows_the_release_before_and_the_next_build_starts_there(tmp_path: Path) -> None:
    for day in range(3):
        release_of(tmp_path, day)
    release = rollback(tmp_path, AGAIN)
    assert (release.number, release.shown_at) == (2, AGAIN)
    release = release_of(tmp_path, 2)
    assert (release.number, release.shown_at) == (4, release.built_at)
    assert builds_seen(tmp_path) == [1, 2, 4]


def test_rollback_goes_to_a_named_release(tmp_path: Path) -> None:
    for day in range(3):
        release_of(tmp_path, day)
    assert rollback(tmp_path, AGAIN, "20260901T000000Z-000001").number == 1
    assert rollback(tmp_path, AGAIN, "20260903T000000Z-000003").number == 3


@pytest.mark.parametrize(("to", "says"), [(None, "nothing to go back to"), ("x", "'x' is not")])
def test_rollback_refuses_and_lists_what_stands(tmp_path: Path, to: str | None, says: str) -> None:
    release = release_of(tmp_path, 0)
    with pytest.raises(NoSuchRelease, match=says) as refusal:
        rollback(tmp_path, AGAIN, to)
    assert release.id in str(refusal.value)


def test_rollback_refuses_a_damaged_release(tmp_path: Path) -> None:
    first = release_of(tmp_path, 0)
    second = release_of(tmp_path, 1)
    first.marts.chmod(0o644)
    first.marts.write_bytes(b"not a database")
    with pytest.raises(CorruptFile):
        rollback(tmp_path, AGAIN)
    assert current(tmp_path) == second


def test_retention_keeps_the_newest_and_the_current(tmp_path: Path) -> None:
    for day in range(4):
        release_of(tmp_path, day, keep=3)
    assert [release.number for release in releases(tmp_path)] == [2, 3, 4]
    rollback(tmp_path, AGAIN, releases(tmp_path)[0].id)
    release_of(tmp_path, 4, keep=3)
    assert [release.number for release in releases(tmp_path)] == [3, 4, 5]


def test_a_sealed_build_is_published_by_a_later_process(tmp_path: Path) -> None:
    with open_build(tmp_path) as build:
        fill(build)
        seal(build, facts(0))
    build, said = reopen_build(tmp_path)
    with build:
        assert said == facts(0)
        assert publish(build, said).number == 1
    with pytest.raises(NoBuild, match="it was published already"):
        reopen_build(tmp_path)


def test_an_unsealed_build_is_thrown_away(tmp_path: Path) -> None:
    release_of(tmp_path, 0)
    with open_build(tmp_path) as build:
        fill(build)
    with pytest.raises(NoBuild):
        reopen_build(tmp_path)
    release_of(tmp_path, 1)
    assert builds_seen(tmp_path) == [1, 2]


def test_a_build_is_refused_when_the_disk_has_no_room(tmp_path: Path) -> None:
    release = release_of(tmp_path, 0)
    with pytest.raises(DiskFull, match="MB free where"):
        open_build(tmp_path, reserve=2**60)
    assert not list((tmp_path / "build").glob("0*"))
    assert current(tmp_path) == release
    open_build(tmp_path).close()


FULL_DISK = """
set -e
mount -t tmpfs -o size=6m tmpfs "$1"
exec "$2" -c "$3" "$1"
"""
FILL_THE_DISK = """
import shutil
import sys
from pathlib import Path
from extract.errors import DiskFull
from tests.ops.test_publish import release_of, current
from ops.publish import open_build
data = Path(sys.argv[1])
release = release_of(data, 0, rows=200_000)
(data / "ballast").write_bytes(b"x" * (shutil.disk_usage(data).free - 2**16))
try:
    open_build(data, reserve=-2**40)
except DiskFull as error:
    print(error)
assert current(data) == release
assert not list((data / "build").glob("0*"))
(data / "ballast").unlink()
open_build(data, reserve=0).close()
print("recovered")
"""


def test_a_disk_that_fills_while_copying_leaves_the_release_untouched(tmp_path: Path) -> None:
    shell = ["unshare", "--user", "--map-root-user", "--mount", "bash", "-c", FULL_DISK, "-"]
    probe = subprocess.run(
        [*shell[:5], "-c", f"mount -t tmpfs tmpfs {tmp_path}"], check=False, capture_output=True
    )
    if probe.returncode:
        pytest.skip("this machine lets no user mount a small file system")
    done = subprocess.run(
        [*shell, str(tmp_path), sys.executable, FILL_THE_DISK],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "the disk filled while" in done.stdout, done.stderr
    assert "recovered" in done.stdout, done.stderr


def test_copy_file_copies_every_byte(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(os.urandom(3_000_001))
    copy_file(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    with pytest.raises(FileExistsError):
        copy_file(tmp_path / "a", tmp_path / "b")


READ = """
import sys, time
from pathlib import Path
import duckdb
path, stop = Path(sys.argv[1]) / "marts/current/cx_warehouse.duckdb", Path(sys.argv[2])
reads, seen = 0, set()
while not stop.exists():
    with duckdb.connect(str(path), read_only=True) as con:
        found = {
            number
            for mart in ("fct_calls", "agg_experience_daily")
            for (number,) in con.execute(f"from marts.{mart} select build_number").fetchall()
        }
    assert len(found) == 1, f"a mix of releases: {found}"
    seen |= found
    reads += 1
print(reads, len(seen))
"""


def test_readers_see_whole_releases_while_others_are_published(tmp_path: Path) -> None:
    release_of(tmp_path, 0)
    stop = tmp_path / "stop"
    readers = [child(READ, str(tmp_path), str(stop)) for _ in range(2)]
    for day in range(1, 17):
        release_of(tmp_path, day, keep=3)
        if day % 5 == 0:
            rollback(tmp_path, AGAIN)
    time.sleep(1)
    stop.touch()
    for reader in readers:
        out, err = reader.communicate(timeout=60)
        assert reader.returncode == 0, err
        reads, seen = map(int, out.split())
        assert reads > 10
        assert seen > 1


PUBLISH_FOR_EVER = """
import sys
from pathlib import Path
from tests.ops.test_publish import release_of, current
data = Path(sys.argv[1])
print("ready", flush=True)
while True:
    release_of(data, (current(data).number if current(data) else 0), rows=50_000, keep=3)
"""


def whole(release: Release) -> bool:
    with duckdb.connect(str(release.marts), read_only=True) as con:
        numbers = con.execute(
            "select distinct build_number from marts.fct_calls "
            "union select distinct build_number from marts.agg_experience_daily"
        ).fetchall()
    with duckdb.connect(str(release.warehouse), read_only=True) as con:
        remembered = con.execute("select max(number) from built").fetchall()
    return numbers == remembered == [(release.number,)]


@pytest.mark.parametrize("kills", [5, pytest.param(40, marks=pytest.mark.slow)])
def test_kills_at_random_moments_leave_a_whole_release(tmp_path: Path, kills: int) -> None:
    seed = random.Random(20260929)  # noqa: S311
    began = time.perf_counter()
    release_of(tmp_path, 0, rows=50_000)
    takes = time.perf_counter() - began  # a slow machine is killed as often in the same places
    numbers = []
    for _ in range(kills):
        publisher = child(PUBLISH_FOR_EVER, str(tmp_path))
        assert publisher.stdout
        assert publisher.stdout.readline() == "ready\n"
        time.sleep(seed.uniform(0, 3 * takes))
        publisher.kill()
        publisher.wait()
        release = current(tmp_path)
        if release:
            assert whole(release)
            numbers.append(release.number)
        served = [r for r in releases(tmp_path) if (r.path / "served").exists()]
        assert all(whole(one) for one in served)
    assert numbers == sorted(numbers)
    assert numbers[-1] > 1
    last = release_of(tmp_path, numbers[-1] + 1, keep=3)
    assert last.number == numbers[-1] + 1
    assert builds_seen(tmp_path) == list(range(1, last.number + 1))
    assert len(releases(tmp_path)) <= 3
    assert not [p for p in (tmp_path / "marts/releases").iterdir() if p.name.startswith(".")]


@pytest.mark.parametrize("moment", ["before the switch", "after the switch"])
def test_a_publish_killed_in_its_last_steps_is_repeated_with_the_same_result(
    tmp_path: Path, moment: str
) -> None:
    release_of(tmp_path, 0)
    with open_build(tmp_path) as build:
        fill(build)
        seal(build, facts(1))
    stops_at: Callable[[str], str] = (
        "import os, sys, signal; from pathlib import Path; import ops.publish as p\n"
        "def die(*_): os.kill(os.getpid(), signal.SIGKILL)\n"
        "p.{} = die\n"
        "build, facts = p.reopen_build(Path(sys.argv[1])); p.publish(build, facts)"
    ).format
    name = "switch" if moment == "before the switch" else "retire"
    killed = child(stops_at(name), str(tmp_path))
    assert killed.wait(60) == -signal.SIGKILL
    shown = current(tmp_path)
    assert shown
    assert shown.number == (1 if moment == "before the switch" else 2)
    build, said = reopen_build(tmp_path)
    with build:
        release = publish(build, said)
    assert release.number == 2
    assert [r.number for r in releases(tmp_path)] == [1, 2]
    assert builds_seen(tmp_path) == [1, 2]
