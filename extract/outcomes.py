"""The outcome of every attempt, as data: one row in one small file.

"Since when does this stream fail, and how?" is then a query.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from extract import row_files
from extract.source import STAMP

FOLDER = Path("operations") / "extract_attempts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to land a window of a stream; the fields are the columns of the file."""

    attempt_id: str
    source_slug: str
    stream_name: str
    kind_type: str
    window_start: datetime
    window_end: datetime
    run_id: str
    attempt: int
    outcome_type: str  # success | deferred | failed | refused | skipped
    error_type: str | None = None
    message: str | None = None
    http_status: int | None = None
    defer_seconds: float | None = None
    rows: int = 0
    new_rows: int = 0
    duplicates: int = 0
    outside_window: int = 0
    invalid_rows: int = 0
    requests: int = 0
    retries: int = 0
    bytes: int = 0
    reads: int = 0  # records that the vendor is paid for
    note: str = ""
    started_at: datetime
    finished_at: datetime
    duration_seconds: float


def attempt_id(source: str, stream: str, window: str, started_at: datetime) -> str:
    """Return a new name for an attempt; a deferred attempt is one of its own."""
    begun = started_at.astimezone(UTC).strftime(STAMP)
    return f"{source}.{stream}.{window}.{begun}.{uuid4().hex[:12]}"


def record(lake: Path, attempt: Attempt) -> Path:
    """Write the outcome of an attempt where staging finds it."""
    day = f"dt={attempt.started_at:%Y-%m-%d}"
    path = lake / FOLDER / day / f"{attempt.attempt_id}.parquet"
    row_files.write(path, attempt, attempt.finished_at)
    return path
