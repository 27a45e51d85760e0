"""The table of faults: what is broken, how, what must be told, within how many seconds.

`streams` are those whose marts must be named; None stands for every mart, an empty tuple for none.
The seconds count from the fault to the message: what the alert has to wait for by its own rules
(`alerting.toml`, the grace of a day's data), and a minute for the rest.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import duckdb

from extract.source import Window
from ops import publish, steps
from ops.alerts import machine_seen
from ops.catalog import stream_names
from tests.faults.bench import DEAD, Bench

USERS = "zendesk.users"


@dataclass(frozen=True)
class Fault:
    """One fault: `inject` breaks and lets the system meet it; `repair` takes the cause away."""

    id: str
    area: str
    how: str
    kind: str
    inject: Callable[[Bench], None]
    streams: tuple[str, ...] | None = (USERS,)
    repair: Callable[[Bench], None] = lambda bench: bench.faults()
    landed: tuple[str, ...] = (USERS,)
    seconds: int = 60
    is_run: bool = True  # a running Airflow meets it, too


def of_answers(
    name: str = USERS, *, enough: bool = False, **fault: object
) -> Callable[[Bench], None]:
    """Let the vendor answer so, and run the stream; `enough` asks for a window that holds rows."""
    paths = {
        USERS: "/zendesk/.*users",
        "zendesk.tickets": "/zendesk/.*tickets",
        "hubspot.contacts": "/hubspot/",
    }

    def inject(bench: Bench) -> None:
        bench.faults({"path_regex": paths[name], **fault})
        bench.run(name, bench.enough if enough else bench.day)

    return inject


def of_values(source: str, name: str, **values: str) -> Callable[[Bench], None]:
    """Run the stream with other settings of its source."""
    return lambda bench: bench.run(name, settings=bench.reaching(source, **values))


def rows_put_aside(bench: Bench) -> None:
    bench.faults({"path_regex": "/zendesk/.*users", "rows": 1, "flip": {"email": 7}})
    bench.run(USERS, bench.enough)
    bench.watch(minutes=1)


def rows_read_again(bench: Bench) -> None:
    bench.faults()
    bench.lands(USERS, bench.enough)


def same_moment(bench: Bench) -> None:
    """Let every ticket be of the day's first hour: its other hours are empty, and only that."""
    early = int(bench.day.start.timestamp()) + 600
    fault = {"generated_timestamp": early}
    of_answers("zendesk.tickets", flip=fault)(bench)
    bench.watch(minutes=1)


def tickets_read_again(bench: Bench) -> None:
    bench.faults()
    bench.lands("zendesk.tickets")


def landed_file_cut(bench: Bench) -> None:
    def cut() -> None:
        (path,) = (bench.settings.lake / "landing").rglob("*.parquet")
        path.write_bytes(path.read_bytes()[:-100])

    bench.run(USERS, between=cut)


def never_ran(bench: Bench) -> None:
    bench.waits(minutes=1)


def never_judged(bench: Bench) -> None:
    steps.extract(bench.settings, *USERS.split("."), bench.day, run_id="r")
    bench.waits(minutes=1)


def day_removed(bench: Bench) -> None:
    bench.lands(USERS)
    for path in (bench.settings.lake / "raw").rglob(f"{bench.before.name}.parquet"):
        path.unlink()
    later = Window(bench.before.start - timedelta(days=1), bench.before.start)
    bench.lands(USERS, later)
    bench.watch(minutes=1)


def today(bench: Bench) -> Window:
    return Window(bench.day.end, bench.day.end + timedelta(hours=8))


def step_killed(bench: Bench) -> None:
    bench.lands(USERS)
    bench.killed(USERS, today(bench), seen=True)


def all_killed(bench: Bench) -> None:
    bench.lands(USERS)
    bench.killed(USERS, today(bench), seen=False)
    bench.watch()
    bench.waits(minutes=10)


