"""Run DAGs in this one process, as `cxw run` asks line by line, and tell what happens as JSON.

`python _run_once.py run` reads orders {"dag_id", "logical_date", "conf"} from standard input and
writes one JSON event a line; `python _run_once.py describe` writes every DAG's facts once. What is
printed otherwise goes to standard error. When standard input ends, the process ends too.
"""

from __future__ import annotations

import functools
import json
import logging
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
ENDED_BY_PARENT = 130
RETRY_SECONDS = 2  # a person waits: the minutes between tries are for the night


def main(mode: str) -> None:
    """Serve orders, or describe the DAGs."""
    tell = _events()
    from airflow.dag_processing.dagbag import BundleDagBag  # noqa: PLC0415  (after the redirect)

    bag = BundleDagBag(dag_folder=FOLDER, bundle_path=FOLDER, bundle_name="dags-folder")
    errors = bag.import_errors if mode == "describe" else _unforeseen(bag.import_errors)
    if errors:
        raise SystemExit("\n".join(f"{name}: {why}" for name, why in errors.items()))
    if mode == "describe":
        tell({"event": "dags", "dags": [_facts(bag.dags[name]) for name in sorted(bag.dags)]})
        return
    _migrate()
    _store_once(bag)
    _close_unfinished()
    logging.getLogger("cxw.steps").addHandler(_Facts(tell))
    orders = _orders()
    tell({"event": "ready"})
    while True:
        order = orders.get()
        tell(_run(bag.dags[order["dag_id"]], order))


def _unforeseen(errors: dict[str, str]) -> dict[str, str]:
    """Leave out the DAGs of broken sources: `cxw run` tells of them and orders the others."""
    from ops import catalog  # noqa: PLC0415

    broken = set(catalog.source_names()) - set(catalog.loaded_names())
    left_out = {f"extract_{source}" for source in broken}
    return {name: why for name, why in errors.items() if Path(name).stem not in left_out}


def _store_once(bag: Any) -> None:
    """Let `dag.test()` parse and store the DAGs once, not before each run: a third of its time.

    The files that this process read do not change under it; `cxw run` starts a new one.
    """
    from airflow.dag_processing import dagbag  # noqa: PLC0415

    dagbag.BundleDagBag = lambda **_: bag  # type: ignore[assignment, misc]
    dagbag.sync_bag_to_db = functools.cache(dagbag.sync_bag_to_db)


def _run(dag: Any, order: dict[str, Any]) -> dict[str, Any]:
    began = time.perf_counter()
    for task in dag.tasks:
        task.retry_delay = timedelta(seconds=RETRY_SECONDS)
    date = datetime.fromisoformat(order["logical_date"]) if order["logical_date"] else _now()
    run = dag.test(logical_date=date, run_conf=order["conf"])
    tasks = [
        {"task_id": ti.task_id, "label": ti.rendered_map_index, "state": str(ti.state)}
        for ti in run.get_task_instances()
    ]
    return {
        "event": "run",
        "dag_id": dag.dag_id,
        "run_id": run.run_id,
        "state": str(run.state),
        "tasks": tasks,
        "seconds": round(time.perf_counter() - began, 3),
    }


def _now() -> datetime:
    """Return the machine's time: a run without a date of its own replaces no earlier one."""
    from airflow.sdk import timezone  # noqa: PLC0415

    return timezone.utcnow()


def _facts(dag: Any) -> dict[str, Any]:
    condition = getattr(dag.timetable, "asset_condition", None)
    reads = [asset.name for asset in condition.objects] if condition else []
    writes = sorted({outlet.name for task in dag.tasks for outlet in task.outlets})
    return {
        "dag_id": dag.dag_id,
        "schedule": getattr(dag.timetable, "expression", "") or "on assets",
        "tags": sorted(dag.tags),
        "doc": dag.doc_md,
        "tasks": [task.task_id for task in dag.topological_sort()],
        "reads": reads,
        "writes": writes,
    }


def _events() -> Callable[[dict[str, Any]], None]:
    """Keep standard output for events; whatever else is printed goes to standard error."""
    sink = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    lock = threading.Lock()

    def tell(event: dict[str, Any]) -> None:
        with lock:
            sink.write(json.dumps(event, default=str) + "\n")

    return tell


class _Facts(logging.Handler):
    """Hand the facts of each step's log line on as an event."""

    def __init__(self, tell: Callable[[dict[str, Any]], None]) -> None:
        super().__init__(logging.INFO)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        facts = getattr(record, "facts", None)
        if facts:
            self._tell({"event": "step", **facts})


def _orders() -> queue.Queue[dict[str, Any]]:
    """Read orders in a thread; the end of input ends the process, as a kill would.

    Every step stands a kill, so there is nothing to tidy up.
    """
    orders: queue.Queue[dict[str, Any]] = queue.Queue()

    def read() -> None:
        for line in sys.stdin:
            orders.put(json.loads(line))
        os._exit(ENDED_BY_PARENT)

    threading.Thread(target=read, daemon=True).start()
    return orders


def _migrate() -> None:
    """Bring Airflow's database to this version, and make the pools; once per version."""
    import airflow  # noqa: PLC0415

    mark = Path(os.environ["AIRFLOW_HOME"]) / "migrated"
    pools = (FOLDER / "pools.json").read_text()
    wanted = f"{airflow.__version__}\n{pools}"
    if mark.exists() and mark.read_text() == wanted:
        return
    _airflow("db", "migrate")
    _airflow("pools", "import", str(FOLDER / "pools.json"))
    mark.write_text(wanted)


def _airflow(*arguments: str) -> None:
    from airflow.cli.cli_parser import get_parser  # noqa: PLC0415

    parsed = get_parser().parse_args(arguments)
    parsed.func(parsed)


def _close_unfinished() -> None:
    """Mark runs as failed that a killed process left running."""
    from airflow.models.dagrun import DagRun  # noqa: PLC0415
    from airflow.utils.session import create_session  # noqa: PLC0415
    from airflow.utils.state import DagRunState  # noqa: PLC0415
    from sqlalchemy import update  # noqa: PLC0415

    with create_session() as session:
        session.execute(
            update(DagRun)
            .where(DagRun.state == DagRunState.RUNNING)
            .values(state=DagRunState.FAILED)
        )


if __name__ == "__main__":
    main(sys.argv[1])
