"""What the pipeline did, read back from the lake: attempts by stream, rows put aside.

The answers come from the Parquet rows that each attempt and each gate run wrote; there is no other
record of operations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from ops.alerts.message import moment
from ops.settings import Settings

ATTEMPTS = """
select
    source_slug || '.' || stream_name, outcome_type, error_type, message, started_at, window_end
from read_parquet('{files}', union_by_name = true)
where ?::text[] is null or list_contains(?::text[], source_slug || '.' || stream_name)
order by started_at, attempt_id
"""
PUT_ASIDE = """
select source_slug || '.' || stream_name, max(observed), any_value(message)
from (
    select
        *,
        checked_at = max(checked_at) over (partition by file_path) as is_last,
        bool_or(severity_type = 'refuse' and not is_success)
            over (partition by file_path, checked_at) as is_refused
    from read_parquet('{files}', union_by_name = true)
)
where gate_type = 'lake' and severity_type = 'quarantine' and not is_success
    and is_last and not is_refused and checked_at >= ? and checked_at < ?
group by all
order by all
"""
FAILED_CHECKS = """
select suite_name, check_name, severity_type, message
from (
    select *, max(checked_at) over (partition by file_path) as last_at
    from read_parquet('{files}', union_by_name = true)
    where checked_at >= ?
)
where not is_success and checked_at = last_at
order by severity_type, suite_name, check_name, checked_at
"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to extract."""

    stream: str
    outcome: str
    error: str | None
    message: str | None
    started_at: datetime
    window_end: datetime


def attempts(settings: Settings, streams: Sequence[str] | None = None) -> list[Attempt]:
    """Return every attempt, or those of some streams, oldest first."""
    files = settings.lake / "operations" / "extract_attempts"
    if not any(files.glob("dt=*/*.parquet")):
        return []
    named = list(streams) if streams is not None else None
    rows = _query(ATTEMPTS, f"{files}/dt=*/*.parquet", [named, named])
    return [Attempt(*row) for row in rows]


def last_attempts(settings: Settings) -> dict[str, Attempt]:
    """Return the last attempt of each stream."""
    return {attempt.stream: attempt for attempt in attempts(settings)}


def failing_since(settings: Settings, streams: Sequence[str], now: datetime) -> str:
    """Say since when the streams fail, how often in a row, and what was good last."""
    tried = attempts(settings, streams) if streams else []
    told: dict[str, list[str]] = {}
    for stream in streams:
        since = _since([attempt for attempt in tried if attempt.stream == stream])
        told.setdefault(since, []).append(stream)
    said = [f"{', '.join(names)}: {since}" for since, names in told.items()]
    return "; ".join(said) or f"{moment(now)} (this run)"


def _since(tries: Sequence[Attempt]) -> str:
    good = [n for n, attempt in enumerate(tries) if attempt.outcome == "success"]
    bad = tries[good[-1] + 1 :] if good else tries
    if not bad:
        return "this run (it was read; the gate refused it)"
    last = f"last good up to {moment(tries[good[-1]].window_end)}" if good else "never succeeded"
    return f"{moment(bad[0].started_at)}, {len(bad)} tries in a row; {last}"


def quarantined(settings: Settings, since: datetime, until: datetime) -> list[tuple[str, int, str]]:
    """Return streams with rows put aside in a span of time: how many, and why."""
    files = settings.lake / "operations" / "check_results"
    if not any(files.glob("dt=*/*.parquet")):
        return []
    rows = _query(PUT_ASIDE, f"{files}/dt=*/*.parquet", [since, until])
    return [(name, int(count or 0), message) for name, count, message in rows]


def failed_checks(settings: Settings, since: datetime) -> list[tuple[str, str, str, str]]:
    """Return suite, check, severity and words of what failed when a file was judged last."""
    files = settings.lake / "operations" / "check_results"
    if not any(files.glob("dt=*/*.parquet")):
        return []
    return [
        (a, b, c, d) for a, b, c, d in _query(FAILED_CHECKS, f"{files}/dt=*/*.parquet", [since])
    ]


def _query(sql: str, files: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        return con.execute(sql.format(files=files.replace("'", "''")), values).fetchall()