def callback_lost(bench: Bench) -> None:
    bench.faults({"path_regex": "/zendesk/.*users", "status": 403})
    bench.run(USERS, callback=False)
    bench.waits(minutes=45)


def callback_late(bench: Bench) -> None:
    """Take the cause away; the callback that comes after all tells nothing twice."""
    bench.faults()
    bench.callback("extract_zendesk")


def clock_lost(bench: Bench) -> None:
    bench.run(USERS, settings=replace(bench.settings, clock_url=DEAD), callback=False)
    bench.callback("extract_zendesk")


LOCK = """
import sys
from pathlib import Path
from ops.private_build import take_lock
take_lock(Path(sys.argv[1]))
print("locked", flush=True)
sys.stdin.readline()
"""


def build_locked(bench: Bench) -> None:
    bench.lands(USERS)
    bench.process_of(LOCK, str(bench.settings.data_dir / "build" / ".lock"))
    bench.build_step("build", lambda: steps.build(bench.settings))


def accepted(bench: Bench) -> Path:
    (path,) = (bench.settings.lake / "raw").rglob(f"users/*/{bench.day.name}.parquet")
    return path


def file_read_again(bench: Bench) -> None:
    """Move the file away and read its window again, as the runbook says."""
    accepted(bench).unlink()
    bench.lands(USERS)
    bench.publish(bench.day.end)


def built_again(bench: Bench) -> None:
    """Free the lock, and let a build be published."""
    if process := bench.kept.get("process"):
        process.communicate("\n")
    bench.publish(bench.day.end)


def sealed(bench: Bench, *, without: str = "") -> None:
    with publish.open_build(bench.settings.data_dir, reserve=0) as build:
        bench.fill(build)
        if without:
            with duckdb.connect(str(build.marts)) as con:
                con.execute(f"drop table marts.{without}")
        publish.seal(build, publish.BuildFacts(as_of=bench.day.end, built_at=bench.day.end))


def not_judged(bench: Bench) -> None:
    bench.lands(USERS)
    sealed(bench)
    bench.build_step("publish", lambda: steps.publish(bench.settings))


def nothing_built(bench: Bench) -> None:
    bench.lands(USERS)
    bench.build_step("publish", lambda: steps.publish(bench.settings))


def no_room(bench: Bench) -> None:
    """Let the build's base be larger than the disk, and be what it was when the build has ended."""
    bench.lands(USERS)
    base = bench.settings.data_dir / "marts" / "current" / "private" / "warehouse.duckdb"
    size = base.stat().st_size
    os.truncate(base, 2**42)
    bench.build_step("build", lambda: steps.build(bench.settings))
    os.truncate(base, size)


def raw_file_torn(bench: Bench) -> None:
    bench.lands(USERS)
    path = accepted(bench)
    path.write_bytes(path.read_bytes()[:-100])
    bench.build_step("build", lambda: steps.build(bench.settings))


def marts_lost(bench: Bench) -> None:
    """Let a build lack a mart that the release has."""
    bench.lands(USERS)
    sealed(bench, without="fct_tickets")
    bench.build_step("check marts", lambda: steps.check_marts(bench.settings))


def disk_full(bench: Bench) -> None:
    """Let the release be so large that a second one finds no room."""
    bench.lands(USERS)
    with padding(bench).open("wb") as file:
        file.truncate(2**42)
    bench.watch(minutes=1)


def padding(bench: Bench) -> Path:
    return bench.settings.data_dir / "marts" / "current" / "padding.duckdb"


def rolled_back(bench: Bench) -> None:
    bench.lands(USERS)
    bench.publish(bench.day.end + timedelta(hours=1))
    with publish.open_build(bench.settings.data_dir, reserve=0) as build:
        bench.fill(build)
        facts = publish.BuildFacts(as_of=bench.before.start, built_at=bench.before.start)
        publish.publish(build, facts, allow_older=True)
    bench.kept["release"] = bench.release()
    bench.watch(minutes=1)


