"""Tasks of a backfill give way: within a pool, the daily run goes first.

The scheduler orders waiting tasks by weight, then by logical date, the oldest first. Without this
rule a backfill of last year would hold the pool of its source until it is done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.plugins_manager import AirflowPlugin
from airflow.task.priority_strategy import PriorityWeightStrategy
from airflow.utils.types import DagRunType

if TYPE_CHECKING:
    from airflow.models.taskinstance import TaskInstance

DAILY, BACKFILL = 10, 1


class BehindTheDailyRun(PriorityWeightStrategy):
    """Weighs a task by the kind of its run, which the run's id begins with."""

    def get_weight(self, ti: TaskInstance) -> int:
        """Return the weight; heavier tasks go first."""
        return BACKFILL if DagRunType.from_run_id(ti.run_id) is DagRunType.BACKFILL_JOB else DAILY


class Plugin(AirflowPlugin):
    """Makes the rule known to Airflow."""

    name = "behind_the_daily_run"
    priority_weight_strategies = (BehindTheDailyRun,)
