"""Say every hour what is late, failed or stale now, not only what broke in the night.

**What** · Compares the lake with the timetable, the release with the lake, and the silences with
their end dates; what nobody was told of leads to one alert while it lasts. What is over is closed,
what a channel did not take is sent again, and once a day one message lists what is still open. It
is what `cxw watch` does from outside of Airflow, too; both together tell nothing twice.

**Reads** · The names of the lake's files, the attempts and check results, the current release,
`ops/alerts/silences.toml`, `ops/alerts/alerting.toml`.

**Writes** · `alerts/*.json`, `lake/operations/alerts/`, the channels, the log.

**If it fails** · Data flow on; only this second look is missing. What a task's own alert says still
arrives. Runbook: `task_failed`. Repeat with `cxw status`.

**Who notices** · Nobody at once: that is the danger. `cxw watch` looks from outside.
"""

from __future__ import annotations

from _connections import alerting
from _shared import START, Tag, alert_on_failure, told
from airflow.sdk import DAG, CronTriggerTimetable, task

from ops import catalog, steps

with DAG(
    "watch_warehouse",
    schedule=CronTriggerTimetable("20 * * * *", timezone="UTC"),
    start_date=START,
    catchup=False,
    max_active_runs=1,
    tags=[Tag.TIER_3, Tag.STEP_WATCH],
    doc_md=__doc__,
    on_failure_callback=alert_on_failure,
):

    @task
    def report_findings() -> None:
        """Compare files with the timetable, and alert on what is wrong now."""
        with told("watch", "", "", *catalog.loaded_names()) as settings:
            steps.watch(alerting(settings))

    report_findings()
