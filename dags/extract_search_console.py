"""Pull search results from Google Search Console, judge them, and let them into the lake.

**What** · Clicks, impressions and positions of the run's day and the five days before it: by
query, page, country and device, and the day's true totals.

**Reads** · The Search Console API (data sheet below).

**Writes** · `lake/raw/search_console/<stream>/`; assets `lake.search_console.<stream>`.

**If it fails** · The last release stays served; search numbers stand still. Google shows a day two
to three days late, so a day's failure is made up for by the next run. Runbooks:
`source_unavailable`, `source_deferred_too_long`, `extract_refused`, `file_refused`.

**Who notices** · The content team, in the weekly report.
"""

from __future__ import annotations

from _shared import DAILY, START, WINDOW_PARAMS, Tag, alert_on_failure, described, pull_and_check
from airflow.sdk import DAG

with DAG(
    "extract_search_console",
    schedule=DAILY,
    start_date=START,
    catchup=False,
    max_active_runs=1,
    params=WINDOW_PARAMS,
    tags=[Tag.TIER_2, Tag.STEP_EXTRACT, Tag.SOURCE_SEARCH_CONSOLE],
    doc_md=described(__doc__, "search_console"),
    on_failure_callback=alert_on_failure,
):
    pull_and_check("search_console")
