"""Pull the GA4 export's day files and daily reports, judge them, and let them into the lake.

**What** · The day of the run's interval and the three days before it, which Google restates; each
day is a file of its own and replaces the one before.

**Reads** · The BigQuery export in a store of files, and the Data API (data sheet below).

**Writes** · `lake/raw/ga4/<stream>/`; assets `lake.ga4.<stream>`.

**If it fails** · The last release stays served; sessions and behavioural stages stand still. A day
that the vendor has not exported yet is asked for again later. Runbooks: `source_unavailable`,
`source_deferred_too_long`, `extract_refused`, `file_refused`. Any run may be repeated.

**Who notices** · The web dashboards, one day later than the others.
"""

from __future__ import annotations

from _shared import DAILY, START, WINDOW_PARAMS, Tag, alert_on_failure, described, pull_and_check
from airflow.sdk import DAG

with DAG(
    "extract_ga4",
    schedule=DAILY,
    start_date=START,
    catchup=False,
    max_active_runs=1,
    params=WINDOW_PARAMS,
    tags=[Tag.TIER_2, Tag.STEP_EXTRACT, Tag.SOURCE_GA4],
    doc_md=described(__doc__, "ga4"),
    on_failure_callback=alert_on_failure,
):
    pull_and_check("ga4")
