"""What a build takes in, and what it says when dbt fails."""

import errno
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from extract.errors import CorruptFile, DiskFull
from extract.lake import MANIFEST_KEY, landed_path
from extract.source import Window
from ops import build, publish, steps
from ops.dbt import BuildFailed, DbtPaths, run_dbt
from ops.settings import Settings

NOW = datetime(2026, 7, 3, tzinfo=UTC)
WINDOW = Window(datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 2, tzinfo=UTC))


def accept(lake: Path, stream: str, said: str = "first") -> Path:
    path = landed_path(lake, "raw", "zendesk", stream, WINDOW)
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.table({"_pk": ["1"]}).replace_schema_metadata({MANIFEST_KEY: said})
    pq.write_table(table, path)
    return path


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    duckdb.connect(str(path)).close()
    return path


def test_a_file_is_taken_in_once(tmp_path: Path, warehouse: Path) -> None:
    accept(tmp_path, "tickets")
    fresh = build.new_files(tmp_path, build.consumed(warehouse))
    assert [file.stream for file in fresh] == ["zendesk.tickets"]
    build.record(warehouse, 1, fresh)
    assert build.new_files(tmp_path, build.consumed(warehouse)) == []


def test_a_file_that_was_copied_is_not_new(tmp_path: Path, warehouse: Path) -> None:
    path = accept(tmp_path, "tickets")
    build.record(warehouse, 1, build.new_files(tmp_path, {}))
    os.utime(path, ns=(1, 1))
    assert build.new_files(tmp_path, build.consumed(warehouse)) == []


def test_a_window_that_was_read_again_is_new(tmp_path: Path, warehouse: Path) -> None:
    accept(tmp_path, "tickets")
    build.record(warehouse, 1, build.new_files(tmp_path, {}))
    accept(tmp_path, "tickets", "second")
    fresh = build.new_files(tmp_path, build.consumed(warehouse))
    assert len(fresh) == 1
    build.record(warehouse, 2, fresh)
    assert build.new_files(tmp_path, build.consumed(warehouse)) == []


def test_a_file_without_manifest_is_refused(tmp_path: Path) -> None:
    accept(tmp_path, "tickets").write_bytes(b"PAR1 half a file")
    with pytest.raises(CorruptFile, match="run its window again"):
        build.new_files(tmp_path, {})


def test_files_are_handed_to_dbt_by_stream(tmp_path: Path) -> None:
    paths = {name: accept(tmp_path, name) for name in ("users", "tickets")}
    named = build.by_stream(tmp_path, build.new_files(tmp_path, {}))
    assert named == {f"zendesk.{name}": [str(path)] for name, path in paths.items()}


def test_an_empty_lake_builds_nothing(settings: Settings) -> None:
    assert build.build(settings, NOW) is None
    assert not (settings.data_dir / "marts" / "current").exists()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a dbt project with one good model, one broken one, and a test that finds two rows."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "models").mkdir()
    (folder / "tests").mkdir()
    (folder / "dbt_project.yml").write_text(
        "name: tiny\nversion: '1.0'\nprofile: tiny\nflags: {send_anonymous_usage_stats: false}\n"
    )
    (folder / "profiles.yml").write_text(
        "tiny: {target: dev, outputs: {dev: {type: duckdb, "
        "path: \"{{ env_var('CXW_BUILD_DIR', 'target') }}/warehouse.duckdb\"}}}\n"
    )
    (folder / "models" / "good.sql").write_text("select 1 as id")
    (folder / "models" / "broken.sql").write_text(
        "{{ config(materialized='table') }} select cast('a name' as integer) as id"
    )
    (folder / "tests" / "assert_no_rows.sql").write_text(
        "select * from (values (1), (2)) as t(id) -- {{ ref('good') }}"
    )
    return folder


def run(project: Path, folder: Path, *words: str) -> dict[str, int]:
    paths = DbtPaths(project, folder / "target", folder / "logs" / "dbt")
    return run_dbt([*words], paths, folder, {})


