"""Ask a person, once a week, about the pairs of records that identity is not sure of.

**What** · `list_pairs` takes the likeliest undecided pairs of the current release; `decide_pair`
waits for one answer each under Required Actions: same, different, or not now. `keep_decisions`
writes the answers down. The texts name record ids and what agrees, no name and no address: look the
records up in their own systems, or with `cxw review list`.

**Reads** · `int_identity_review_queue` of the current release.

**Writes** · `lake/decisions/identity/`, one file a decision, which the next build applies. Another
decision takes one back: `cxw review decide <left> <right> undecided`.

**If it fails** · Data flow on; doubtful pairs stay apart. A question that nobody answers within six
days counts as not now and comes again. Runbook: `task_failed`. By hand: `cxw review list`.

**Who notices** · The stewards of customer data.
"""

from __future__ import annotations

from datetime import timedelta

from _review import ask
from _shared import START, Tag, alert_on_failure
from airflow.sdk import DAG, CronTriggerTimetable

from ops import reviews

with DAG(
    "review_identities",
    schedule=CronTriggerTimetable("0 7 * * 1", timezone="UTC"),
    start_date=START,
    catchup=False,
    max_active_runs=1,
    tags=[Tag.TIER_3, Tag.STEP_REVIEW],
    doc_md=__doc__,
    on_failure_callback=alert_on_failure,
):
    ask(
        "pair",
        reviews.doubtful_pairs,
        reviews.keep_pairs,
        reviews.SAID_OF_PAIRS,
        timedelta(days=6),
    )
