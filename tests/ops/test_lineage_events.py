"""OpenLineage events: what a run read and wrote, whole, and never in the way of a step."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ops import lineage_events
from ops import settings as ops_settings
from ops.dbt import BuildFailed, DbtPaths, run_dbt
from ops.lineage_events import Event, Run, emit, followed, of_step
from ops.settings import Settings
from tests.ops.conftest import NOW
from tests.ops.receivers import Receiver, receiving

# What the specification demands of a run event (openlineage.io/spec/2-0-2), in our words.
FACETS = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "required": ["_producer", "_schemaURL"],
        "properties": {"_schemaURL": {"pattern": "^https://openlineage.io/spec/facets/"}},
    },
}
NAMED = {
    "type": "object",
    "required": ["namespace", "name"],
    "properties": {"namespace": {"minLength": 1}, "name": {"minLength": 1}, "facets": FACETS},
}
RUN_EVENT = {
    "type": "object",
    "required": ["eventType", "eventTime", "producer", "schemaURL", "run", "job"],
    "properties": {
        "eventType": {"enum": ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]},
        "eventTime": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*\+00:00$"},
        "producer": {"type": "string", "pattern": r"^[a-z]+:\S+$"},
        "schemaURL": {"type": "string", "pattern": "^https://openlineage.io/spec/2-0-2/"},
        "run": {
            "type": "object",
            "required": ["runId"],
            "properties": {
                "runId": {"pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
                "facets": FACETS,
            },
        },
        "job": NAMED,
        "inputs": {"type": "array", "items": NAMED, "uniqueItems": True},
        "outputs": {"type": "array", "items": NAMED, "uniqueItems": True},
    },
}
WINDOW = "20260701T000000Z--20260702T000000Z"
STEP = of_step("extract_x", "run", "extract", "x.mentions", WINDOW, NOW)


def told(folder: Path) -> list[Event]:
    """Return the events of all days, each as the specification wants it."""
    lines = [line for path in sorted(folder.glob("*.ndjson")) for line in path.open()]
    events: list[Event] = [json.loads(line) for line in lines]
    for event in events:
        jsonschema.validate(event, RUN_EVENT)
    return events


def kinds(events: list[Event]) -> dict[str, list[str]]:
    """Return the kinds of the events of each run, by its job."""
    runs: dict[tuple[str, str], list[str]] = {}
    for event in events:
        runs.setdefault((event["run"]["runId"], event["job"]["name"]), []).append(
            event["eventType"]
        )
    return {job: found for (_, job), found in runs.items()}


def names(data_sets: list[dict[str, str]]) -> set[str]:
    return {one["name"] for one in data_sets}


def step(settings: Settings, run: Run, ending: BaseException | None = None) -> list[Event]:
    """Let a step end as given; return what was told."""
    raised = pytest.raises(type(ending)) if ending else nullcontext()
    with raised, followed(settings, run, lambda: NOW + timedelta(minutes=1), _waits):
        if ending:
            raise ending
    return told(settings.data_dir / "lineage")


def _waits(error: BaseException) -> bool:
    return isinstance(error, TimeoutError)


@pytest.mark.parametrize(
    ("ending", "kind"),
    [(None, "COMPLETE"), (TimeoutError("later"), "ABORT"), (ValueError("token=s3cret"), "FAIL")],
)
def test_a_step_is_told_from_beginning_to_end(
    settings: Settings, ending: Exception | None, kind: str
) -> None:
    events = step(settings, STEP, ending)
    assert kinds(events) == {"extract_x.extract.x.mentions": ["START", kind]}
    assert "s3cret" not in json.dumps(events)
    assert ("errorMessage" in events[1]["run"]["facets"]) == (kind == "FAIL")
    assert events[0]["run"]["facets"]["nominalTime"]["nominalStartTime"].startswith("2026-07-01")
    assert names(events[0]["inputs"]) == {"x.mentions"}
    judged = of_step("extract_x", "run", "check", "x.mentions", WINDOW, NOW)
    assert set(judged.inputs) == names(events[1]["outputs"]), "a check reads what was landed"
    again = replace(STEP, key="another try")
    assert again.id != STEP.id


def test_events_go_to_the_address_too_and_what_listens_there_stops_no_step(
    settings: Settings,
) -> None:
    with receiving(Receiver) as (catalogue,):
        there = replace(settings, outside={"LINEAGE_URL": catalogue.url, "LINEAGE_KEY": "k"})
        kept = step(there, STEP)
        assert catalogue.received == kept
        catalogue.status = 503
        step(there, STEP)
        assert catalogue.asked == len(kept) + 2
    for address in ("http://127.0.0.1:9/", "no address"):
        step(replace(settings, outside={"LINEAGE_URL": address}), STEP)
    assert len(told(settings.data_dir / "lineage")) == 8


def test_a_folder_that_takes_no_event_stops_no_step(settings: Settings) -> None:
    settings.data_dir.mkdir(parents=True)
    (settings.data_dir / "lineage").write_text("no folder")
    with followed(settings, STEP, lambda: NOW, _waits):
        pass
    assert (settings.data_dir / "lineage").read_text() == "no folder"


def test_the_line_of_a_killed_process_stays_by_itself(settings: Settings) -> None:
    emit(settings, [STEP.event("START", NOW)])
    (path,) = (settings.data_dir / "lineage").iterdir()
    with path.open("a") as file:
        file.write('{"eventType": "COMP')
    emit(settings, [STEP.event("COMPLETE", NOW)])
    first, cut, last = path.read_text().splitlines()
    assert [json.loads(one)["eventType"] for one in (first, last)] == ["START", "COMPLETE"]
    assert cut == '{"eventType": "COMP'


def test_a_month_of_events_is_kept(settings: Settings) -> None:
    for days in (0, 1, 30, 31):
        emit(settings, [STEP.event("START", NOW + timedelta(days=days))])
    kept = sorted(path.stem for path in (settings.data_dir / "lineage").iterdir())
    assert kept == ["2026-09-30", "2026-10-29", "2026-10-30"]


def test_the_address_and_its_key_are_secrets(tmp_path: Path) -> None:
    given = {"CXW_LINEAGE_URL": "http://a:b@c/", "CXW_LINEAGE_KEY": "k3y"}
    settings = ops_settings.load(given, working_dir=tmp_path)
    assert set(given.values()) <= set(ops_settings.secrets(settings))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], list[Event]]:
    """Build a tiny project in which a model breaks; return dbt's manifest and what was told."""
    folder = tmp_path_factory.mktemp("project")
    files = {
        "dbt_project.yml": "{name: tiny, version: '1.0', profile: tiny,"
        " flags: {send_anonymous_usage_stats: false}}",
        "profiles.yml": "tiny: {target: dev, outputs: {dev: {type: duckdb, "
        "path: \"{{ env_var('CXW_BUILD_DIR', '.') }}/warehouse.duckdb\"}}}",
        "models/sources.yml": "sources: [{name: zendesk, tables: [{name: calls}]}]",
        "models/stg_calls.sql": "select 1 as id -- {{ source('zendesk', 'calls') }}",
        "models/fct_calls.sql": "select id from {{ ref('stg_calls') }} join {{ ref('words') }}"
        " using (id)",
        "models/broken.sql": "{{ config(materialized='table') }}"
        " select cast('a name' as integer) as id from {{ ref('fct_calls') }}",
        "models/never.sql": "select id from {{ ref('broken') }}",
        "seeds/words.csv": "id\n1\n",
        "tests/assert_rows.sql": "select id from {{ ref('stg_calls') }} where id is null",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    settings = ops_settings.load({"CXW_DATA_DIR": str(folder / "data")}, working_dir=folder)
    paths = DbtPaths(folder, folder / "target", folder / "logs" / "dbt")
    tell = partial(lineage_events.tell_of_dbt, settings)
    run = of_step("build_marts", "run", "build", "", "", datetime.now(UTC))
    with (
        pytest.raises(BuildFailed),
        followed(settings, run, lambda: datetime.now(UTC), _waits),
    ):
        run_dbt(["build"], paths, folder, {}, tell)
    manifest = json.loads((folder / "target" / "manifest.json").read_text())
    return manifest, told(settings.data_dir / "lineage")


@pytest.mark.slow
def test_models_are_told_from_start_to_end_and_tests_are_no_runs(
    built: tuple[dict[str, Any], list[Event]],
) -> None:
    _, events = built
    assert kinds(events) == {
        "build_marts.build": ["START", "FAIL"],
        "dbt.words": ["START", "COMPLETE"],
        "dbt.stg_calls": ["START", "COMPLETE"],
        "dbt.fct_calls": ["START", "COMPLETE"],
        "dbt.broken": ["START", "FAIL"],
    }, "what was skipped did not run"
    assert "a name" not in json.dumps(events)
    (step_id,) = {e["run"]["runId"] for e in events if e["job"]["name"] == "build_marts.build"}
    models = [event for event in events if event["job"]["name"].startswith("dbt.")]
    assert {e["run"]["facets"]["parent"]["run"]["runId"] for e in models} == {step_id}
    times = {(e["job"]["name"], e["eventType"]): e["eventTime"] for e in models}
    ended = times["dbt.fct_calls", "COMPLETE"]
    assert times["dbt.fct_calls", "START"] <= ended <= times["dbt.broken", "FAIL"]


@pytest.mark.slow
def test_what_models_read_and_write_is_what_the_manifest_says(
    built: tuple[dict[str, Any], list[Event]],
) -> None:
    manifest, events = built
    edges: dict[str, Callable[[str], str]] = {
        "source": lambda key: "lake." + ".".join(key.split(".")[-2:]),
        "model": lambda key: f"warehouse.main.{key.split('.')[-1]}",
        "seed": lambda key: f"warehouse.main.{key.split('.')[-1]}",
    }

    def name_of(key: str) -> str:
        return edges[key.split(".", maxsplit=1)[0]](key)

    for event in events:
        kind = "seed" if event["job"]["name"] == "dbt.words" else "model"
        key = f"{kind}.tiny.{event['job']['name'].removeprefix('dbt.')}"
        if key in manifest["nodes"]:
            assert names(event["inputs"]) == {name_of(one) for one in manifest["parent_map"][key]}
            assert names(event["outputs"]) == {name_of(key)}
    assert len(events) == 10
