"""What a gate says: checks with their outcome, and a verdict; written as rows of the lake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from extract.lake import committed


class Severity(StrEnum):
    """What follows when a check fails."""

    REFUSE = "refuse"  # nothing of the file or of the build goes on
    QUARANTINE = "quarantine"  # the failing rows are held back, the others go on
    WARN = "warn"  # everything goes on, and somebody is told


class Outcome(StrEnum):
    """What became of the thing that was judged."""

    PASSED = "passed"
    QUARANTINED = "quarantined"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One expectation and how it was met."""

    suite: str
    check: str
    severity: Severity
    success: bool
    observed: float | None
    expected: str
    message: str
    owner: str
    runbook: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's word on a file or on a build."""

    outcome: Outcome
    rows: int
    quarantined_rows: int
    checks: tuple[CheckResult, ...]

    def failed(self, severity: Severity) -> tuple[CheckResult, ...]:
        """Return the failed checks of a severity."""
        return tuple(c for c in self.checks if not c.success and c.severity is severity)


@dataclass(frozen=True, slots=True)
class Subject:
    """What was judged: a file of the lake, or the marts of a build."""

    gate: str  # lake | marts
    checked_at: datetime
    file_path: str
    source: str | None = None
    stream: str | None = None
    interval_start: datetime | None = None
    interval_end: datetime | None = None

    @property
    def name(self) -> str:
        """Name the subject for file names and run names."""
        start, end = self.interval_start, self.interval_end
        window = f"{start:%Y%m%dT%H%M%SZ}--{end:%Y%m%dT%H%M%SZ}" if start and end else ""
        return "-".join(part for part in (self.gate, self.source, self.stream, window) if part)


MOMENT = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        ("gate_type", pa.string()),
        ("suite_name", pa.string()),
        ("check_name", pa.string()),
        ("severity_type", pa.string()),
        ("is_success", pa.bool_()),
        ("observed", pa.float64()),
        ("expected", pa.string()),
        ("message", pa.string()),
        ("owner", pa.string()),
        ("runbook_slug", pa.string()),
        ("source_slug", pa.string()),
        ("stream_name", pa.string()),
        ("file_path", pa.string()),
        ("interval_start", MOMENT),
        ("interval_end", MOMENT),
        ("checked_at", MOMENT),
    ]
)


def write_results(results_dir: Path, subject: Subject, checks: Sequence[CheckResult]) -> Path:
    """Write the checks of one gate run as one Parquet file; a repeat at that moment replaces it."""
    rows = [
        {
            "gate_type": subject.gate,
            "suite_name": check.suite,
            "check_name": check.check,
            "severity_type": str(check.severity),
            "is_success": check.success,
            "observed": check.observed,
            "expected": check.expected,
            "message": check.message,
            "owner": check.owner,
            "runbook_slug": check.runbook,
            "source_slug": subject.source,
            "stream_name": subject.stream,
            "file_path": subject.file_path,
            "interval_start": subject.interval_start,
            "interval_end": subject.interval_end,
            "checked_at": subject.checked_at,
        }
        for check in checks
    ]
    name = f"{subject.name}-{subject.checked_at:%Y%m%dT%H%M%S%fZ}.parquet"
    path = results_dir / f"dt={subject.checked_at:%Y-%m-%d}" / name
    with committed(path, subject.checked_at) as sink:
        pq.write_table(pa.Table.from_pylist(rows, SCHEMA), sink, compression="zstd")
    return path
