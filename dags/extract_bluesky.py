"""Pull posts about the brand, its own posts and their counters from Bluesky, and let them in.

**What** · Posts that the brand search finds, our own posts, the counters of own posts at an age of
one, three and seven days, and the followers of our account.

**Reads** · The server of our Bluesky account (data sheet below). Reading costs nothing.

**Writes** · `lake/raw/bluesky/<stream>/`; assets `lake.bluesky.<stream>`.

**If it fails** · The other streams go on and the last release stays served. Bluesky forgets
nothing, so a gap of posts is filled by a later run; the counters of a missed day are lost.
Runbooks: `source_unavailable`, `source_deferred_too_long`, `extract_refused`, `file_refused`.

**Who notices** · The social team, at the daily stand-up.
"""

from __future__ import annotations

from _shared import DAILY, START, WINDOW_PARAMS, Tag, alert_on_failure, described, pull_and_check
from airflow.sdk import DAG

with DAG(
    "extract_bluesky",
    schedule=DAILY,
    start_date=START,
    catchup=False,
    max_active_runs=1,
    params=WINDOW_PARAMS,
    tags=[Tag.TIER_2, Tag.STEP_EXTRACT, Tag.SOURCE_BLUESKY],
    doc_md=described(__doc__, "bluesky"),
    on_failure_callback=alert_on_failure,
):
    pull_and_check("bluesky")
