"""Real DAG runs against the simulated company: what lands, what fails alone, who is told."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from ops import children
from ops import settings as ops_settings
from ops.airflow_home import prepare
from ops.catalog import stream_names
from ops.settings import Settings
from ops.world import WorldParameters
from sandbox.clients import CLIENTS
from tests.canary import artefacts_with

FIRST = datetime(2026, 7, 1, tzinfo=UTC)
AIRFLOW = Path(sys.executable).parent / "airflow"


@dataclass
class Pipeline:
    """A sandbox, a DAG runner, and the folder that they work on."""

    settings: Settings
    runner: children.DagRunner
    base_url: str

    def run(self, dag_id: str, day: int, **conf: str) -> dict[str, Any]:
        """Run a DAG for a day of July; return its last word."""
        end = FIRST + timedelta(days=day)
        children.set_clock(f"{self.base_url}/__clock", end + timedelta(minutes=10))
        self.runner.run(dag_id, end, conf)
        return list(self.runner.events())[-1]

    def faults(self, *faults: dict[str, Any]) -> None:
        """Replace the sandbox's faults."""
        url = f"{self.base_url}/__faults"
        httpx.delete(url).raise_for_status()
        if faults:
            httpx.post(url, json=list(faults)).raise_for_status()

    def alerts(self, run: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the alerts of a run."""
        filed = [json.loads(p.read_text()) for p in self.settings.alerts_dir.glob("*.json")]
        return [alert for alert in filed if alert["run_id"] == run["run_id"]]


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    folder = tmp_path_factory.mktemp("pipeline")
    settings = ops_settings.load({"CXW_DATA_DIR": str(folder / "data")}, working_dir=folder)
    world = WorldParameters(5, 60, date(2026, 7, 1))
    logs = settings.data_dir / "logs"
    with children.sandbox(world, FIRST + timedelta(days=1), logs / "sandbox.log") as base_url:
        there = replace(children.sandboxed(settings, base_url), patience_seconds=60)
        with children.dag_runner(there, prepare(there), logs / "airflow.log") as runner:
            yield Pipeline(there, runner, base_url)


def states(run: dict[str, Any], task: str) -> dict[str, str]:
    return {t["label"]: t["state"] for t in run["tasks"] if t["task_id"] == f"stream.{task}"}


def database(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(f"file:{settings.airflow_home}/airflow.db?mode=ro", uri=True) as con:
        return con.execute(sql).fetchall()


def test_a_run_lets_every_stream_into_the_lake(pipeline: Pipeline) -> None:
    run = pipeline.run("extract_zendesk", 1)
    assert run["state"] == "success"
    raw = pipeline.settings.lake / "raw" / "zendesk"
    assert {path.name for path in raw.iterdir()} == set(states(run, "check"))
    names = {path.stem for path in raw.rglob("*.parquet")}
    assert names == {"20260701T000000Z--20260702T000000Z"}
    assert not list((pipeline.settings.lake / "landing").rglob("*.parquet"))


def test_params_widen_the_window(pipeline: Pipeline) -> None:
    run = pipeline.run("extract_hubspot", 3, **{"from": "2026-07-01", "to": "2026-07-04"})
    assert run["state"] == "success"
    names = {p.stem for p in (pipeline.settings.lake / "raw/hubspot/contacts").rglob("*.parquet")}
    assert names == {"20260701T000000Z--20260704T000000Z"}


def test_runs_are_visible_to_airflow(pipeline: Pipeline) -> None:
    run = pipeline.run("extract_zendesk", 2)
    done = subprocess.run(
        [str(AIRFLOW), "dags", "list-runs", "extract_zendesk", "--output", "json"],
        env={"AIRFLOW_HOME": str(pipeline.settings.airflow_home), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    listed = {item["run_id"]: item["state"] for item in json.loads(done.stdout.splitlines()[-1])}
    assert listed[run["run_id"]] == "success"


def test_an_accepted_stream_updates_its_asset_with_facts(pipeline: Pipeline) -> None:
    run = pipeline.run("extract_zendesk", 4)
    rows = database(
        pipeline.settings,
        "select asset.name, asset_event.extra from asset_event join asset on asset.id = asset_id "
        f"where source_run_id = '{run['run_id']}'",
    )
    facts = {name: json.loads(extra) for name, extra in rows}
    assert set(facts) == {f"lake.zendesk.{name}" for name in states(run, "check")}
    assert facts["lake.zendesk.users"]["window"] == "20260704T000000Z--20260705T000000Z"
    assert facts["lake.zendesk.users"]["rows"] >= 0


def test_a_stream_that_fails_stops_no_other_and_leads_to_one_alert(pipeline: Pipeline) -> None:
    assert pipeline.run("extract_zendesk", 4)["state"] == "success"
    pipeline.faults({"path_regex": "/incremental/calls", "times": None, "status": 403})
    run = pipeline.run("extract_zendesk", 5)
    pipeline.faults()
    assert run["state"] == "failed"
    assert states(run, "pull")["calls"] == "failed"
    others = {label: state for label, state in states(run, "check").items() if label.isalpha()}
    assert set(others.values()) == {"success"}
    (alert,) = pipeline.alerts(run)
    assert alert["kind"] == "source_unavailable"
    assert "zendesk.calls 20260705T000000Z--20260706T000000Z" in alert["what"][0]
    assert alert["repeat"][0] == "cxw extract zendesk calls --from 2026-07-05 --to 2026-07-06"
    assert "last good up to 2026-07-05 00:00 UTC" in alert["since"]
    assert "sandbox-zendesk-token" not in json.dumps(alert)


def test_several_failed_streams_are_still_one_alert(pipeline: Pipeline) -> None:
    pipeline.faults({"path_regex": "/zendesk/", "times": None, "status": 401})
    run = pipeline.run("extract_zendesk", 6)
    pipeline.faults()
    (alert,) = pipeline.alerts(run)
    assert len(alert["what"]) == len(stream_names("zendesk"))
    assert alert["repeat"][0] == "cxw extract zendesk --from 2026-07-06 --to 2026-07-07"


def test_what_failed_is_read_when_the_run_is_repeated(pipeline: Pipeline) -> None:
    run = pipeline.run("extract_zendesk", 6)
    assert run["state"] == "success"
    assert pipeline.alerts(run) == []


def test_a_refused_file_stays_out_and_is_told(pipeline: Pipeline) -> None:
    pipeline.faults({"path_regex": "/incremental/users", "times": None, "flip": {"email": 7}})
    run = pipeline.run("extract_zendesk", 7, **{"from": "2026-07-01", "to": "2026-07-08"})
    pipeline.faults()
    assert states(run, "check")["users"] == "failed"
    assert states(run, "check")["tickets"] == "success"
    (alert,) = pipeline.alerts(run)
    assert alert["kind"] == "file_refused"
    assert "cxw extract zendesk users" in alert["text"]


def test_a_source_that_asks_to_wait_longer_than_patience_fails(pipeline: Pipeline) -> None:
    pipeline.faults(
        {
            "path_regex": "/x/",
            "times": None,
            "status": 429,
            "headers": {"x-rate-limit-reset": str(int((FIRST + timedelta(days=3)).timestamp()))},
        }
    )
    run = pipeline.run("extract_x", 1)
    pipeline.faults()
    (alert,) = pipeline.alerts(run)
    assert alert["kind"] == "source_deferred_too_long"
    assert {states(run, "pull")[name] for name in ("mentions", "own_posts")} == {"failed"}


def test_pools_stand_in_airflow(pipeline: Pipeline) -> None:
    wanted = json.loads((pipeline.settings.project_dir / "dags" / "pools.json").read_text())
    found = dict(database(pipeline.settings, "select pool, slots from slot_pool"))
    assert {name: pool["slots"] for name, pool in wanted.items()}.items() <= found.items()


def test_the_watch_says_what_is_late(pipeline: Pipeline) -> None:
    run = pipeline.run("watch_warehouse", 12)
    assert run["state"] == "success"
    filed = [p.name for p in pipeline.settings.alerts_dir.glob("watch_warehouse__*.json")]
    assert any("run_missing__zendesk.tickets" in name for name in filed)
    assert any("marts_stale__release" in name for name in filed)
    before = len(filed)
    pipeline.run("watch_warehouse", 12)
    again = list(pipeline.settings.alerts_dir.glob("watch_warehouse__*.json"))
    assert len(again) == before, "one alert a day and subject"


def test_no_artefact_of_good_and_bad_runs_holds_a_token(pipeline: Pipeline) -> None:
    tokens = [v for told in CLIENTS.values() for v in told.values() if v.startswith("sandbox-")]
    assert len(tokens) >= 4
    assert artefacts_with(pipeline.settings.data_dir, tokens) == []
    assert artefacts_with(pipeline.settings.data_dir, ["extract_zendesk"]), "the search finds"


def test_a_source_that_nobody_configured_is_skipped(pipeline: Pipeline, tmp_path: Path) -> None:
    data = tmp_path / "data"
    values = {"CXW_DATA_DIR": str(data), "CXW_SANDBOX": "off", "CXW_X_BASE_URL": "http://x"}
    alone = ops_settings.load(values, working_dir=tmp_path)
    with children.dag_runner(alone, prepare(alone), tmp_path / "airflow.log") as runner:
        runner.run("extract_hubspot", FIRST + timedelta(days=1), {})
        run = list(runner.events())[-1]
    assert set(states(run, "pull").values()) == {"skipped"}
    assert set(states(run, "check").values()) == {"skipped"}
    assert not list((data / "alerts").rglob("*.json"))
