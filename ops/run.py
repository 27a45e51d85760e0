"""The whole pipeline in one command: find what is missing, run the DAGs, build, publish, report.

State is the lake's files and the releases. A second run finds nothing missing; a run that was
killed left nothing half written, so the next one finds the same gap and closes it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.console import Console

from extract import BROKEN, NAMES, SOURCES, find_source
from extract.errors import CxwError, ImpossibleWindow
from extract.source import DAY, Window
from ops import build as building
from ops import children, plan, publish, steps, summary
from ops.airflow_home import prepare
from ops.alerts import failures
from ops.only_one import only_one
from ops.private_build import MARTS
from ops.progress import Progress
from ops.settings import ConfigurationError, Settings, configured_sources
from ops.world import FIRST_DAYS, WorldParameters, world_of

OK, FAILED, DEFERRED = 0, 1, 75
PATIENCE_SECONDS = 120  # a person waits; a longer deferral ends the run with exit code 75


class AlreadyRunning(CxwError):
    """Another `cxw run` works on the same data folder."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will do."""

    runs: Sequence[plan.PlannedRun]
    until: datetime
    world: WorldParameters | None  # None: real sources
    broken: Sequence[str] = ()  # sources that are asked for and cannot be read


def run(
    settings: Settings,
    console: Console,
    until: datetime | None,
    only: Sequence[str] = (),
    **asked: Any,
) -> int:
    """Run what is missing up to `until`, of some sources or all; return the exit code."""
    began = perf_counter()
    with _only_one(settings.data_dir):
        todo = make_plan(settings, until, only, **asked)
        for source in todo.broken:
            console.print(f"[red]{source} is not read[/red]", highlight=False)
            console.print(f"  {BROKEN[source]}", highlight=False, markup=False, soft_wrap=True)
        release = publish.current(settings.data_dir)
        known = building.consumed(release.warehouse) if release else {}
        if not todo.runs and release and not building.new_files(settings.lake, known):
            _say_nothing_new(console, todo, release)
            return FAILED if todo.broken else OK
        code, progress = _execute(settings, console, todo)
    release = publish.current(settings.data_dir)
    summary.show(console, progress.streams(), release)
    if release:
        console.print(f"Release          {release.id}", highlight=False)
        _say_next(console, settings, todo)
    minutes, seconds = divmod(round(perf_counter() - began), 60)
    console.print(f"Took             {minutes} min {seconds} s", highlight=False)
    return FAILED if todo.broken else code


def make_plan(
    settings: Settings, until: datetime | None, only: Sequence[str] = (), **asked: Any
) -> Plan:
    """Decide which runs are missing up to `until`, or up to the default end."""
    chosen = {find_source(name).name for name in only}
    configured = configured_sources(settings, NAMES)
    if settings.sandbox == "embedded":
        world = world_of(settings.data_dir, **asked)
        names: tuple[str, ...] = NAMES
        first = datetime.combine(world.start, time.min, UTC)
        latest = plan.landed_until(settings.lake, SOURCES.values())
        end = until or latest or first + DAY * FIRST_DAYS
    else:
        world = None
        names = configured
        first = _first_day(settings)
        end = until or Window.of_day(steps.now(settings)).start
    if end <= first:
        raise ImpossibleWindow(
            f"until {end:%Y-%m-%d}, first day {first:%Y-%m-%d}",
            "no day lies between them",
            "give --until a later day",
        )
    if world is None and end > steps.now(settings):
        raise ImpossibleWindow(
            f"until {end:%Y-%m-%d}, now {steps.now(settings):%Y-%m-%d %H:%M} UTC",
            "a day can be read when it is over",
            "give --until today or an earlier day; it is exclusive",
        )
    now = None if world else steps.now(settings)
    names = tuple(name for name in names if not chosen or name in chosen)
    sources = [SOURCES[name] for name in names if name in SOURCES]
    broken = [name for name in names if name in BROKEN]
    return Plan(plan.missing_runs(settings.lake, sources, first, end, now), end, world, broken)


def _first_day(settings: Settings) -> datetime:
    if settings.start is None:
        raise ConfigurationError(
            "CXW_START is not set",
            "with real sources somebody decides how far back the first read goes",
            "set CXW_START=YYYY-MM-DD, or CXW_SANDBOX=embedded for the simulated company",
        )
    return settings.start


