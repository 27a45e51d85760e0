"""Read the files that teams dropped for a day, judge them, and let them into the lake.

**What** · The figures of the telephone queues by quarter of an hour, the roster of agents, and the
company's posts in other networks. Days whose file came late are read again.

**Reads** · The drop folder (data sheet below).

**Writes** · `lake/raw/files/<stream>/`; assets `lake.files.<stream>`.

**If it fails** · The other streams go on and the last release stays served. A file that is not
whole is refused until its team delivers it again; one that is missing is noted and read when it is
there. Runbooks: `source_unavailable`, `extract_refused`, `file_refused`. Any run may be repeated.

**Who notices** · The team that exports the file, and whoever compares its figures with ours.
"""

from __future__ import annotations

from _shared import DAILY, START, WINDOW_PARAMS, Tag, alert_on_failure, described, pull_and_check
from airflow.sdk import DAG

with DAG(
    "extract_files",
    schedule=DAILY,
    start_date=START,
    catchup=False,
    max_active_runs=1,
    params=WINDOW_PARAMS,
    tags=[Tag.TIER_2, Tag.STEP_EXTRACT, Tag.SOURCE_FILES],
    doc_md=described(__doc__, "files"),
    on_failure_callback=alert_on_failure,
):
    pull_and_check("files")