def test_dbt_builds_in_this_process_and_leaves_the_file_closed(
    project: Path, tmp_path: Path
) -> None:
    assert run(project, tmp_path, "run", "--select", "good") == {"success": 1}
    assert not (tmp_path / "warehouse.duckdb.wal").exists()
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as con:
        assert con.execute("select id from good").fetchall() == [(1,)]
    assert "CXW_BUILD_DIR" not in os.environ
    assert (tmp_path / "logs" / "dbt" / "dbt.log").exists()


def test_a_failed_build_names_what_failed_and_no_row(project: Path, tmp_path: Path) -> None:
    with pytest.raises(BuildFailed) as caught:
        run(project, tmp_path, "build")
    said = json.dumps(str(caught.value))
    assert "2 of 3 nodes failed" in said
    assert "broken" in said
    assert "assert_no_rows (2 rows)" in said
    assert "a name" not in said
    assert "logs/dbt/dbt.log" in caught.value.next_step


def test_a_project_that_does_not_load_is_told(project: Path, tmp_path: Path) -> None:
    with pytest.raises(BuildFailed, match="did not start"):
        run(project / "models", tmp_path, "build")


FULL_DISK = """
set -e
mount -t tmpfs -o size=4m tmpfs "$1"
exec "$2" -c "$3" "$1" "$4"
"""
BUILD_BIG = """
import sys
from pathlib import Path
from extract.errors import DiskFull
from ops.dbt import DbtPaths, run_dbt
folder = Path(sys.argv[1])
paths = DbtPaths(Path(sys.argv[2]), folder / "target", folder / "logs")
try:
    run_dbt(["run", "--select", "big"], paths, folder, {})
except DiskFull as error:
    print(error)
"""


def test_a_disk_that_fills_in_a_build_is_told_as_such(project: Path, tmp_path: Path) -> None:
    shell = ["unshare", "--user", "--map-root-user", "--mount", "bash", "-c"]
    probe = subprocess.run(
        [*shell, f"mount -t tmpfs tmpfs {tmp_path}"], check=False, capture_output=True
    )
    if probe.returncode:
        pytest.skip("this machine lets no user mount a small file system")
    larger = shutil.copytree(project, tmp_path.with_name(f"{tmp_path.name}-project"))
    (larger / "models" / "big.sql").write_text(
        "{{ config(materialized='table') }}"
        " select i, md5(cast(i as text)) as hash from range(1000000) as r(i)"
    )
    done = subprocess.run(
        [*shell, FULL_DISK, "-", str(tmp_path), sys.executable, BUILD_BIG, str(larger)],
        cwd=Path(__file__).parents[2],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "the disk filled in the step build" in done.stdout, done.stderr


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        duckdb.IOException('IO Error: Could not write file "a": No space left on device'),
    ],
)
def test_a_disk_that_fills_in_publishing_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fill(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("ops.steps._fingerprint", fill)
    private = publish.open_build(settings.data_dir)
    publish.seal(private, publish.BuildFacts(as_of=NOW, built_at=NOW))
    (private.path / "judged.json").write_text("[]")
    private.close()
    with pytest.raises(DiskFull, match="in the step publish"):
        steps.publish(settings)


def test_only_the_last_judgement_of_a_build_lets_it_be_published(settings: Settings) -> None:
    private = publish.open_build(settings.data_dir)
    private.marts.write_bytes(b"damaged after it was judged")
    publish.seal(private, publish.BuildFacts(as_of=NOW, built_at=NOW))
    stat = private.marts.stat()
    (private.path / "judged.json").write_text(json.dumps([stat.st_size, stat.st_mtime_ns]))
    private.close()
    with pytest.raises(CorruptFile):
        steps.check_marts(settings)
    with pytest.raises(publish.NotPublishable, match="was not judged as it stands now"):
        steps.publish(settings)
