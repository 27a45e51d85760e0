"""Pull what changed at HubSpot in a day, judge it, and let it into the lake.

**What** · Contacts, companies, deals, line items, tickets and feedback submissions modified in the
run's interval, archived and merged ones as tombstones; what changed contacts have consented to;
owners and pipelines as they are now; on Sundays the ids of all contacts.

**Reads** · The HubSpot CRM API (data sheet below).

**Writes** · `lake/raw/hubspot/<stream>/`; assets `lake.hubspot.<stream>`.

**If it fails** · The other streams go on and the last release stays served, but lifecycle stages,
NPS, CSAT and CES stand still. Runbooks: `source_unavailable`, `source_deferred_too_long`,
`extract_refused`, `file_refused`. Any run may be repeated; a past snapshot is skipped.

**Who notices** · Everybody who reads NPS or CSAT, and the lifecycle dashboards.
"""

from __future__ import annotations

from _shared import DAILY, START, WINDOW_PARAMS, Tag, alert_on_failure, described, pull_and_check
from airflow.sdk import DAG

with DAG(
    "extract_hubspot",
    schedule=DAILY,
    start_date=START,
    catchup=False,
    max_active_runs=1,
    params=WINDOW_PARAMS,
    tags=[Tag.TIER_2, Tag.STEP_EXTRACT, Tag.SOURCE_HUBSPOT],
    doc_md=described(__doc__, "hubspot"),
    on_failure_callback=alert_on_failure,
):
    pull_and_check("hubspot")
