"""Pull mentions, brand posts and their counters from X, judge them, and let them into the lake.

**What** · Posts that mention us, our own posts, and the counters of own posts at an age of one,
three and seven days; on Thursdays which of all posts in the lake must be deleted.

**Reads** · The X API (data sheet below). Every post read costs money: the read budget is a setting.

**Writes** · `lake/raw/x/<stream>/`; assets `lake.x.<stream>`.

**If it fails** · The other streams go on and the last release stays served; sentiment stands
still. **The search holds seven days**: a gap older than that cannot be filled any more, so look
within the week. Deletions are a duty, so a failed reading of them is repeated. Runbooks:
`source_unavailable`, `source_deferred_too_long`, `extract_refused`, `file_refused`.

**Who notices** · The social team, at the daily stand-up.
"""

from __future__ import annotations

from _shared import DAILY, START, WINDOW_PARAMS, Tag, alert_on_failure, described, pull_and_check
from airflow.sdk import DAG

with DAG(
    "extract_x",
    schedule=DAILY,
    start_date=START,
    catchup=False,
    max_active_runs=1,
    params=WINDOW_PARAMS,
    tags=[Tag.TIER_2, Tag.STEP_EXTRACT, Tag.SOURCE_X],
    doc_md=described(__doc__, "x"),
    on_failure_callback=alert_on_failure,
):
    pull_and_check("x")
