"""Build the marts from what the gate let in, judge them, and publish a release.

**What** · `build_models` runs dbt on a private copy of the warehouse (staging, then scoring of new
texts, then the rest); `check_marts` judges the result against the last release; `publish_marts`
switches `marts/current` in one step. Nothing new in the lake: the run ends as skipped.

**Reads** · `lake/raw/`, `lake/enrichment/`, the current release. Starts whenever any
`lake.<source>.<stream>` was updated.

**Writes** · `marts/releases/<id>/` and `marts/current`; assets `marts.<folder>`.

**If it fails** · BI goes on reading the last release, which grows older; nothing half built can be
seen. Runbooks: `build_failed`, `marts_refused`, `publish_refused`, `publish_locked`. Repeat with
`cxw build && cxw check marts && cxw publish`.

**Who notices** · Every reader of the marts, from the morning on.
"""

from __future__ import annotations

from _shared import START, Tag, alert_on_failure, lake_assets, mart_assets, told
from airflow.sdk import DAG, AssetAny, task
from airflow.sdk.exceptions import AirflowSkipException

from ops import steps

with DAG(
    "build_marts",
    schedule=AssetAny(*lake_assets()),
    start_date=START,
    catchup=False,
    max_active_runs=1,
    tags=[Tag.TIER_1, Tag.STEP_BUILD],
    doc_md=__doc__,
    on_failure_callback=alert_on_failure,
):

    @task(pool="warehouse")
    def build_models() -> None:
        """Run dbt on a private copy: staging, scores of new texts, the rest."""
        with told("build") as settings:
            if steps.build(settings) is None:
                raise AirflowSkipException("nothing new in the lake; the release stays as it is")

    @task(pool="warehouse")
    def check_marts() -> None:
        """Judge the build against the last release."""
        with told("check marts") as settings:
            steps.check_marts(settings)

    @task(pool="warehouse", outlets=mart_assets())
    def publish_marts() -> None:
        """Switch `marts/current` to the new release."""
        with told("publish") as settings:
            steps.publish(settings)

    build_models() >> check_marts() >> publish_marts()
