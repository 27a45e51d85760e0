"""What Airflow cannot tell of itself, read from outside: its health page and its metadata.

Airflow does not promise its tables, so the three queries below name as little as they can, and
`tests/ops/test_airflow_seen.py` runs them on the tables of the locked version. A part that is down
is told alone: what follows from it, such as runs that are not made, is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import PurePath
from typing import Any

from extract import BROKEN
from ops.alerts.channels import quiet
from ops.alerts.finding import Finding
from ops.alerts.message import age, moment
from ops.alerts.on_failure import streams_of
from ops.settings import Settings

HEALTH = "/api/v2/monitor/health"
TIMEOUT_SECONDS = 10
PARTS = {
    "SchedulerJob": "scheduler",
    "DagProcessorJob": "dag-processor",
    "TriggererJob": "triggerer",
}
MUST_BE_THERE = {"SchedulerJob", "DagProcessorJob"}
BEATS = "select job_type, max(latest_heartbeat) from job group by job_type"
ERRORS = "select filename, stacktrace, timestamp from import_error order by filename"
DUE = """
select dag_id, next_dagrun_create_after from dag
where not is_paused and not is_stale and not exceeds_max_non_backfill
    and next_dagrun_create_after is not null
order by dag_id
"""


def findings(settings: Settings, now: datetime, limits: Mapping[str, float]) -> Iterator[Finding]:
    """Find parts of Airflow that are down, DAG files it cannot import, runs it did not make."""
    url, database = (settings.outside.get(f"AIRFLOW_{name}") for name in ("URL", "DATABASE"))
    if url:
        yield from _api_server(url)
    if not database:
        return
    try:
        beats, errors, due = _ask(database)
    except Exception as error:  # whatever the driver raises
        text = f"Airflow's metadata database does not answer ({type(error).__name__})"
        yield _down("metadata", text, None)
        return
    silent = list(_silent(beats, now, limits))
    yield from silent
    if not any(finding.subject == "airflow.dag-processor" for finding in silent):
        yield from _not_imported(errors)
    if not any(finding.subject == "airflow.scheduler" for finding in silent):
        yield from _not_made(due, now, limits)


def _api_server(url: str) -> Iterator[Finding]:
    import httpx  # noqa: PLC0415  (only who asks pays for it)

    try:
        with quiet("httpx", "httpcore"):
            answer = httpx.get(url.rstrip("/") + HEALTH, timeout=TIMEOUT_SECONDS)
        said = "" if answer.is_success else f"status {answer.status_code}"
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        said = type(error).__name__
    if said:
        text = f"Airflow's api-server does not answer ({said}); tasks cannot start without it"
        yield _down("api-server", text, None)


def _ask(database: str) -> tuple[list[Any], list[Any], list[Any]]:
    """Return heartbeats, import errors and what is due; the connection is closed at once."""
    from sqlalchemy import create_engine, text  # noqa: PLC0415  (a third of a second)
    from sqlalchemy.pool import NullPool  # noqa: PLC0415

    wait = "timeout" if database.startswith("sqlite") else "connect_timeout"
    engine = create_engine(database, poolclass=NullPool, connect_args={wait: TIMEOUT_SECONDS})
    with engine.connect() as con:
        beats, errors, due = (
            [tuple(row) for row in con.execute(text(sql))] for sql in (BEATS, ERRORS, DUE)
        )
    return beats, errors, due


def _silent(beats: list[Any], now: datetime, limits: Mapping[str, float]) -> Iterator[Finding]:
    patience = timedelta(minutes=limits.get("heartbeat_minutes", 3.0))
    last = {job: _moment(beat) for job, beat in beats if beat is not None}
    for job, part in PARTS.items():
        if job in last and now - last[job] > patience:
            text = f"Airflow's {part} gave its last sign of life {age(now - last[job])} ago"
            yield _down(part, text, last[job])
        elif job not in last and job in MUST_BE_THERE:
            yield _down(part, f"Airflow's {part} has never given a sign of life", None)


def _not_imported(errors: list[Any]) -> Iterator[Finding]:
    """Find DAG files with an error; that of a broken source is told as such already."""
    for name, stack, seen in errors:
        stem = PurePath(name or "unknown").stem
        source = stem.removeprefix("extract_")
        if source in BROKEN:
            continue
        last = (str(stack).strip().splitlines() or ["no reason"])[-1]
        yield Finding(
            "dag_import_failed",
            f"dag.{stem}",
            f"{name} cannot be imported ({last.partition(':')[0][:80]}); none of its runs happens",
            _moment(seen) if seen else None,
            streams_of(stem),
            ("airflow dags list-import-errors", "airflow dags reserialize"),
            (f"dag.{stem}",),
        )


def _not_made(due: list[Any], now: datetime, limits: Mapping[str, float]) -> Iterator[Finding]:
    patience = timedelta(minutes=limits.get("schedule_minutes", 15.0))
    for dag_id, moment_due in due:
        at = _moment(moment_due)
        if now - at > patience:
            yield Finding(
                "run_missing",
                f"run.{dag_id}",
                f"the run of {dag_id} that was due at {moment(at)} was not made, though the "
                "scheduler is alive",
                at,
                streams_of(dag_id),
                (f"airflow dags trigger {dag_id}",),
                (f"run.{dag_id}",),
                makes_stale=dag_id.startswith(("extract_", "build_")),
            )


def _down(part: str, what: str, since: datetime | None) -> Finding:
    return Finding(
        "airflow_down",
        f"airflow.{part}",
        what,
        since,
        (),
        (f"docker compose up --detach airflow-{part}".replace("api-server", "apiserver"),)
        if part != "metadata"
        else ("docker compose up --detach postgres",),
    )


def _moment(value: Any) -> datetime:
    """Read a time as the database gives it: SQLite as text without a zone."""
    at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return at if at.tzinfo else at.replace(tzinfo=UTC)
