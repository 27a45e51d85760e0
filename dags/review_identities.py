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
from typing import Any

from _shared import START, Tag, alert_on_failure, told
from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import DAG, CronTriggerTimetable, task

from ops import steps

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

    @task
    def list_pairs() -> list[dict[str, str]]:
        """Give the likeliest undecided pairs, each as a question."""
        with told("list doubtful pairs") as settings:
            return steps.doubtful_pairs(settings, most=20)

    @task
    def keep_decisions(questions: list[dict[str, str]], answers: Any) -> None:
        """Write the answers down; `not now` is none."""
        with told("keep decisions") as settings:
            steps.keep_answers(settings, questions, list(answers))

    questions = list_pairs()
    answers = HITLOperator.partial(
        task_id="decide_pair",
        options=["same", "different", "not now"],
        defaults="not now",
        response_timeout=timedelta(days=6),
    ).expand_kwargs(questions)
    keep_decisions(questions, answers.output)