def release_damaged(bench: Bench) -> None:
    bench.lands(USERS)
    manifest = bench.settings.data_dir / "marts" / "current" / "manifest.json"
    bench.kept["manifest"] = manifest.read_bytes()
    manifest.chmod(0o644)
    manifest.write_bytes(b"{")
    bench.watch(minutes=1)


def release_mended(bench: Bench) -> None:
    manifest = bench.settings.data_dir / "marts" / "current" / "manifest.json"
    manifest.write_bytes(bench.kept["manifest"])


def watch_stopped(bench: Bench) -> None:
    bench.lands(USERS)
    machine_seen.note_round(bench.settings.alerts_dir, bench.now)
    bench.waits(minutes=16)


def watch_again(bench: Bench) -> None:
    machine_seen.note_round(bench.settings.alerts_dir, bench.now)


# --- Airflow --------------------------------------------------------------------------------


def silent(job: str) -> Callable[[Bench], None]:
    def inject(bench: Bench) -> None:
        bench.lands(USERS)
        bench.watches_airflow()
        bench.beats(job)
        bench.patience = 180
        bench.watch()

    return inject


def not_imported(bench: Bench) -> None:
    bench.lands(USERS)
    bench.watches_airflow()
    bench.dag_breaks()
    bench.watch()


def metadata_gone(bench: Bench) -> None:
    bench.lands(USERS)
    bench.watches_airflow()
    bench.metadata_goes()
    bench.watch()


def api_server_gone(bench: Bench) -> None:
    bench.lands(USERS)
    bench.api_server_stops()
    bench.watch()


