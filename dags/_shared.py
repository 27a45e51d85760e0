"""What the DAG files share: tags, timetables, the pull-and-check group, the way a failure is told.

No DAG is created and nothing is read when this module is imported. Whatever is heavy (dbt, Great
Expectations, DuckDB) is imported by `ops.steps` inside a task, never while DAG files are parsed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from _connections import alerting, connected
from airflow.sdk import (
    Asset,
    AssetAlias,
    Context,
    CronDataIntervalTimetable,
    Metadata,
    Param,
    get_current_context,
    task,
    task_group,
    timezone,
)
from airflow.sdk.exceptions import (
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSkipException,
)

from ops import catalog, lineage_events, steps
from ops import settings as ops_settings
from ops.alerts import failures
from ops.reaction import Reaction, deferral_seconds, reaction_to


class Tag(StrEnum):
    """The tags there are; a DAG carries one tier, its step, and its source if it has one."""

    TIER_1 = "tier_1"  # marts are stale for BI
    TIER_2 = "tier_2"  # one source is late
    TIER_3 = "tier_3"  # housekeeping
    STEP_EXTRACT = "step_extract"
    STEP_BUILD = "step_build"
    STEP_WATCH = "step_watch"
    STEP_REVIEW = "step_review"
    SOURCE_ZENDESK = "source_zendesk"
    SOURCE_HUBSPOT = "source_hubspot"
    SOURCE_GA4 = "source_ga4"
    SOURCE_X = "source_x"
    SOURCE_BLUESKY = "source_bluesky"
    SOURCE_FACEBOOK = "source_facebook"
    SOURCE_TYPEFORM = "source_typeform"
    SOURCE_SEARCH_CONSOLE = "source_search_console"
    SOURCE_SERVICENOW = "source_servicenow"
    SOURCE_FILES = "source_files"


START = datetime(2026, 1, 1, tzinfo=UTC)
DAILY = CronDataIntervalTimetable("0 0 * * *", timezone="UTC")
MARTS = Path(__file__).resolve().parents[1] / "dbt_project" / "models" / "marts"
NETWORK_RETRIES: dict[str, Any] = {
    "retries": 2,
    "retry_delay": timedelta(minutes=5),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=30),
}
BEHIND_THE_DAILY_RUN = "behind_the_daily_run.BehindTheDailyRun"  # of dags/plugins
WINDOW_PARAMS = {
    name: Param(None, type=["null", "string"], description=text)
    for name, text in (
        ("from", "Read from this moment (ISO, UTC) instead of the run's interval; needs `to`"),
        ("to", "Read up to this moment, exclusive"),
    )
}


def lake_asset(source: str, stream: str) -> Asset:
    """Return the asset that stands for a stream's accepted files."""
    return Asset(f"lake.{source}.{stream}", uri=f"lake://raw/{source}/{stream}")


def lake_assets() -> list[Asset]:
    """Return the assets of all streams of all sources that are not broken."""
    return [
        lake_asset(source, stream)
        for source in catalog.loaded_names()
        for stream in catalog.stream_names(source)
    ]


def mart_assets() -> list[Asset]:
    """Return the assets that stand for the published marts, one per folder of models."""
    folders = sorted(path.name for path in MARTS.iterdir() if path.is_dir())
    return [Asset(f"marts.{name}", uri=f"marts://current/{name}") for name in folders]


def described(docs: str | None, source: str) -> str:
    """Return a DAG's text with the connector's data sheet below it."""
    return f"{docs}\n### Data sheet of the connector\n\n{catalog.data_sheet(source)}"


def alert_on_failure(context: Context) -> None:
    """Send one alert for a failed run (a DAG-level callback: once per run, not once per task)."""
    from ops.alerts import on_failure  # noqa: PLC0415  (duckdb stays out of parsing)

    settings = alerting(ops_settings.load())
    on_failure.raise_alert(
        settings,
        dag_id=context["dag"].dag_id,
        run_id=str(context["run_id"]),
        reason=str(context.get("reason", "")),
        now=steps.moment_of_failure(settings),
    )