def _execute(settings: Settings, console: Console, todo: Plan) -> tuple[int, Progress]:
    """Run the planned DAG runs in the order of time, then the build."""
    logs = settings.data_dir / "logs"
    lanes = Counter(planned.dag_id for planned in todo.runs)
    first_end = todo.runs[0].end if todo.runs else todo.until
    ended = []
    with ExitStack() as stack:
        progress = stack.enter_context(Progress(console, [*lanes.items(), ("build_marts", 1)]))
        if todo.world:
            progress.say("starting the simulated company")
            clock, log = first_end + children.AFTER_END, logs / "sandbox.log"
            drop = settings.data_dir / "drop"
            base = stack.enter_context(children.sandbox(todo.world, clock, log, drop))
            settings = children.sandboxed(settings, base)
        settings = replace(settings, patience_seconds=PATIENCE_SECONDS)
        progress.say("starting Airflow (the first time it makes its database)")
        environ = prepare(settings)
        runner = stack.enter_context(children.dag_runner(settings, environ, logs / "airflow.log"))
        for planned in todo.runs:
            _move_clock(settings, todo, planned.end)
            progress.begin(planned.dag_id, f"{planned.start:%Y-%m-%d} to {planned.end:%Y-%m-%d}")
            runner.run(planned.dag_id, planned.end, _conf(planned.window))
            ended.append(_follow(runner, progress))
        _move_clock(settings, todo, todo.until)
        progress.begin("build_marts", "dbt, gate, publish")
        runner.run("build_marts", None, {})
        ended.append(_follow(runner, progress))
    bad = [run for run in ended if run["state"] != "success"]
    kinds = [_say_failed(console, settings, run) for run in bad]
    if not bad:
        return OK, progress
    return (DEFERRED if set().union(*kinds) == {"source_deferred_too_long"} else FAILED), progress


def _move_clock(settings: Settings, todo: Plan, moment: datetime) -> None:
    if todo.world and settings.clock_url:
        children.set_clock(settings.clock_url, moment + children.AFTER_END)


def _conf(window: Window) -> dict[str, str]:
    """Name the window to the run unless it is the day that the run's logical date means anyway."""
    if window == Window(window.end - DAY, window.end):
        return {}
    return {"from": window.start.isoformat(), "to": window.end.isoformat()}


def _follow(runner: children.DagRunner, progress: Progress) -> dict[str, Any]:
    """Show what the child tells until the run is over; return its last word."""
    event: dict[str, Any] = {}
    for event in runner.events():
        progress.take(event)
    return event


def _say_failed(console: Console, settings: Settings, run: dict[str, Any]) -> set[str]:
    """Print why a run failed, and where the alert is; return the kinds."""
    found = failures.of_run(settings.alerts_dir, failures.run_name(run["dag_id"], run["run_id"]))
    console.print(f"[red]{run['dag_id']} failed[/red] ({run['run_id']})", highlight=False)
    for failure in found:
        subject = f"{failure.subject} {failure.window}".strip() or failure.step
        text = f"  {subject}: {failure.seen}; {failure.why}; {failure.next_step}"
        console.print(text, highlight=False, markup=False, soft_wrap=True)
    if not found:
        states = {task["task_id"]: task["state"] for task in run["tasks"]}
        console.print(f"  no step said why; tasks: {states}; read data/logs/airflow.log")
    return {failure.kind for failure in found} or {"task_failed"}


def _say_nothing_new(console: Console, todo: Plan, release: publish.Release) -> None:
    console.print(
        f"{todo.until:%Y-%m-%d}: nothing new; every interval up to there is in the lake, and "
        f"release {release.id} holds it.",
        highlight=False,
    )
    if todo.world:
        more = f"{summary.command('cxw')} run --until {todo.until + DAY:%Y-%m-%d}"
        console.print(f"One day more: {more}", highlight=False, soft_wrap=True)


def _say_next(console: Console, settings: Settings, todo: Plan) -> None:
    marts = settings.data_dir / "marts" / "current" / MARTS
    where = summary.relative(marts)
    home = summary.relative(settings.airflow_home)
    cxw, airflow = summary.command("cxw"), summary.command("airflow")
    lines = [
        f"BI connects to   {where}  (DuckDB, read-only, schema marts)",
        f"The DAG runs     AIRFLOW_HOME={home} {airflow} dags list-runs extract_zendesk",
        f"How it stands    {cxw} status",
    ]
    if todo.world:
        lines.append(f"One day more     {cxw} run --until {todo.until + DAY:%Y-%m-%d}")
    console.print("\n".join(lines), highlight=False, markup=False, soft_wrap=True)


@contextmanager
def _only_one(data_dir: Path) -> Iterator[None]:
    """Let one `cxw run` work on a data folder."""
    refusal = AlreadyRunning(
        f"another `cxw run` works on {data_dir.name}/",
        "two of them would read the same gap twice",
        "wait for it, or end it; its lock goes with it",
    )
    with only_one(data_dir / ".run.lock", refusal):
        yield
