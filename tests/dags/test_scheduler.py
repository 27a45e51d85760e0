"""Airflow as production runs it: api-server, scheduler and dag-processor over one backfill."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ops import children, publish
from ops import settings as ops_settings
from ops.airflow_home import prepare
from ops.settings import Settings
from ops.world import WorldParameters
from tests.real_airflow import running, until

FIRST = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.mark.slow
def test_a_scheduled_backfill_lands_its_days_and_the_assets_build_the_marts(
    tmp_path: Path, airflow_database: Path
) -> None:
    given = ops_settings.load({"CXW_DATA_DIR": str(tmp_path / "data")}, working_dir=tmp_path)
    world = WorldParameters(5, 60, date(2026, 7, 1))
    decides = {"AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "True"}  # with `cxw run` none does
    clock = FIRST + timedelta(days=6)
    with children.sandbox(world, clock, tmp_path / "sandbox.log") as base_url:
        settings = children.sandboxed(given, base_url)
        with running(
            prepare(settings), airflow_database, "scheduler", "dag-processor", **decides
        ) as airflow:
            for dag_id in ("extract_zendesk", "build_marts"):
                airflow.command("dags", "unpause", dag_id)
            airflow.command(
                *("backfill", "create", "--dag-id", "extract_zendesk"),
                *("--from-date", "2026-07-01", "--to-date", "2026-07-02"),
            )
            ended = "select state from dag_run where run_type = 'backfill' and end_date is not null"
            until(lambda: len(airflow.ask(ended)) == 2)
            assert airflow.ask(ended) == [("success",), ("success",)]
            until(lambda: has_published_calls(settings))  # the first build may begin before them
            built = airflow.ask("select run_type from dag_run where dag_id = 'build_marts'")
            assert {run_type for (run_type,) in built} == {"asset_triggered"}


def has_published_calls(settings: Settings) -> bool:
    consumed = [r.manifest["files_consumed"] for r in publish.releases(settings.data_dir)]
    return any("raw/zendesk/calls" in name for names in consumed for name in names)
