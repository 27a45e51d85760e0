"""The table of faults: what is broken, how, what must be told, within how many seconds.

`streams` are those whose marts must be named; None stands for every mart, an empty tuple for none.
The seconds count from the fault to the message: what the alert has to wait for by its own rules
(`alerting.toml`, the grace of a day's data), and a minute for the rest.
"""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from extract.source import Window
from ops import publish, steps
from ops.alerts import airflow_seen, machine_seen
from ops.alerts.failures import run_name
from ops.catalog import stream_names
from tests.faults.bench import Bench

ROOT = Path(__file__).resolve().parents[2]
USERS = "zendesk.users"
DEAD = "http://127.0.0.1:9"


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


def of_answers(
    name: str = USERS, *, enough: bool = False, **fault: object
) -> Callable[[Bench], None]:
    """Let the vendor answer so, and run the stream; `enough` asks for a window that holds rows."""
    paths = {
        USERS: "/zendesk/.*users",
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
    bench.run(USERS, bench.enough)


def landed_file_cut(bench: Bench) -> None:
    steps.extract(bench.settings, *USERS.split("."), bench.day, run_id="r")
    (path,) = (bench.settings.lake / "landing").rglob("*.parquet")
    path.write_bytes(path.read_bytes()[:-100])
    check = lambda: steps.check_landed(bench.settings, *USERS.split("."), bench.day)  # noqa: E731
    bench.steps("extract_zendesk", [("check", check)], USERS, bench.day.name)


def never_ran(bench: Bench) -> None:
    bench.waits(minutes=1)


def never_judged(bench: Bench) -> None:
    steps.extract(bench.settings, *USERS.split("."), bench.day, run_id="r")
    bench.waits(minutes=1)


def day_removed(bench: Bench) -> None:
    bench.run(USERS)
    for path in (bench.settings.lake / "raw").rglob(f"{bench.before.name}.parquet"):
        path.unlink()
    later = Window(bench.before.start - timedelta(days=1), bench.before.start)
    bench.run(USERS, later)
    bench.watch(minutes=1)


PROCESS = """
import sys
from datetime import datetime
from pathlib import Path
from ops.alerts import failures
folder, run, step, subject, window, at = sys.argv[1:]
with failures.at_work(Path(folder), run, step, subject, window, datetime.fromisoformat(at)):
    print("at work", flush=True)
    sys.stdin.readline()
"""


def process_of(bench: Bench, code: str, *words: str) -> subprocess.Popen[str]:
    """Start a process and wait for its word."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    bench.kept["process"] = process
    assert process.stdout is not None
    assert process.stdout.readline()
    return process


def killed(bench: Bench) -> None:
    """Kill a step's process while it works."""
    bench.run(USERS)
    run = run_name("extract_zendesk", bench.run_id)
    today = Window(bench.day.end, bench.day.end + timedelta(hours=8))
    words = (str(bench.settings.alerts_dir), run, "extract", USERS, today.name)
    process = process_of(bench, PROCESS, *words, bench.now.isoformat())
    bench.began = time.monotonic()
    process.send_signal(signal.SIGKILL)
    process.communicate()


def step_killed(bench: Bench) -> None:
    killed(bench)
    bench.watch()
    bench.waits(minutes=10)


def callback_of_killed(bench: Bench) -> None:
    killed(bench)
    bench.callback("extract_zendesk")


def callback_lost(bench: Bench) -> None:
    bench.faults({"path_regex": "/zendesk/.*users", "status": 403})

    def pull() -> None:
        steps.extract(bench.settings, *USERS.split("."), bench.day, run_id="r")

    bench.steps("extract_zendesk", [("extract", pull)], USERS, bench.day.name, callback=False)
    bench.waits(minutes=45)


LOCK = """
import sys
from pathlib import Path
from ops.private_build import take_lock
take_lock(Path(sys.argv[1]))
print("locked", flush=True)
sys.stdin.readline()
"""


def build_locked(bench: Bench) -> None:
    process_of(bench, LOCK, str(bench.settings.data_dir / "build" / ".lock"))
    bench.build_step("build", lambda: steps.build(bench.settings))


def built_again(bench: Bench) -> None:
    """Free the lock, and let a build be published."""
    if process := bench.kept.get("process"):
        process.communicate("\n")
    bench.publish(bench.day.end)


def sealed(bench: Bench, days: int) -> None:
    with publish.open_build(bench.settings.data_dir, reserve=0) as build:
        bench.fill(build)
        at = bench.day.end + timedelta(days=days)
        publish.seal(build, publish.BuildFacts(as_of=at, built_at=at))


def not_judged(bench: Bench) -> None:
    sealed(bench, 0)
    bench.build_step("publish", lambda: steps.publish(bench.settings))


def nothing_built(bench: Bench) -> None:
    bench.build_step("publish", lambda: steps.publish(bench.settings))


def no_room(bench: Bench) -> None:
    def build() -> None:
        publish.open_build(bench.settings.data_dir, reserve=2**62)

    bench.build_step("build", build)


def rolled_back(bench: Bench) -> None:
    bench.run(USERS)
    bench.publish(bench.day.end + timedelta(hours=1))
    with publish.open_build(bench.settings.data_dir, reserve=0) as build:
        bench.fill(build)
        facts = publish.BuildFacts(as_of=bench.before.start, built_at=bench.before.start)
        publish.publish(build, facts, allow_older=True)
    bench.kept["release"] = bench.release()
    bench.watch(minutes=1)


def release_damaged(bench: Bench) -> None:
    bench.run(USERS)
    manifest = bench.settings.data_dir / "marts" / "current" / "manifest.json"
    bench.kept["manifest"] = manifest.read_bytes()
    manifest.chmod(0o644)
    manifest.write_bytes(b"{")
    bench.watch(minutes=1)


def release_mended(bench: Bench) -> None:
    manifest = bench.settings.data_dir / "marts" / "current" / "manifest.json"
    manifest.write_bytes(bench.kept["manifest"])


def watch_stopped(bench: Bench) -> None:
    bench.run(USERS)
    machine_seen.note_round(bench.settings.alerts_dir, bench.now)
    bench.waits(minutes=16)


def watch_again(bench: Bench) -> None:
    machine_seen.note_round(bench.settings.alerts_dir, bench.now)


# --- Airflow, by its own tables -----------------------------------------------------------------


def written(bench: Bench, sql: str) -> None:
    with closing(sqlite3.connect(bench.kept["metadata"])) as con, con:
        con.execute(sql)


def beats(bench: Bench, *but: str) -> None:
    written(bench, "delete from job")
    for job in airflow_seen.PARTS:
        at = bench.now - timedelta(minutes=9 if job in but else 0)
        written(
            bench,
            "insert into job (job_type, state, latest_heartbeat) "
            f"values ('{job}', 'running', '{at:%Y-%m-%d %H:%M:%S.%f}')",
        )


def with_airflow(bench: Bench, **more: str) -> None:
    bench.run(USERS)
    url = f"sqlite:///{bench.kept['metadata']}"
    outside = {**bench.settings.outside, "AIRFLOW_DATABASE": url, **more}
    bench.settings = replace(bench.settings, outside=outside)
    beats(bench)


def silent(job: str) -> Callable[[Bench], None]:
    def inject(bench: Bench) -> None:
        with_airflow(bench)
        beats(bench, job)
        bench.patience = 180
        bench.watch()

    return inject


def not_imported(bench: Bench) -> None:
    with_airflow(bench)
    written(
        bench,
        "insert into import_error (timestamp, filename, bundle_name, stacktrace) values "
        "('2026-07-03 09:00:00', 'extract_zendesk.py', 'dags-folder', 'SyntaxError: invalid')",
    )
    bench.watch()


def metadata_gone(bench: Bench) -> None:
    with_airflow(bench)
    path = Path(bench.kept["metadata"])
    path.rename(path.with_suffix(".away"))
    path.mkdir()
    bench.watch()


def metadata_back(bench: Bench) -> None:
    path = Path(bench.kept["metadata"])
    path.rmdir()
    path.with_suffix(".away").rename(path)
    beats(bench)


def api_server_gone(bench: Bench) -> None:
    with_airflow(bench, AIRFLOW_URL=DEAD)
    bench.watch()


def api_server_back(bench: Bench) -> None:
    outside = {n: v for n, v in bench.settings.outside.items() if n != "AIRFLOW_URL"}
    bench.settings = replace(bench.settings, outside=outside)


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
          repair=lambda _: None, **LATE),
    Fault("line_cut", "network", "the connection ends within every answer", "source_unavailable",
          of_answers(disconnect=True)),
    Fault("answer_cut", "network", "fewer bytes than announced", "source_unavailable",
          of_answers(truncate_bytes=40)),
    Fault("nobody_listens", "network", "the address refuses connections", "source_unavailable",
          of_values("zendesk", USERS, base_url=DEAD)),
    Fault("name_unknown", "network", "the host's name does not resolve", "source_unavailable",
          of_values("zendesk", USERS, base_url="http://zendesk.invalid")),
    Fault("type_changed", "data", "every e-mail is a number", "file_refused",
          of_answers(enough=True, flip={"email": 7})),
    Fault("few_types_changed", "data", "one e-mail is a number", "rows_quarantined",
          rows_put_aside, (), repair=rows_read_again),
    Fault("key_lost", "data", "records without their id", "extract_refused",
          of_answers(enough=True, drop_field=("id",))),
    Fault("landed_file_cut", "disk", "a landed file lacks its end", "file_refused",
          landed_file_cut),
    Fault("file_removed", "human", "a day's file is removed from the lake", "run_missing",
          day_removed, repair=lambda _: None),
    Fault("never_judged", "process", "a file is landed and its check never called", "run_missing",
          never_judged, repair=lambda _: None, **LATE),
    Fault("killed_and_told", "process", "kill -9 of a step; the scheduler notices", "task_killed",
          callback_of_killed),
    Fault("killed_unseen", "memory", "kill -9 of a step; the scheduler does not notice",
          "task_killed", step_killed, seconds=600 + 60),
    Fault("callback_lost", "scheduler", "a run fails and its callback does not come",
          "source_unavailable", callback_lost, seconds=2700 + 60),
    Fault("build_locked", "process", "another process holds the build", "publish_locked",
          build_locked, None, repair=built_again),
    Fault("not_judged", "human", "a build is published without its judgement", "publish_refused",
          not_judged, None, repair=built_again),
    Fault("nothing_built", "human", "publishing without a build", "publish_refused",
          nothing_built, None, repair=built_again),
    Fault("no_room", "disk", "a build finds less room than it needs", "lake_unusable",
          no_room, None, repair=built_again),
    Fault("rolled_back", "human", "readers are given an old release", "marts_stale",
          rolled_back, None, repair=built_again),
    Fault("release_damaged", "disk", "the release's manifest is cut", "lake_unusable",
          release_damaged, None, repair=release_mended),
    Fault("budget_spent", "configuration", "a read budget of one post", "extract_refused",
          of_values("x", "x.mentions", read_budget="1"), ("x.mentions",),
          landed=("x.mentions",)),
    Fault("setting_unreadable", "configuration", "a number that is a word", "settings_refused",
          of_values("zendesk", USERS, requests_per_minute="many")),
    Fault("setting_missing", "configuration", "an empty token", "source_unavailable",
          of_values("zendesk", USERS, api_token="")),
    Fault("clock_lost", "clock", "the clock's address does not answer", "task_failed",
          lambda bench: bench.run(USERS, settings=replace(bench.settings, clock_url=DEAD))),
    Fault("watch_stopped", "process", "`cxw watch` goes no more rounds", "watch_down",
          watch_stopped, (), repair=watch_again, seconds=960 + 60),
    Fault("scheduler_dead", "scheduler", "no heartbeat of the scheduler", "airflow_down",
          silent("SchedulerJob"), None, repair=beats, seconds=180 + 60),
    Fault("dag_processor_dead", "scheduler", "no heartbeat of the dag-processor", "airflow_down",
          silent("DagProcessorJob"), None, repair=beats, seconds=180 + 60),
    Fault("triggerer_dead", "scheduler", "no heartbeat of the triggerer", "airflow_down",
          silent("TriggererJob"), None, repair=beats, seconds=180 + 60),
    Fault("metadata_gone", "scheduler", "the metadata database cannot be opened", "airflow_down",
          metadata_gone, None, repair=metadata_back),
    Fault("api_server_gone", "scheduler", "nobody listens at the api-server", "airflow_down",
          api_server_gone, None, repair=api_server_back),
    Fault("dag_not_imported", "human", "a DAG file with a syntax error", "dag_import_failed",
          not_imported, ZENDESK,
          repair=lambda bench: written(bench, "delete from import_error")),
)  # fmt: skip
