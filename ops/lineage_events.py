"""OpenLineage events: which run read and wrote what, for the catalogues that draw it.

Each try of a task and each model of a build is a run: START, then COMPLETE or FAIL, or ABORT when
it was put off or skipped. They go to one file a day under `data/lineage/`, one JSON a line, and to
CXW_LINEAGE_URL where that is set. Names only, no value of a row; nothing that goes wrong here
fails a step.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from extract.source import Window
from ops.alerts.channels import quiet
from ops.settings import Settings

log = logging.getLogger("cxw.lineage")
Event = dict[str, Any]
NAMESPACE = "cx-warehouse"
SPEC = "https://openlineage.io/spec"
SCHEMA = f"{SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent"
PRODUCER = f"urn:cx-warehouse:{version('cx-warehouse')}"
KEPT = timedelta(days=30)
TIMEOUT_SECONDS = 5.0
BUILT = {"model", "seed", "snapshot"}


@dataclass(frozen=True, slots=True)
class Run:
    """One try of a job, with the data sets that it reads and writes."""

    job: str
    key: str  # tells this try of the job from every other
    began: datetime
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    facets: Event = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Return the id that all events of the run share."""
        return str(uuid5(NAMESPACE_URL, f"{NAMESPACE}|{self.job}|{self.key}"))

    def event(self, kind: str, at: datetime, **facets: Event) -> Event:
        """Return what is told of the run at a moment: START, COMPLETE, FAIL or ABORT."""
        return {
            "eventType": kind,
            "eventTime": at.astimezone(UTC).isoformat(),
            "producer": PRODUCER,
            "schemaURL": SCHEMA,
            "run": {"runId": self.id, "facets": {**self.facets, **facets}},
            "job": {"namespace": NAMESPACE, "name": self.job},
            "inputs": [{"namespace": NAMESPACE, "name": name} for name in self.inputs],
            "outputs": [{"namespace": NAMESPACE, "name": name} for name in self.outputs],
        }


_step: ContextVar[Run | None] = ContextVar("step", default=None)


def of_step(dag_id: str, run_id: str, step: str, subject: str, window: str, began: datetime) -> Run:
    """Return the run of a task's try; `subject` is source.stream, or empty."""
    reads, writes = {
        "extract": ((subject,), (f"landing.{subject}",)),
        "check": ((f"landing.{subject}",), (f"lake.{subject}",)),
    }.get(step, ((), ()))
    span = Window.from_name(window) if window else None
    nominal = span and _facet(
        "1-0-1/NominalTimeRunFacet",
        nominalStartTime=span.start.isoformat(),
        nominalEndTime=span.end.isoformat(),
    )
    return Run(
        job=".".join(part for part in (dag_id, step.replace(" ", "_"), subject) if part),
        key=f"{run_id}|{window}|{began.isoformat()}",
        began=began,
        inputs=reads,
        outputs=writes,
        facets={"nominalTime": nominal} if nominal else {},
    )


@contextmanager
def followed(
    settings: Settings,
    run: Run,
    clock: Callable[[], datetime],
    puts_off: Callable[[BaseException], bool],
) -> Iterator[None]:
    """Tell the beginning and the end of a step; what dbt does in it has it for its parent."""
    emit(settings, [run.event("START", run.began)])
    before = _step.set(run)
    try:
        yield
    except BaseException as error:
        if puts_off(error):
            emit(settings, [run.event("ABORT", clock())])
        else:
            emit(settings, [run.event("FAIL", clock(), **_error(type(error).__name__))])
        raise
    finally:
        _step.reset(before)
    emit(settings, [run.event("COMPLETE", clock())])


