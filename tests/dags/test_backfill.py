"""`airflow backfill create`: the days become runs of the daily timetable, behind the daily run."""

# ruff: noqa: PLC0415  (Airflow reads its environment when it is imported, so fixtures come first)

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

AIRFLOW = Path(sys.executable).parent / "airflow"
DAYS = ("2026-07-01", "2026-07-03")


def airflow(*words: str) -> str:
    done = subprocess.run(
        [str(AIRFLOW), *words], env=os.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def created(airflow_home: Path) -> list[tuple[Any, ...]]:
    """Create a backfill as the documentation says, and return the runs that it made."""
    airflow("dags", "reserialize")
    airflow(
        *("backfill", "create", "--dag-id", "extract_zendesk"),
        *("--from-date", DAYS[0], "--to-date", DAYS[1]),
    )
    with sqlite3.connect(airflow_home / "airflow.db") as con:
        return con.execute(
            "select run_id, run_type, data_interval_start, data_interval_end, state"
            " from dag_run where run_type = 'backfill' order by logical_date"
        ).fetchall()


def test_each_day_is_a_run_of_its_own_interval(created: list[tuple[Any, ...]]) -> None:
    intervals = [(start[:10], end[:10]) for _, _, start, end, _ in created]
    assert intervals == [
        ("2026-07-01", "2026-07-02"),
        ("2026-07-02", "2026-07-03"),
        ("2026-07-03", "2026-07-04"),
    ]
    assert {state for *_, state in created} == {"queued"}


def test_a_backfill_waits_behind_the_daily_run(created: list[tuple[Any, ...]], bag: Any) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    restored = DagSerialization.from_dict(
        json.loads(json.dumps(DagSerialization.to_dict(bag.dags["extract_zendesk"]), default=str))
    )
    rule = restored.get_task("stream.pull").weight_rule

    class Waiting:
        def __init__(self, run_id: str) -> None:
            self.run_id = run_id

    backfill = rule.get_weight(Waiting(created[0][0]))
    for daily in ("scheduled__2026-09-29T00:00:00+00:00", "manual__2026-09-29T00:00:00+00:00"):
        assert rule.get_weight(Waiting(daily)) > backfill
