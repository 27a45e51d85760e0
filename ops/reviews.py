"""What is asked under Airflow's Required Actions, and what becomes of the answers.

A question holds ids and reasons, no name and no address: not everybody may see personal data.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from ops import steps
from ops.settings import Settings

Question = dict[str, str]
Answer = dict[str, Any]
SAID_OF_PAIRS = ("same", "different")
SAID_OF_ROWS = ("release", "drop")


def doubtful_pairs(settings: Settings, most: int) -> list[Question]:
    """Return the likeliest pairs of records that wait for a decision."""
    from ops.identity import review  # noqa: PLC0415  (duckdb)

    return [
        {"subject": f"{pair.left} = {pair.right}?", "body": pair.question}
        for pair in review.queue(settings, most=most)
    ]


def keep_pairs(settings: Settings, asked: Sequence[Question], answers: Sequence[Answer]) -> int:
    """Write down the answers to `doubtful_pairs` that decide; return how many."""
    from ops.identity import decisions  # noqa: PLC0415  (duckdb)

    said = _decided(asked, answers, SAID_OF_PAIRS)
    for subject, kind, by in said:
        left, _, right = subject.removesuffix("?").partition(" = ")
        why = "answered in the weekly review"
        decisions.decide(settings.lake, (left, right), kind, by, why, steps.now(settings))
    return len(said)


def held_rows(settings: Settings, most: int) -> list[Question]:
    """Return rows that the lake gate holds back; several files may hold the same."""
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


def keep_rows(settings: Settings, asked: Sequence[Question], answers: Sequence[Answer]) -> int:
    """Carry out the answers to `held_rows` that decide; return how many."""
    from expectations import quarantine  # noqa: PLC0415  (duckdb)

    said = _decided(asked, answers, SAID_OF_ROWS)
    for subject, kind, by in said:
        name = subject.partition(":")[0]
        why = "answered in the review of held rows"
        quarantine.decide(settings.lake, [name], kind, by, why, steps.now(settings))
    return len(said)


def _decided(
    asked: Sequence[Question], answers: Sequence[Answer], kinds: Collection[str]
) -> list[tuple[str, str, str]]:
    """Return the subject, the kind and who said it of each answer that decides."""
    found = []
    for question, answer in zip(asked, answers, strict=True):
        [kind] = answer["chosen_options"]
        if kind in kinds:
            by = (answer.get("responded_by_user") or {}).get("name") or "somebody"
            found.append((question["subject"], kind, by))
    return found
