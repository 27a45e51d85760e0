"""What is seen of Airflow from outside, on the tables of the real version."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ops.alerts import airflow_seen, filed, tiers, watch
from ops.alerts.finding import Finding
from ops.settings import Settings
from tests.ops.receivers import Receiver

NOW = datetime(2026, 9, 29, 3, 14, tzinfo=UTC)
LIMITS = tiers.load().watch
JOBS = ("SchedulerJob", "DagProcessorJob", "TriggererJob")


class Metadata:
    """A copy of the database, to write into what Airflow would."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def run(self, sql: str, *values: object) -> None:
        with closing(sqlite3.connect(self.path)) as con, con:
            con.execute(sql, values)

    def beat(self, job: str, at: datetime) -> None:
        self.run(
            "insert into job (job_type, state, latest_heartbeat) values (?, 'running', ?)",
            *(job, f"{at:%Y-%m-%d %H:%M:%S.%f}"),
        )

    def dag(self, dag_id: str, due: datetime, **flags: bool) -> None:
        self.run("insert or ignore into dag_bundle (name, active) values ('dags-folder', 1)")
        row = {
            "dag_id": dag_id,
            "bundle_name": "dags-folder",
            "max_active_tasks": 16,
            "max_consecutive_failed_dag_runs": 0,
            "fail_fast": False,
            "has_task_concurrency_limits": False,
            "timetable_type": "",
            "partition_mapper_info": "[]",
            "next_dagrun_create_after": f"{due:%Y-%m-%d %H:%M:%S.%f}",
            "is_paused": False,
            "is_stale": False,
            "exceeds_max_non_backfill": False,
            **flags,
        }
        marks = ", ".join("?" for _ in row)
        self.run(f"insert into dag ({', '.join(row)}) values ({marks})", *row.values())


@pytest.fixture
def metadata(airflow_database: Path, tmp_path: Path) -> Metadata:
    path = tmp_path / "airflow.db"
    shutil.copy(airflow_database, path)
    one = Metadata(path)
    for job in JOBS:
        one.beat(job, NOW - timedelta(seconds=20))
    return one


@pytest.fixture
def there(settings: Settings, metadata: Metadata) -> Settings:
    return replace(settings, outside={"AIRFLOW_DATABASE": f"sqlite:///{metadata.path}"})


def seen(settings: Settings, now: datetime = NOW) -> list[Finding]:
    return list(airflow_seen.findings(settings, now, LIMITS))


def test_an_airflow_that_lives_is_no_finding(there: Settings) -> None:
    assert seen(there) == []


def test_without_an_address_airflow_is_not_looked_at(settings: Settings) -> None:
    assert seen(settings) == []


@pytest.mark.parametrize("job", JOBS)
def test_a_part_without_heartbeat_is_down_and_nothing_that_follows_is_told(
    there: Settings, metadata: Metadata, job: str
) -> None:
    metadata.run("delete from job where job_type = ?", job)
    metadata.beat(job, NOW - timedelta(minutes=9))
    metadata.dag("extract_zendesk", NOW)
    (finding,) = seen(there)
    assert finding.kind == "airflow_down"
    assert finding.subject == f"airflow.{airflow_seen.PARTS[job]}"
    assert "9 min ago" in finding.what


def test_a_scheduler_that_never_was_is_down_a_triggerer_is_not_wanted(
    there: Settings, metadata: Metadata
) -> None:
    metadata.run("delete from job")
    assert {f.subject for f in seen(there)} == {"airflow.scheduler", "airflow.dag-processor"}


def test_an_import_error_is_told_without_its_text(there: Settings, metadata: Metadata) -> None:
    metadata.run(
        "insert into import_error (timestamp, filename, bundle_name, stacktrace) "
        "values ('2026-09-29 03:00:00', 'extract_x.py', 'dags-folder', ?)",
        "Traceback\n  File x\nValueError: token=s3cret",
    )
    (finding,) = seen(there)
    assert finding.kind == "dag_import_failed"
    assert "x.mentions" in finding.streams
    assert "(ValueError)" in finding.what
    assert "s3cret" not in finding.what


def test_a_run_that_was_not_made_is_told(there: Settings, metadata: Metadata) -> None:
    metadata.dag("extract_zendesk", NOW - timedelta(minutes=20))
    metadata.dag("extract_hubspot", NOW - timedelta(minutes=5))
    metadata.dag("extract_x", NOW - timedelta(days=1), is_paused=True)
    metadata.dag("extract_ga4", NOW - timedelta(days=1), is_stale=True)
    metadata.dag("build_marts", NOW - timedelta(days=1), exceeds_max_non_backfill=True)
    (finding,) = seen(there)
    assert (finding.kind, finding.subject) == ("run_missing", "run.extract_zendesk")


def test_a_database_that_is_gone_is_one_finding(there: Settings, metadata: Metadata) -> None:
    metadata.path.write_bytes(b"no database")
    (finding,) = seen(there)
    assert finding.subject == "airflow.metadata"


@pytest.mark.parametrize(("status", "found"), [(204, 0), (503, 1)])
def test_the_api_server_is_asked(
    settings: Settings, webhook: Receiver, status: int, found: int
) -> None:
    webhook.status = status
    url = webhook.url.partition("/hook")[0]
    assert len(seen(replace(settings, outside={"AIRFLOW_URL": url}))) == found
    assert webhook.asked == 1


def test_a_scheduler_that_died_and_came_back_is_one_alert_and_its_end(
    there: Settings, metadata: Metadata
) -> None:
    later = NOW + timedelta(minutes=8)
    for job in JOBS[1:]:
        metadata.beat(job, later)
    for minute in (4, 5, 6):
        watch.report(there, NOW + timedelta(minutes=minute))
    (one,) = filed.open_ones(there.alerts_dir)
    assert one["subjects"] == ["airflow.scheduler"]
    metadata.beat("SchedulerJob", later)
    watch.report(there, later)
    assert filed.open_ones(there.alerts_dir) == []
