"""Pull the Facebook page: counters, posts, comments, insights and ratings; judge and accept them.

**What** · How many follow the page and how it does day by day, what the company posts there, what
people answer, and whether they recommend it.

**Reads** · The Graph API (data sheet below), with a page access token that does not expire.

**Writes** · `lake/raw/facebook/<stream>/`; assets `lake.facebook.<stream>`.

**If it fails** · The other streams go on and the last release stays served. Posts, comments and
insights can be read later; **the counters of a missed day cannot**. A metric that Meta withdrew
does not fail: it lands as not available. Runbooks: `source_unavailable`,
`source_deferred_too_long`, `extract_refused`, `file_refused`.

**Who notices** · The social team, at the daily stand-up.
"""

from __future__ import annotations

from _shared import DAILY, START, WINDOW_PARAMS, Tag, alert_on_failure, described, pull_and_check
from airflow.sdk import DAG

with DAG(
    "extract_facebook",
    schedule=DAILY,
    start_date=START,
    catchup=False,
    max_active_runs=1,
    params=WINDOW_PARAMS,
    tags=[Tag.TIER_2, Tag.STEP_EXTRACT, Tag.SOURCE_FACEBOOK],
    doc_md=described(__doc__, "facebook"),
    on_failure_callback=alert_on_failure,
):
    pull_and_check("facebook")
