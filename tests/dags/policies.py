"""The rules for DAGs: each returns what breaks it, in words that say how to comply."""

# ruff: noqa: PLC0415  (Airflow reads its environment when it is imported, so fixtures come first)

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

HEADS = ("**What**", "**Reads**", "**Writes**", "**If it fails**", "**Who notices**")
NETWORK_TASKS = {"pull"}
TIERS = {"tier_1", "tier_2", "tier_3"}

Policy = Callable[[Any], Iterator[str]]


def tasks_of(dag: Any) -> list[Any]:
    return list(dag.tasks)


def file_is_named_like_the_dag(dag: Any) -> Iterator[str]:
    if Path(dag.fileloc).stem != dag.dag_id:
        yield f"{dag.dag_id} lies in {Path(dag.fileloc).name}: name the file {dag.dag_id}.py"


def text_has_every_head(dag: Any) -> Iterator[str]:
    for head in HEADS:
        if head not in (dag.doc_md or ""):
            yield f"{dag.dag_id} has no {head}: write it in the docstring, the first statement"


def text_names_a_runbook_that_exists(dag: Any) -> Iterator[str]:
    from ops.alerts.kinds import KINDS

    if not any(f"`{slug}`" in (dag.doc_md or "") for slug in KINDS):
        yield f"{dag.dag_id} names no runbook: say under If it fails which alert kinds can come"


def tags_come_from_the_list(dag: Any) -> Iterator[str]:
    from _shared import Tag

    strange = set(dag.tags) - {str(tag) for tag in Tag}
    if strange:
        yield f"{dag.dag_id} has the tags {sorted(strange)}: use _shared.Tag, or add them there"


def one_tier_is_named(dag: Any) -> Iterator[str]:
    if len(TIERS & set(dag.tags)) != 1:
        yield f"{dag.dag_id} has tags {sorted(dag.tags)}: give exactly one of {sorted(TIERS)}"


def failure_reaches_somebody(dag: Any) -> Iterator[str]:
    if dag.on_failure_callback is None:
        yield f"{dag.dag_id} fails in silence: on_failure_callback=alert_on_failure"


def extraction_has_an_interval(dag: Any) -> Iterator[str]:
    kind = type(dag.timetable).__name__
    if "step_extract" in dag.tags and kind != "CronDataIntervalTimetable":
        yield f"{dag.dag_id} has a {kind}, whose interval is empty: schedule=DAILY"


def start_is_utc(dag: Any) -> Iterator[str]:
    if dag.timezone.utcoffset(dag.start_date) != timedelta(0):
        yield f"{dag.dag_id} counts in {dag.timezone}: start_date=START (UTC)"


def catchup_is_off(dag: Any) -> Iterator[str]:
    if dag.catchup:
        yield f"{dag.dag_id} catches up by itself: catchup=False; gaps are closed by from and to"


def one_run_at_a_time(dag: Any) -> Iterator[str]:
    if dag.max_active_runs != 1:
        yield f"{dag.dag_id} may run {dag.max_active_runs} times at once: max_active_runs=1"


def only_network_tasks_retry(dag: Any) -> Iterator[str]:
    for task in tasks_of(dag):
        name = task.task_id.rpartition(".")[2]
        if name in NETWORK_TASKS and not task.retries:
            yield f"{dag.dag_id}.{task.task_id} talks to the network: give it NETWORK_RETRIES"
        if name not in NETWORK_TASKS and task.retries:
            yield f"{dag.dag_id}.{task.task_id} retries: what fails here fails again"


def pools_exist(dag: Any) -> Iterator[str]:
    known = json.loads((Path(__file__).resolve().parents[2] / "dags" / "pools.json").read_text())
    for task in tasks_of(dag):
        if task.pool not in {*known, "default_pool"}:
            yield f"{dag.dag_id}.{task.task_id} waits for {task.pool}: add it to pools.json"
        if task.task_id.endswith("pull") and task.pool == "default_pool":
            yield f"{dag.dag_id}.{task.task_id} has no pool: give it its source's"


POLICIES: tuple[Policy, ...] = (
    file_is_named_like_the_dag,
    text_has_every_head,
    text_names_a_runbook_that_exists,
    tags_come_from_the_list,
    one_tier_is_named,
    failure_reaches_somebody,
    extraction_has_an_interval,
    start_is_utc,
    catchup_is_off,
    one_run_at_a_time,
    only_network_tasks_retry,
    pools_exist,
)
