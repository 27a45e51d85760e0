"""Pull the responses to Typeform surveys, and weekly the ids of all, judge them, accept them.

**What** · What customers answer to the relationship survey and after onboarding: NPS, CES, CSAT.

**Reads** · The Responses API (data sheet below). Which questions are scores is a setting.

**Writes** · `lake/raw/typeform/<stream>/`; assets `lake.typeform.<stream>`.

**If it fails** · The last release stays served; new answers are missing from it. Responses can be
read later, for as long as the form exists. A sweep of ids that was missed delays the notice of
deleted responses by a week. Runbooks: `source_unavailable`, `source_deferred_too_long`,
`extract_refused`, `file_refused`.

**Who notices** · The customer experience team, in the weekly survey review.
"""

from __future__ import annotations

from _shared import DAILY, START, WINDOW_PARAMS, Tag, alert_on_failure, described, pull_and_check
from airflow.sdk import DAG

with DAG(
    "extract_typeform",
    schedule=DAILY,
    start_date=START,
    catchup=False,
    max_active_runs=1,
    params=WINDOW_PARAMS,
    tags=[Tag.TIER_2, Tag.STEP_EXTRACT, Tag.SOURCE_TYPEFORM],
    doc_md=described(__doc__, "typeform"),
    on_failure_callback=alert_on_failure,
):
    pull_and_check("typeform")