def pull_and_check(source: str) -> None:
    """Map the streams of a source over pull → check, so that a refused one stops no other."""
    landed = AssetAlias(f"lake.{source}")

    @task(
        map_index_template="{{ stream }}",
        pool=source,
        weight_rule=BEHIND_THE_DAILY_RUN,
        **NETWORK_RETRIES,
    )
    def pull(stream: str) -> str:
        context = _named(stream)
        window = _window(context)
        with told("extract", f"{source}.{stream}", window.name, source) as settings:
            if source not in ops_settings.configured_sources(settings, catalog.source_names()):
                raise AirflowSkipException(
                    f"not configured: no connection cxw_{source}, no CXW_{source.upper()}_ value"
                )
            steps.extract(
                settings,
                source,
                stream,
                window,
                run_id=str(context["run_id"]),
                attempt=context["ti"].try_number,
            )
        return str(window.name)

    @task(map_index_template="{{ stream }}", outlets=[landed])
    def check(stream: str, window_name: str) -> Iterator[Metadata]:
        _named(stream)
        window = steps.window_of(window_name)
        with told("check", f"{source}.{stream}", window_name) as settings:
            facts = steps.check_landed(settings, source, stream, window)
        yield Metadata(lake_asset(source, stream), extra=facts.as_json(), alias=landed)

    @task_group
    def stream(stream: str) -> None:
        check(stream, pull(stream))

    stream.expand(stream=list(catalog.stream_names(source)))


@contextmanager
def told(
    step: str, subject: str = "", window: str = "", *sources: str
) -> Iterator[ops_settings.Settings]:
    """Give a step its settings; turn what it raises into the scheduler's words; write it down.

    `sources` are those whose connections the step needs.
    """
    context = get_current_context()
    settings = connected(ops_settings.load(), sources)
    run = failures.run_name(context["ti"].dag_id, str(context["run_id"]))
    where = (settings.alerts_dir, run, step, subject)
    attempt = lineage_events.of_step(
        context["ti"].dag_id,
        str(context["run_id"]),
        *(step, subject, window, steps.machine_time()),
    )

    try:
        with (
            failures.at_work(*where, window, steps.moment_of_failure(settings)),
            lineage_events.followed(settings, attempt, steps.machine_time, _puts_off),
        ):
            yield settings
    except AirflowSkipException:
        raise
    except Exception as error:
        reaction = reaction_to(error)
        if reaction is Reaction.SKIP:
            raise AirflowSkipException(str(error)) from None
        if reaction is Reaction.DEFER:
            since = context["ti"].get_first_reschedule_date(context) or timezone.utcnow()
            ready = timezone.utcnow() + timedelta(seconds=deferral_seconds(error))
            if ready - since < timedelta(seconds=settings.patience_seconds):
                raise AirflowRescheduleException(ready) from None
        at = steps.moment_of_failure(settings)
        failure = failures.describe(error, step=step, subject=subject, window=window, at=at)
        failures.record(settings.alerts_dir, run, failure)
        if reaction is Reaction.RETRY:
            raise
        raise AirflowFailException(str(error)) from None
    failures.clear(*where, steps.moment_of_failure(settings))


def _puts_off(error: BaseException) -> bool:
    """Say whether a task ends without a result and without a fault."""
    if isinstance(error, AirflowSkipException):
        return True
    return isinstance(error, Exception) and reaction_to(error) in (Reaction.SKIP, Reaction.DEFER)


def _named(stream: str) -> Context:
    """Name the mapped task in the UI after its stream."""
    context = get_current_context()
    context["stream"] = stream  # type: ignore[typeddict-unknown-key]
    return context


def _window(context: Context) -> Any:
    """Return the window that the run asks for: params first, then the data interval."""
    params = context["params"]
    return steps.asked_window(
        params["from"],
        params["to"],
        context.get("data_interval_start"),
        context.get("data_interval_end"),
    )
