"""What the gate holds back, as a person reads and decides it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from extract.source import Window
from ops import steps
from ops.settings import Settings


def lines(settings: Settings, stream: str | None, most: int) -> Iterator[str]:
    """Yield the rows that are held, a line each, and how many there are in all."""
    from expectations import quarantine  # noqa: PLC0415  (duckdb)

    rows = list(quarantine.held(settings.lake, stream or "*.*"))
    for row in rows[:most]:
        span = f"{row.interval_start:%Y-%m-%d} to {row.interval_end:%Y-%m-%d}"
        yield f"{row.row_id}  {row.stream}  {span}  {row.held_reason}"
    if not rows:
        yield "no row is held"
    elif len(rows) > most:
        yield f"and {len(rows) - most:,} more"


def shown(settings: Settings, row_id: str) -> Iterator[str]:
    """Yield all that is known of a row: file, interval, reason, decisions and the record itself."""
    from expectations import quarantine  # noqa: PLC0415  (duckdb)

    found = [row for row in quarantine.held(settings.lake) if row.row_id == row_id]
    for row in found:
        yield f"stream    {row.stream}"
        yield f"file      raw/{row.file_path}"
        yield f"interval  {Window(row.interval_start, row.interval_end).name}"
        yield f"reason    {row.held_reason}"
        record = quarantine.record_of(settings.lake, row)
        yield f"record    {record.get('_payload') or _columns(record)}"
    decided = [one for one in quarantine.decisions(settings.lake) if one.row_id == row_id]
    for one in decided:
        yield (
            f"decided   {one.decision_type} by {one.decided_by} at {one.decided_at:%Y-%m-%d %H:%M}"
            f" UTC: {one.decision_reason} (it was held: {one.held_reason})"
        )
    if not found and not decided:
        raise quarantine.gone(row_id)


def decide(settings: Settings, ids: Sequence[str], kind: str, by: str, why: str) -> Iterator[str]:
    """Release or drop rows; yield a line for each."""
    from expectations import quarantine  # noqa: PLC0415  (duckdb)

    now = steps.now(settings)
    for one in quarantine.decide(settings.lake, ids, kind, by, why, now):
        yield f"{one.row_id}  {one.stream}  {one.decision_type} by {one.decided_by}"
    yield "next: cxw build && cxw check marts && cxw publish"


def _columns(record: dict[str, Any]) -> str:
    own = {name: value for name, value in record.items() if not name.startswith("_")}
    return json.dumps(own, default=str)