def of_dbt(results: Sequence[Any], manifest: Any) -> list[Event]:
    """Return the events of the models that a dbt command built; tests are no runs."""
    events = []
    for result in results:
        node, spans = result.node, [one for one in result.timing if one.started_at]
        if node.resource_type not in BUILT or not spans:
            continue
        began, ended = _utc(spans[0].started_at), _utc(spans[-1].completed_at)
        parents = [_known(manifest, key) for key in node.depends_on_nodes]
        run = Run(
            job=f"dbt.{node.name}",
            key=f"{node.unique_id}|{began.isoformat()}",
            began=began,
            inputs=tuple(_data_set(one) for one in parents),
            outputs=(_data_set(node),),
            facets=_parent(),
        )
        good = str(result.status) == "success"
        facets = {} if good else _error(f"dbt {result.status}")
        events.append(run.event("START", began))
        events.append(run.event("COMPLETE" if good else "FAIL", ended, **facets))
    return events


def tell_of_dbt(settings: Settings, results: Sequence[Any], manifest: Any) -> None:
    """Tell of the models that a dbt command built."""
    with _in_nobodys_way():
        emit(settings, of_dbt(results, manifest))


def emit(settings: Settings, events: Sequence[Event]) -> None:
    """Keep events, and send them where somebody listens."""
    if not events:
        return
    with _in_nobodys_way():
        _append(settings.data_dir / "lineage", events)
        if url := settings.outside.get("LINEAGE_URL"):
            _post(url, settings.outside.get("LINEAGE_KEY"), events)


@contextmanager
def _in_nobodys_way() -> Iterator[None]:
    """Log what goes wrong: no step fails by what is told of it."""
    try:
        yield
    except Exception as error:
        log.warning("lineage was not told (%s)", type(error).__name__)


def _append(folder: Path, events: Sequence[Event]) -> None:
    """Append to the file of the day, whole lines at once; a new day removes the old files."""
    day = str(events[0]["eventTime"])[:10]
    path = folder / f"{day}.ndjson"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        oldest = f"{datetime.fromisoformat(day) - KEPT:%Y-%m-%d}"
        for old in folder.glob("*.ndjson"):
            if old.stem < oldest:
                old.unlink(missing_ok=True)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        cut = b""  # the line of a process that was killed stays by itself
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            cut = b"" if file.read(1) == b"\n" else b"\n"
        file.write(cut + b"".join(json.dumps(one).encode() + b"\n" for one in events))


def _post(url: str, key: str | None, events: Sequence[Event]) -> None:
    import httpx  # noqa: PLC0415  (only who sends pays for it)

    headers = {"Authorization": f"Bearer {key}"} if key else {}
    with (
        quiet("httpx", "httpcore"),
        httpx.Client(timeout=TIMEOUT_SECONDS, headers=headers) as client,
    ):
        for one in events:
            client.post(url, json=one).raise_for_status()


def _facet(schema: str, **said: Any) -> Event:
    name = schema.rpartition("/")[2]
    url = f"{SPEC}/facets/{schema}.json#/$defs/{name}"
    return {"_producer": PRODUCER, "_schemaURL": url, **said}


def _error(kind: str) -> dict[str, Event]:
    """Return the facet of a failure: its kind; a message may hold what stays here."""
    said = _facet("1-0-1/ErrorMessageRunFacet", message=kind, programmingLanguage="python")
    return {"errorMessage": said}


def _parent() -> dict[str, Event]:
    """Return the facet that names the step within which dbt runs; nothing by hand."""
    step = _step.get()
    if step is None:
        return {}
    job = {"namespace": NAMESPACE, "name": step.job}
    return {"parent": _facet("1-1-0/ParentRunFacet", run={"runId": step.id}, job=job)}


def _known(manifest: Any, key: str) -> Any:
    return manifest.sources[key] if key in manifest.sources else manifest.nodes[key]


def _data_set(node: Any) -> str:
    """Name a stream of the lake as the DAGs' assets do, and a table by its place."""
    if node.resource_type == "source":
        return f"lake.{node.source_name}.{node.name}"
    return f"{node.database}.{node.schema}.{node.alias}"


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
