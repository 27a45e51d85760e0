"""What the gate holds back, as a person reads and decides it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from extract.source import Window
from ops import steps
from ops.settings import Settings

KINDS = ("release", "drop")


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


def questions(settings: Settings, most: int) -> list[dict[str, str]]:
    """Return rows that are held, each as a question without its record."""
    from expectations import quarantine  # noqa: PLC0415  (duckdb)

    rows = {row.row_id: row for row in quarantine.held(settings.lake)}
    return [
        {
            "subject": f"{row.row_id}: {row.stream}",
            "body": f"{row.held_reason}; interval from {row.interval_start:%Y-%m-%d}; "
            f"the record: `cxw quarantine show {row.row_id}`",
        }
        for row in list(rows.values())[:most]
    ]


def keep_answers(
    settings: Settings, asked: Sequence[dict[str, str]], answers: Sequence[dict[str, Any]]
) -> int:
    """Carry out the answers to `questions` that decide; return how many."""
    from expectations import quarantine  # noqa: PLC0415  (duckdb)

    kept = 0
    for question, answer in zip(asked, answers, strict=True):
        [kind] = answer["chosen_options"]
        if kind in KINDS:
            by = (answer.get("responded_by_user") or {}).get("name") or "somebody"
            name = question["subject"].partition(":")[0]
            why = "answered in the review of held rows"
            quarantine.decide(settings.lake, [name], kind, by, why, steps.now(settings))
            kept += 1
    return kept


def _columns(record: dict[str, Any]) -> str:
    own = {name: value for name, value in record.items() if not name.startswith("_")}
    return json.dumps(own, default=str)
