"""What the DAGs that ask a person have in common: list, ask, keep."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from _shared import told
from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import task

from ops.settings import Settings

Question = dict[str, str]
MOST = 20  # questions of one run


def ask(
    subject: str,
    questions_of: Callable[[Settings, int], list[Question]],
    keep: Callable[[Settings, list[Question], list[dict[str, Any]]], int],
    options: tuple[str, ...],
    patience: timedelta,
) -> None:
    """Ask each question under Required Actions, and keep the answers; "not now" is none."""

    @task(task_id=f"list_{subject}s")
    def list_questions() -> list[Question]:
        with told(f"list {subject}s") as settings:
            return questions_of(settings, MOST)

    @task
    def keep_decisions(questions: list[Question], answers: Any) -> None:
        with told("keep decisions") as settings:
            keep(settings, questions, list(answers))

    questions = list_questions()
    answers = HITLOperator.partial(
        task_id=f"decide_{subject}",
        options=[*options, "not now"],
        defaults="not now",
        response_timeout=patience,
    ).expand_kwargs(questions)
    keep_decisions(questions, answers.output)
