"""Pull what changed at ServiceNow in a day, judge it, and let it into the lake.

**What** · Incidents, requested items, the promises on them, groups and deletions whose cursor lies
in the run's interval.

**Reads** · The ServiceNow API (data sheet below).

**Writes** · `lake/raw/servicenow/<stream>/`; assets `lake.servicenow.<stream>`.

**If it fails** · The other streams go on and the last release stays served; the IT desk's figures
stand still. Runbooks: `source_unavailable`, `source_deferred_too_long`, `extract_refused`,
`file_refused`. Any run may be repeated.

**Who notices** · The IT desk's team, at the daily stand-up.
"""

from __future__ import annotations

from _shared import DAILY, START, WINDOW_PARAMS, Tag, alert_on_failure, described, pull_and_check
from airflow.sdk import DAG

with DAG(
    "extract_servicenow",
    schedule=DAILY,
    start_date=START,
    catchup=False,
    max_active_runs=1,
    params=WINDOW_PARAMS,
    tags=[Tag.TIER_2, Tag.STEP_EXTRACT, Tag.SOURCE_SERVICENOW],
    doc_md=described(__doc__, "servicenow"),
    on_failure_callback=alert_on_failure,
):
    pull_and_check("servicenow")
