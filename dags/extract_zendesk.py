"""Pull what changed at Zendesk in a day, judge it, and let it into the lake.

**What** · Tickets and the events of their clocks, users, organizations, calls, legs and answers to
CSAT whose cursor lies in the run's interval, and what every agent did that day: `pull` lands one
file per stream, `check` lets it pass, puts rows aside or refuses it. An account has one of the two
CSAT features; the other lands an empty file with a note.

**Reads** · The Zendesk API (data sheet below).

**Writes** · `lake/raw/zendesk/<stream>/`; assets `lake.zendesk.<stream>`.

**If it fails** · The other streams go on and the last release stays served, but calls, tickets and
their share of the experience marts stand still. Runbooks: `source_unavailable`,
`source_deferred_too_long`, `extract_refused`, `file_refused`. Any run may be repeated.

**Who notices** · The call-center dashboards from the next morning on.
"""

from __future__ import annotations

from _shared import DAILY, START, WINDOW_PARAMS, Tag, alert_on_failure, described, pull_and_check
from airflow.sdk import DAG

with DAG(
    "extract_zendesk",
    schedule=DAILY,
    start_date=START,
    catchup=False,
    max_active_runs=1,
    params=WINDOW_PARAMS,
    tags=[Tag.TIER_2, Tag.STEP_EXTRACT, Tag.SOURCE_ZENDESK],
    doc_md=described(__doc__, "zendesk"),
    on_failure_callback=alert_on_failure,
):
    pull_and_check("zendesk")
