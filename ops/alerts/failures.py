"""What failed in a run, written down by the step that failed, read by the one alert of the run.

One small file per failed step under `alerts/failures/<run>/`. A step that succeeds when tried
again takes its file away. While a step works it holds the kernel's lock on a mark beside it, so a
step that was killed is known by a mark that nobody holds. A step that ended well leaves the moment
under `alerts/good/`: that is how an alert about it finds its end.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from extract.errors import CxwError
from ops import whole_file
from ops.alerts.filed import file_name
from ops.alerts.kinds import kind_of


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed step of a run, in three clauses."""

    kind: str
    step: str
    subject: str  # source.stream, or empty for build, check and publish
    window: str  # as the lake names it, or empty
    seen: str
    why: str
    next_step: str
    at: str


def run_name(dag_id: str, run_id: str) -> str:
    """Return the name of a run; run ids alone are the same in every DAG of a day."""
    return f"{dag_id}__{run_id}"


def describe(
    error: BaseException, *, step: str, at: datetime, subject: str = "", window: str = ""
) -> Failure:
    """Put an error into words that may leave the machine: foreign messages may hold secrets."""
    if isinstance(error, CxwError):
        seen, why, next_step = error.seen, error.why, error.next_step
    else:
        seen = f"{type(error).__name__} in {step} {subject}".rstrip()
        why = "the project does not know this error; its text may hold secrets, so it stays here"
        next_step = "read the log named below"
    kind = kind_of(error).slug
    return Failure(kind, step, subject, window, seen, why, next_step, at.isoformat())


def record(alerts_dir: Path, run: str, failure: Failure) -> None:
    """Write the failure down; a second try of the same step replaces it."""
    _write(_path(alerts_dir, run, failure.step, failure.subject), run, failure)


def clear(alerts_dir: Path, run: str, step: str, subject: str, at: datetime) -> None:
    """Note that a step ended well, and forget its failure: it succeeded when tried again."""
    good = alerts_dir / "good" / file_name(f"{run.partition('__')[0]}-{step}-{subject}")
    good.parent.mkdir(parents=True, exist_ok=True)
    good.touch()
    os.utime(good, (at.timestamp(), at.timestamp()))
    _path(alerts_dir, run, step, subject).unlink(missing_ok=True)


def last_good(alerts_dir: Path, dag_id: str, step: str = "", subject: str = "") -> datetime | None:
    """Return when a step of a DAG, or any of its steps, ended well for the last time."""
    name = file_name(f"{dag_id}-{step}-{subject}") if step else f"{file_name(dag_id)}-*"
    moments = [path.stat().st_mtime for path in (alerts_dir / "good").glob(name)]
    return datetime.fromtimestamp(max(moments), UTC) if moments else None


def of_run(alerts_dir: Path, run: str) -> tuple[Failure, ...]:
    """Return what failed in the run, in the order of time."""
    files = (alerts_dir / "failures" / file_name(run)).glob("*.json")
    found = [_read(path)[1] for path in files]
    return tuple(sorted(found, key=lambda failure: failure.at))


@contextmanager
def at_work(
    alerts_dir: Path, run: str, step: str, subject: str, window: str, at: datetime
) -> Iterator[None]:
    """Hold a mark while a step works; a process that is killed leaves it behind, not held."""
    mark = _path(alerts_dir, run, step, subject).with_suffix(".mark")
    mark.with_suffix(".dead").unlink(missing_ok=True)  # this try takes its place
    _write(mark, run, _killed(step, subject, window, at))
    with mark.open() as handle:
        fcntl.flock(handle, fcntl.LOCK_SH)
        try:
            yield
        finally:
            mark.unlink(missing_ok=True)


def _killed(step: str, subject: str, window: str, began: datetime) -> Failure:
    return Failure(
        "task_killed",
        step,
        subject,
        window,
        f"its process ended without a word; it had begun {began:%Y-%m-%d %H:%M} UTC",
        "the kernel killed it (out of memory), or its machine or container was stopped",
        "look for the reason as the runbook says; nothing half written is visible, so repeat it",
        began.isoformat(),
    )


def notice_dead(alerts_dir: Path, now: datetime, run: str | None = None) -> dict[str, datetime]:
    """Return the runs with a step whose process is gone, and since when that is known.

    A mark that nobody holds becomes a dead one, dated by the first look at it.
    """
    folder = file_name(run) if run else "*"
    for mark in (alerts_dir / "failures").glob(f"{folder}/*.mark"):
        try:
            with mark.open() as handle:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.replace(mark, mark.with_suffix(".dead"))
                os.utime(mark.with_suffix(".dead"), (now.timestamp(), now.timestamp()))
        except (BlockingIOError, FileNotFoundError):
            continue  # at work, or done a moment ago
    since: dict[str, datetime] = {}
    for dead in (alerts_dir / "failures").glob(f"{folder}/*.dead"):
        seen = datetime.fromtimestamp(dead.stat().st_mtime, UTC)
        name = _read(dead)[0]
        since[name] = min(seen, since.get(name, seen))
    return since


def bury(alerts_dir: Path, run: str) -> None:
    """Turn the dead steps of a run into failures; one that left a word before keeps it."""
    for dead in (alerts_dir / "failures").glob(f"{file_name(run)}/*.dead"):
        if dead.with_suffix(".json").exists():
            dead.unlink()
        else:
            os.replace(dead, dead.with_suffix(".json"))


def runs(alerts_dir: Path) -> dict[str, datetime]:
    """Return the runs in which something failed and nothing is at work, with the last failure."""
    last: dict[str, datetime] = {}
    for folder in (alerts_dir / "failures").glob("*"):
        found = [_read(path) for path in folder.glob("*.json")]
        if found and not any(folder.glob("*.mark")):
            last[found[0][0]] = max(datetime.fromisoformat(failure.at) for _, failure in found)
    return last


def forget(alerts_dir: Path, run: str) -> None:
    """Remove what a run left: it is told, and over."""
    shutil.rmtree(alerts_dir / "failures" / file_name(run), ignore_errors=True)


def _write(path: Path, run: str, failure: Failure) -> None:
    whole_file.write(path, json.dumps({"run": run, **asdict(failure)}))


def _read(path: Path) -> tuple[str, Failure]:
    told = json.loads(path.read_text())
    return told.pop("run"), Failure(**told)


def _path(alerts_dir: Path, run: str, step: str, subject: str) -> Path:
    name = file_name(f"{step}-{subject}") + ".json"
    return alerts_dir / "failures" / file_name(run) / name
