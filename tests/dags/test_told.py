"""What a step raises, in the scheduler's words: skip, come back later, fail for good, try again."""

# ruff: noqa: PLC0415  (Airflow reads its environment when it is imported, so fixtures come first)

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from extract.errors import CredentialsRefused, Defer, DiskFull, SnapshotPast
from ops import settings as ops_settings
from tests.dags.conftest import load_bag

DAG_FILE = """
from _shared import START, told
from airflow.sdk import DAG, task
from trial_behaviour import behave

with DAG("trial", schedule=None, start_date=START, catchup=False):

    @task(retries=1, retry_delay=0.1)
    def step() -> None:
        with told("extract", "x.mentions", "20260701T000000Z--20260702T000000Z"):
            behave()

    step()
"""


@pytest.fixture
def trial(
    bag: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[list[Exception | None]], tuple[str, int, Path]]:
    """Return a function that runs a task whose tries end as listed."""
    folder = tmp_path / "dags"
    folder.mkdir()
    (folder / "trial.py").write_text(DAG_FILE)
    (folder / "trial_behaviour.py").write_text(
        "endings = []\n\ndef behave():\n    ending = endings.pop(0)\n"
        "    if ending is not None:\n        raise ending\n"
    )
    (folder / ".airflowignore").write_text("trial_behaviour.py\n")
    monkeypatch.setenv("CXW_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(__import__("sys").modules, "trial_behaviour", raising=False)

    def run(endings: list[Exception | None]) -> tuple[str, int, Path]:
        import trial_behaviour
        from airflow.dag_processing.bundles.manager import DagBundlesManager
        from airflow.dag_processing.dagbag import sync_bag_to_db

        trial_bag = load_bag(folder)
        DagBundlesManager().sync_bundles_to_db()
        sync_bag_to_db(trial_bag, "dags-folder", None)
        dag = trial_bag.dags["trial"]

        trial_behaviour.endings[:] = endings
        dag_run = dag.test(logical_date=datetime.now(UTC))
        (ti,) = dag_run.get_task_instances()
        failed = ops_settings.load().alerts_dir / "failures"
        return str(ti.state), len(trial_behaviour.endings), failed

    return run


def followed(failed: Path) -> list[tuple[str, str]]:
    """Return the kinds of the lineage events, each pair of one run."""
    folder = failed.parents[1] / "lineage"
    events = [json.loads(line) for path in folder.iterdir() for line in path.open()]
    pairs = list(zip(events[::2], events[1::2], strict=True))
    ids = [(begin["run"]["runId"], end["run"]["runId"]) for begin, end in pairs]
    assert all(begun == ended for begun, ended in ids)
    assert len(set(ids)) == len(ids), "each try is a run of its own"
    assert {event["job"]["name"] for event in events} == {"trial.extract.x.mentions"}
    return [(begin["eventType"], end["eventType"]) for begin, end in pairs]


def test_a_snapshot_of_the_past_is_skipped(trial: Callable[..., Any]) -> None:
    state, left, failed = trial([SnapshotPast("a", "b", "c")])
    assert (state, left) == ("skipped", 0)
    assert not list(failed.rglob("*.json"))
    assert followed(failed) == [("START", "ABORT")]


def test_a_deferred_task_comes_back_without_using_up_a_try(trial: Callable[..., Any]) -> None:
    waits = [Defer(0.5, "a"), Defer(0.5, "a"), Defer(0.5, "a")]
    state, left, failed = trial([*waits, None])
    assert (state, left) == ("success", 0)
    assert not list(failed.rglob("*.json"))
    assert followed(failed) == [("START", "ABORT")] * 3 + [("START", "COMPLETE")]


def test_a_wait_beyond_patience_fails_at_once(trial: Callable[..., Any]) -> None:
    state, left, failed = trial([Defer(10**6, "asks for a week"), None])
    assert (state, left) == ("failed", 1)
    (path,) = failed.rglob("*.json")
    assert json.loads(path.read_text())["kind"] == "source_deferred_too_long"


def test_what_will_not_pass_is_not_tried_again(trial: Callable[..., Any]) -> None:
    state, left, failed = trial([CredentialsRefused("a", "b", "c"), None])
    assert (state, left) == ("failed", 1)
    assert len(list(failed.rglob("*.json"))) == 1


def test_what_passes_when_tried_again_leaves_no_failure(trial: Callable[..., Any]) -> None:
    state, left, failed = trial([DiskFull("a", "b", "c"), None])
    assert (state, left) == ("success", 0)
    assert not list(failed.rglob("*.json"))
    assert followed(failed) == [("START", "FAIL"), ("START", "COMPLETE")]


def test_an_unknown_error_is_tried_again_and_written_down(trial: Callable[..., Any]) -> None:
    state, left, failed = trial([ValueError("token=s3cret"), ValueError("token=s3cret")])
    assert (state, left) == ("failed", 0)
    (path,) = failed.rglob("*.json")
    assert "s3cret" not in path.read_text()
