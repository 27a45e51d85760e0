"""What a second run, a killed run and a reader in the middle of a run see."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import duckdb
import pytest

from extract import SOURCES
from sandbox.clients import CLIENTS
from tests.canary import artefacts_with
from tests.end_to_end.conftest import CXW, Company

# What is about the runs themselves, and so differs between a run and its repetition.
OF_THE_RUNS = {"fct_extract_attempts", "fct_check_results", "agg_freshness", "agg_mart_trust"}
OF_THE_RUNS |= {"dim_checks", "fct_alerts", "fct_reconciliations", "fct_releases"}
# What says when a build first told something: a single build told all of it on its own day.
OF_THE_BUILDS = {"fct_metric_publications", "fct_metric_targets", "identity_resolution"}
CLOSED = {  # the date column of marts with one row per day or per dated event
    "agg_experience_daily": "booked_on",
    "fct_calls": "started_on",
    "fct_web_sessions": "started_on",
    "fct_survey_responses": "submitted_on",
    "fct_mentions": "created_on",
}


def copy_of(other: Company, folder: Path) -> Company:
    """Return the same company with what it has in its lake and its releases."""
    shutil.copytree(other.data, folder / "data", symlinks=True)
    return Company(folder / "data", other.seed, other.customers, other.start, other.until)


def like(other: Company, folder: Path) -> Company:
    """Return the same company before its first run."""
    return Company(folder / "data", other.seed, other.customers, other.start, other.until).prepare()


def tables(release: Path) -> dict[str, list[str]]:
    """Return the marts of a release and their columns, without what tells of the runs."""
    with duckdb.connect(str(release / "cx_warehouse.duckdb"), read_only=True) as con:
        rows = con.execute(
            """select table_name, list(column_name order by column_index)
            from duckdb_columns() where schema_name = 'marts' group by 1 order by 1"""
        ).fetchall()
    return {name: columns for name, columns in rows if name not in OF_THE_RUNS}


def differences(left: Path, right: Path) -> dict[str, int]:
    """Compare two releases row by row; return the rows that only one of them has, by mart."""
    assert tables(left) == tables(right)
    found = {}
    with duckdb.connect() as con:
        con.execute(f"attach '{left}/cx_warehouse.duckdb' as a (read_only)")
        con.execute(f"attach '{right}/cx_warehouse.duckdb' as b (read_only)")
        for name in tables(left):
            told = "columns(lambda name: name <> 'trust_grade')"  # a grade tells of the run
            [(count,)] = con.execute(
                f"""select count(*) from (
                    (select {told} from a.marts.{name} except all select {told} from b.marts.{name})
                    union all
                    (select {told} from b.marts.{name} except all select {told} from a.marts.{name})
                )"""
            ).fetchall()
            if count:
                found[name] = count
    return found


def raw_files(company: Company) -> dict[str, int]:
    raw = company.data / "lake" / "raw"
    return {str(path.relative_to(raw)): path.stat().st_mtime_ns for path in raw.rglob("*.parquet")}


def test_a_second_run_reads_nothing_and_publishes_nothing(company: Company) -> None:
    files, release = raw_files(company), company.release
    printed = company.run()
    assert raw_files(company) == files
    assert company.release == release
    assert "nothing new" in printed


@pytest.mark.slow
def test_all_sources_reach_their_release_and_no_artefact_holds_a_token(tmp_path: Path) -> None:
    whole = Company(tmp_path / "data", 11, 150, "2026-07-01", "2026-07-03", ()).prepare()
    whole.run()
    raw = {(p.parts[-4], p.parts[-3]) for p in (whole.data / "lake" / "raw").rglob("*.parquet")}
    assert raw == {(s.name, stream.name) for s in SOURCES.values() for stream in s.streams}
    tokens = [v for told in CLIENTS.values() for v in told.values() if v.startswith("sandbox-")]
    assert artefacts_with(whole.data, tokens) == []
    assert artefacts_with(whole.data, ["nps_strict"]), "the search finds what is there"


@pytest.mark.slow
def test_one_day_further_adds_that_day_and_changes_no_closed_day(
    small: Company, tmp_path: Path
) -> None:
    longer = copy_of(small, tmp_path)
    before, files = longer.release, raw_files(longer)
    longer.run("2026-07-12")
    new = {name for name in raw_files(longer) if name not in files}
    assert new
    assert all("20260711T000000Z--20260712T000000Z" in name for name in new)
    with duckdb.connect() as con:
        con.execute(f"attach '{before}/cx_warehouse.duckdb' as a (read_only)")
        con.execute(f"attach '{longer.release}/cx_warehouse.duckdb' as b (read_only)")
        for name, day in CLOSED.items():
            provisional = "not is_provisional and " if name != "fct_mentions" else ""
            if name in {"fct_calls", "fct_survey_responses"}:
                provisional = ""
            [(changed, added)] = con.execute(
                f"""select
                    (select count(*) from
                        (select * from a.marts.{name}
                         where {provisional}{day} < date '2026-07-08'
                         except all select * from b.marts.{name})),
                    (select count(*) from b.marts.{name} where {day} = date '2026-07-11')
                """
            ).fetchall()
            assert changed == 0, name
            assert added > 0, name
    fresh = Company(tmp_path / "at-once" / "data", 11, 150, "2026-07-01", "2026-07-12").prepare()
    fresh.run()
    assert set(differences(longer.release, fresh.release)) <= OF_THE_BUILDS


def lake_has_a_file(company: Company) -> bool:
    return any((company.data / "lake" / "raw").rglob("*.parquet"))


def dbt_has_begun(company: Company) -> bool:
    log = company.data / "logs" / "dbt" / "dbt.log"
    return log.exists() and "stg_zendesk__tickets" in log.read_text(errors="ignore")


def publishing_comes_next(company: Company) -> bool:
    return any((company.data / "build").glob("*/judged.json"))


@pytest.mark.slow
def test_a_run_killed_in_each_step_ends_like_one_that_was_not(
    small: Company, tmp_path: Path
) -> None:
    killed = like(small, tmp_path)
    for moment in (lake_has_a_file, dbt_has_begun, publishing_comes_next):
        with subprocess.Popen(
            [str(CXW), *killed.words()],
            cwd=tmp_path,
            env=killed.environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as run:
            while not moment(killed):
                assert run.poll() is None, "the run ended before the moment to kill it came"
                time.sleep(0.02)
            os.killpg(run.pid, signal.SIGKILL)
        assert not (killed.data / "marts" / "current").is_symlink()
    killed.run()
    assert differences(small.release, killed.release) == {}


@pytest.mark.slow
def test_a_reader_sees_one_whole_release_at_all_times(small: Company, tmp_path: Path) -> None:
    read = copy_of(small, tmp_path)
    first = read.release.name
    link = read.data / "marts" / "current" / "cx_warehouse.duckdb"
    sql = """select
        (select max(booked_on) from marts.agg_experience_daily),
        (select max(started_on) from marts.fct_calls),
        (select max(submitted_on) from marts.fct_survey_responses)"""
    seen = []
    with subprocess.Popen(
        [str(CXW), *read.words("2026-07-12")],
        cwd=tmp_path,
        env=read.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as run:
        while run.poll() is None:
            with duckdb.connect(str(link), read_only=True) as con:
                seen.append(con.execute(sql).fetchall()[0])
            time.sleep(0.25)
    with duckdb.connect(str(link), read_only=True) as con:
        seen.append(con.execute(sql).fetchall()[0])
    assert run.returncode == 0
    assert read.release.name != first
    assert len(seen) > 10
    assert len(set(seen)) == 2, "the old release, then the new one, and never a mix"
    assert [str(day) for day in set(seen[0])] == ["2026-07-10"]
    assert [str(day) for day in set(seen[-1])] == ["2026-07-11"]
