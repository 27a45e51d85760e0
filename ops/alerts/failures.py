"""What failed in a run, written down by the step that failed, read by the one alert of the run.

One small file per failed step under `alerts/failures/<run>/`. A step that succeeds when tried
again takes its file away. A step that was killed leaves none: the alert then says so.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from extract.errors import CxwError
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
    path = _path(alerts_dir, run, failure.step, failure.subject)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(json.dumps(asdict(failure)))
    os.replace(draft, path)


def clear(alerts_dir: Path, run: str, step: str, subject: str = "") -> None:
    """Forget a failure: the step succeeded when it was tried again."""
    _path(alerts_dir, run, step, subject).unlink(missing_ok=True)


def of_run(alerts_dir: Path, run: str) -> tuple[Failure, ...]:
    """Return what failed in the run, in the order of time."""
    files = sorted((alerts_dir / "failures" / file_name(run)).glob("*.json"))
    found = [Failure(**json.loads(path.read_text())) for path in files]
    return tuple(sorted(found, key=lambda failure: failure.at))


def file_name(text: str) -> str:
    """Make a text safe as a file name."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", text).strip("-.")


def _path(alerts_dir: Path, run: str, step: str, subject: str) -> Path:
    name = file_name(f"{step}-{subject}") + ".json"
    return alerts_dir / "failures" / file_name(run) / name