ZENDESK = tuple(f"zendesk.{name}" for name in stream_names("zendesk"))
LATE = {"seconds": 60 + 60}
FAULTS = (
    Fault("answers_503", "source", "503 to every request", "source_unavailable",
          of_answers(status=503)),
    Fault("token_expired", "source", "401, as if the token were gone", "source_unavailable",
          of_answers(unauthorized=True)),
    Fault("scope_lost", "source", "403 on one endpoint", "source_unavailable",
          of_answers(status=403)),
    Fault("endpoint_gone", "source", "404 on one endpoint", "source_unavailable",
          of_answers(status=404)),
    Fault("sign_in_page", "source", "a page of HTML with 200", "source_unavailable",
          of_answers(html=True)),
    Fault("limit_of_the_day", "source", "the daily limit is used up", "source_deferred_too_long",
          of_answers("hubspot.contacts", refusal="rate_limited_daily"),
          ("hubspot.contacts",), landed=("hubspot.contacts",)),
    Fault("day_not_read", "source", "nobody read the day", "run_missing", never_ran,
          repair=lambda _: None, is_run=False, **LATE),
    Fault("line_cut", "network", "the connection ends within every answer", "source_unavailable",
          of_answers(disconnect=True)),
    Fault("answer_cut", "network", "fewer bytes than announced", "source_unavailable",
          of_answers(truncate_bytes=40)),
    Fault("nobody_listens", "network", "the address refuses connections", "source_unavailable",
          of_values("zendesk", USERS, base_url=DEAD)),
    Fault("name_unknown", "network", "the host's name does not resolve", "source_unavailable",
          of_values("zendesk", USERS, base_url="http://zendesk.invalid")),
    Fault("type_changed", "schema", "every e-mail is a number", "file_refused",
          of_answers(enough=True, flip={"email": 7})),
    Fault("few_types_changed", "data", "one e-mail is a number", "rows_quarantined",
          rows_put_aside, (), repair=rows_read_again),
    Fault("hours_empty", "data", "no ticket after the day's first hour", "checks_warned",
          same_moment, (), repair=tickets_read_again, landed=("zendesk.tickets",)),
    Fault("key_lost", "schema", "records without their id", "extract_refused",
          of_answers(enough=True, drop_field=("id",))),
    Fault("landed_file_cut", "disk", "a landed file lacks its end", "file_refused",
          landed_file_cut),
    Fault("file_removed", "human", "a day's file is removed from the lake", "run_missing",
          day_removed, repair=lambda _: None, is_run=False),
    Fault("never_judged", "process", "a file is landed and its check never called", "run_missing",
          never_judged, repair=lambda _: None, is_run=False, **LATE),
    Fault("killed_and_told", "process", "kill -9 of a step; the scheduler notices", "task_killed",
          step_killed),
    Fault("killed_unseen", "memory", "kill -9 of a step; the scheduler does not notice",
          "task_killed", all_killed, seconds=600 + 60),
    Fault("callback_lost", "scheduler", "a run fails and its callback does not come",
          "source_unavailable", callback_lost, repair=callback_late, seconds=2700 + 60),
    Fault("build_locked", "process", "another process holds the build", "publish_locked",
          build_locked, None, repair=built_again),
    Fault("not_judged", "human", "a build is published without its judgement", "publish_refused",
          not_judged, None, repair=built_again),
    Fault("nothing_built", "human", "publishing without a build", "publish_refused",
          nothing_built, None, repair=built_again),
    Fault("no_room", "disk", "a build finds less room than it needs", "lake_unusable",
          no_room, None, repair=built_again),
    Fault("raw_file_torn", "disk", "an accepted file lacks its end", "lake_unusable",
          raw_file_torn, None, repair=file_read_again),
    Fault("marts_lost", "data", "a build lacks a mart that the release has", "marts_refused",
          marts_lost, None, repair=built_again),
    Fault("disk_full", "disk", "a second release finds no room", "disk_low",
          disk_full, None, repair=lambda bench: padding(bench).unlink(), is_run=False),
    Fault("rolled_back", "human", "readers are given an old release", "marts_stale",
          rolled_back, None, repair=built_again, is_run=False),
    Fault("release_damaged", "disk", "the release's manifest is cut", "lake_unusable",
          release_damaged, None, repair=release_mended, is_run=False),
    Fault("budget_spent", "configuration", "a read budget of one post", "extract_refused",
          of_values("x", "x.mentions", read_budget="1"), ("x.mentions",),
          landed=("x.mentions",)),
    Fault("setting_unreadable", "configuration", "a number that is a word", "settings_refused",
          of_values("zendesk", USERS, requests_per_minute="many")),
    Fault("setting_missing", "configuration", "an empty token", "settings_refused",
          of_values("zendesk", USERS, api_token="")),
    Fault("clock_lost", "clock", "the clock's address does not answer", "task_failed",
          clock_lost),
    Fault("watch_stopped", "process", "`cxw watch` goes no more rounds", "watch_down",
          watch_stopped, (), repair=watch_again, is_run=False, seconds=960 + 60),
    Fault("scheduler_dead", "scheduler", "no heartbeat of the scheduler", "airflow_down",
          silent("SchedulerJob"), None, repair=lambda bench: bench.beats(), seconds=180 + 60),
    Fault("dag_processor_dead", "scheduler", "no heartbeat of the dag-processor", "airflow_down",
          silent("DagProcessorJob"), None, repair=lambda bench: bench.beats(), seconds=180 + 60),
    Fault("triggerer_dead", "scheduler", "no heartbeat of the triggerer", "airflow_down",
          silent("TriggererJob"), None, repair=lambda bench: bench.beats(), seconds=180 + 60),
    Fault("metadata_gone", "scheduler", "the metadata database cannot be opened", "airflow_down",
          metadata_gone, None, repair=lambda bench: bench.metadata_is_back()),
    Fault("api_server_gone", "scheduler", "nobody listens at the api-server", "airflow_down",
          api_server_gone, None, repair=lambda bench: bench.api_server_is_back()),
    Fault("dag_not_imported", "human", "a DAG file with a syntax error", "dag_import_failed",
          not_imported, ZENDESK,
          repair=lambda bench: bench.dag_is_mended()),
)  # fmt: skip
