"""What a full refresh keeps and what it makes anew; how a memory gets a new column."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from ops import private_build, publish, release_files
from ops.dbt import BuildFailed, DbtPaths, memories, read_project, run_dbt
from ops.private_build import carry_over, create_file
from ops.publish import NotPublishable, current, open_build
from tests.ops.test_publish import facts, fill, release_of

MEMORY = ("intermediate", "memory")


def tables(path: Path) -> list[str]:
    with duckdb.connect(str(path), read_only=True) as con:
        rows = con.execute(
            "select schema_name || '.' || table_name from duckdb_tables() order by 1"
        )
        return [name for (name,) in rows.fetchall()]


def storage(path: Path) -> str:
    with duckdb.connect(str(path), read_only=True) as con:
        [(tags,)] = con.execute("select tags from duckdb_databases() where not internal").fetchall()
    return str(tags["storage_version"])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Publish a release with a memory, and with a mart whose model is gone by now."""
    with open_build(tmp_path, reserve=0) as build:
        fill(build, 10)
        with duckdb.connect(str(build.warehouse)) as con:
            con.execute("create schema intermediate")
            con.execute("create table intermediate.memory as select 7 as seen_first")
        with duckdb.connect(str(build.marts)) as con:
            con.execute("create table marts.retired as select 1 as one")
        publish.publish(build, facts(0))
    return tmp_path


def made_anew(data: Path, day: int) -> publish.Release:
    before = current(data)
    assert before
    with open_build(data, reserve=0, is_anew=True) as build:
        carry_over(before.warehouse, build.warehouse, [MEMORY, ("intermediate", "not_yet")])
        assert tables(build.warehouse) == ["intermediate.memory"]
        fill(build, 10)
        assert current(data) == before, "the old release is served meanwhile"
        return publish.publish(build, facts(day))


def test_a_build_anew_holds_the_memories_alone(data: Path) -> None:
    release = made_anew(data, 1)
    assert tables(release.marts) == ["marts.agg_experience_daily", "marts.fct_calls"]
    with duckdb.connect(str(release.warehouse), read_only=True) as con:
        assert con.execute("select * from intermediate.memory").fetchall() == [(7,)]
    assert release.number == 2
    assert release.manifest["base"] == "20260901T000000Z-000001"


def test_a_new_storage_format_comes_by_a_full_refresh(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (private_build, release_files, publish):
        monkeypatch.setattr(module, "STORAGE_VERSION", "v1.4.0")
    with pytest.raises(NotPublishable, match=r"cxw build --full-refresh"):
        release_of(data, 1, rows=10)
    release = made_anew(data, 1)
    assert [storage(path) for path in (release.marts, release.warehouse)] == ["v1.4.0+"] * 2


def test_a_folder_with_a_quote_in_its_name_is_no_sql(tmp_path: Path) -> None:
    folder = tmp_path / "Ann's; drop"
    folder.mkdir()
    create_file(folder / "a.duckdb", "marts")
    carry_over(folder / "a.duckdb", tmp_path / "b.duckdb", [MEMORY])
    assert (folder / "a.duckdb").exists()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a dbt project with a memory that has a new column, and a fact without a way for it."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "models").mkdir()
    (folder / "dbt_project.yml").write_text(
        "name: tiny\nversion: '1.0'\nprofile: tiny\nflags: {send_anonymous_usage_stats: false}\n"
        "models: {tiny: {+materialized: incremental, +on_schema_change: fail}}\n"
    )
    (folder / "profiles.yml").write_text(
        "tiny: {target: dev, outputs: {dev: {type: duckdb, "
        "path: \"{{ env_var('CXW_BUILD_DIR', 'target') }}/warehouse.duckdb\"}}}\n"
    )
    new = "alter table if exists {{ this }} add column if not exists reason text"
    (folder / "models" / "memory.sql").write_text(
        '{{ config(full_refresh=false, pre_hook="' + new + "\") }} select 2 as id, 'it' as reason"
    )
    (folder / "models" / "fact.sql").write_text("select 2 as id, 'it' as reason")
    return folder


@pytest.fixture
def older(project: Path, tmp_path: Path) -> DbtPaths:
    """Make a warehouse of the models as they were before: without the column."""
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as con:
        for name in ("memory", "fact"):
            con.execute(f"create table {name} as select 1 as id")
    return DbtPaths(project, tmp_path / "target", tmp_path / "logs" / "dbt")


def test_a_memory_gets_a_new_column_and_forgets_nothing(older: DbtPaths, tmp_path: Path) -> None:
    assert memories(read_project(older)) == [("main", "memory")]
    run_dbt(["run", "--select", "memory"], older, tmp_path, {})
    run_dbt(["run", "--select", "memory", "--full-refresh"], older, tmp_path, {})
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as con:
        rows = con.execute("select id, reason from memory order by id").fetchall()
    assert rows == [(1, None), (2, "it"), (2, "it")]


def test_a_fact_that_has_changed_says_which_command_makes_it_anew(
    older: DbtPaths, tmp_path: Path
) -> None:
    with pytest.raises(BuildFailed, match="1 of 1 nodes failed: fact") as caught:
        run_dbt(["run", "--select", "fact"], older, tmp_path, {})
    assert "cxw build --full-refresh" in caught.value.next_step
    run_dbt(["run", "--select", "fact", "--full-refresh"], older, tmp_path, {})
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as con:
        assert con.execute("select * from fact").fetchall() == [(2, "it")]
