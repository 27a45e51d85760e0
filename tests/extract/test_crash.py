"""What is visible after a run was killed or the disk was full."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import msgspec
import pyarrow.parquet as pq
import pytest

from extract.errors import DiskFull
from extract.lake import committed, land, landed_path, sweep
from extract.source import DAY, Batch, Kind, Stream
from tests.extract.northwind import day

ROOT = Path(__file__).parents[2]
NOW = day(2).start
PULLING = """
import os, signal, sys, time
from datetime import datetime, timezone
from pathlib import Path
import msgspec
from extract.lake import land
from extract.source import Batch, Kind, Stream, Window
lake, moment = Path(sys.argv[1]), sys.argv[2]
window = Window.from_name("20260701T000000Z--20260702T000000Z")
def page(n):
    text = b'{"id":%d,"updated_at":"2026-07-01T12:00:00Z","text":"' + b"x" * 800 + b'"}'
    return Batch([msgspec.Raw(text % (n * 1000 + i)) for i in range(1000)])
def pages():
    for n in range(60):
        yield page(n)
        if n == 45 and moment == "reading":
            print("ready", flush=True); time.sleep(60)
real_replace = Path.replace
def replace(self, target):
    if moment == "committing":
        print("ready", flush=True); time.sleep(60)
    return real_replace(self, target)
Path.replace = replace
stream = Stream("tickets", Kind.EVENT, ("id",), None, cursor="updated_at")
land(lake, "acme", stream, window, pages(), now=datetime(2026, 7, 2, tzinfo=timezone.utc))
print("done", flush=True)
"""


def stream(kind: Kind = Kind.ENTITY) -> Stream:
    def never(*_: object) -> Iterator[Batch]:
        raise AssertionError

    return Stream("tickets", kind, ("id",), never, cursor="updated_at")


def batch(first: int, count: int, size: int = 800) -> Batch:
    # random text, which does not compress away
    return Batch(
        [
            msgspec.Raw(
                b'{"id":%d,"updated_at":"2026-07-01T12:00:00Z","text":"%s"}'
                % (first + n, os.urandom(size // 2).hex().encode())
            )
            for n in range(count)
        ]
    )


def visible(lake: Path) -> list[str]:
    found = duckdb.connect().execute(f"select file from glob('{lake}/**/*.parquet')").fetchall()
    return [row[0] for row in found]


@pytest.mark.parametrize("moment", ["reading", "committing"])
def test_killed_run_leaves_nothing_visible_and_a_second_run_lands(
    tmp_path: Path, moment: str
) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", PULLING, str(tmp_path), moment],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.suffix for path in left] == [".tmp"]
    assert left[0].stat().st_size > 0
    assert visible(tmp_path) == []

    manifest = land(tmp_path, "acme", stream(), day(1), [batch(0, 10)], now=NOW)
    assert manifest.rows == 10
    assert len(visible(tmp_path)) == 1
    assert sweep(tmp_path / "landing" / "acme" / "tickets", NOW) == 0  # too young to be sure
    assert sweep(tmp_path / "landing" / "acme" / "tickets", NOW + 2 * DAY) == 1
    assert [path.suffix for path in tmp_path.rglob("*") if path.is_file()] == [".parquet"]


def test_killed_run_leaves_the_file_of_an_earlier_run_as_it_was(tmp_path: Path) -> None:
    land(tmp_path, "acme", stream(Kind.EVENT), day(1), [batch(0, 10)], now=NOW)
    path = landed_path(tmp_path, "landing", "acme", "tickets", day(1))
    before = path.read_bytes()
    with subprocess.Popen(
        [sys.executable, "-c", PULLING, str(tmp_path), "reading"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        child.send_signal(signal.SIGKILL)
    assert path.read_bytes() == before


FILLING = """
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
from tests.extract.test_crash import NOW, batch, day, land, stream
from extract.errors import DiskFull
try:
    pages = (batch(n * 1000, 1000) for n in range(60))
    land(Path(sys.argv[1]), "acme", stream(), day(1), pages, now=NOW)
except DiskFull as error:
    print(error)
"""


def test_file_that_may_not_grow_is_a_full_disk(tmp_path: Path) -> None:
    land(tmp_path, "acme", stream(), day(1), [batch(0, 10)], now=NOW)
    path = landed_path(tmp_path, "landing", "acme", "tickets", day(1))
    before = path.read_bytes()
    done = subprocess.run(
        [sys.executable, "-c", FILLING, str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert "no room left while writing 20260701T000000Z--20260702T000000Z.parquet" in done.stdout
    assert "nothing became visible" in done.stdout
    assert "make room where the lake lies" in done.stdout
    assert path.read_bytes() == before
    assert [path] == [one for one in tmp_path.rglob("*") if one.is_file()]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of two megabytes, where that is allowed."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here; the test of a limited file stands for it")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_full_disk_is_told_and_leaves_nothing_visible(small_disk: Path) -> None:
    with pytest.raises(DiskFull, match="no room left while writing"):
        land(
            small_disk,
            "acme",
            stream(),
            day(1),
            (batch(n * 1000, 1000) for n in range(60)),
            now=NOW,
        )
    assert visible(small_disk) == []
    assert [path for path in small_disk.rglob("*") if path.is_file()] == []
    assert land(small_disk, "acme", stream(), day(1), [batch(0, 10)], now=NOW).rows == 10


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_every_way_of_having_no_room_is_the_same_error(tmp_path: Path, code: int) -> None:
    with pytest.raises(DiskFull), committed(tmp_path / "a" / "b.parquet", NOW):
        raise OSError(code, os.strerror(code))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_other_trouble_with_the_disk_is_passed_on(tmp_path: Path) -> None:
    with pytest.raises(PermissionError), committed(tmp_path / "a" / "b.parquet", NOW):
        raise PermissionError(errno.EACCES, "denied")


MEASURED = """
import sys
from pathlib import Path
from tests.extract.test_crash import NOW, batch, day, land, stream
count = int(sys.argv[2])
pages = (batch(n * 1000, 1000, 2000) for n in range(count))
land(Path(sys.argv[1]), "acme", stream(), day(1), pages, now=NOW)
print(int(Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0]) // 1024)
"""


def test_memory_does_not_grow_with_the_stream(tmp_path: Path) -> None:
    peaks = []
    for count in (60, 180):  # 120 and 360 MB of records
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, str(tmp_path / str(count)), str(count)],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=True,
        )
        peaks.append(int(done.stdout))
        path = landed_path(tmp_path / str(count), "landing", "acme", "tickets", day(1))
        assert pq.read_metadata(path).num_rows == count * 1000
    assert peaks[1] - peaks[0] < 60, f"peak memory {peaks} MB: 240 MB more records"
