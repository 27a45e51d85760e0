"""Ask a person, once a day, about rows that the lake gate holds back.

**What** · `list_rows` takes rows that are held in accepted files; `decide_row` waits for one answer
each under Required Actions: release, drop, or not now. `keep_decisions` carries the answers out. A
question tells nothing of the record: see it with `cxw quarantine show`.

**Reads** · `_error` of the files in `lake/raw/`.

**Writes** · `lake/decisions/quarantine/`, one file a decision, and the marks of those rows in their
files; the next build reads what was released as if it had never been held.

**If it fails** · Data flow on; held rows stay out of the marts. A question that nobody answers
within 20 hours counts as not now and comes again. Runbooks: `rows_quarantined`, `task_failed`. By
hand: `cxw quarantine list`.

**Who notices** · Whoever answers for the source.
"""

from __future__ import annotations

from datetime import timedelta

from _review import ask
from _shared import START, Tag, alert_on_failure
from airflow.sdk import DAG, CronTriggerTimetable

from ops import reviews

with DAG(
    "review_quarantine",
    schedule=CronTriggerTimetable("30 6 * * *", timezone="UTC"),
    start_date=START,
    catchup=False,
    max_active_runs=1,
    tags=[Tag.TIER_3, Tag.STEP_REVIEW],
    doc_md=__doc__,
    on_failure_callback=alert_on_failure,
):
    ask("row", reviews.held_rows, reviews.keep_rows, reviews.SAID_OF_ROWS, timedelta(hours=20))
