"""The review queue as a person reads it: two records side by side, and what was said of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from ops import publish
from ops.settings import Settings

FIELDS = ("full_name", "email", "phone", "handle")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A pair of the queue."""

    left: str
    right: str
    probability: float | None
    held: str
    evidence: str
    fields: tuple[tuple[str, str | None, str | None], ...]
    decision: str | None

    @property
    def question(self) -> str:
        """Say what is asked, in one line."""
        chance = f"{self.probability:.0%}" if self.probability is not None else "by hand"
        return f"{self.left} and {self.right}: {chance}; {self.evidence}; {self.held}"


def queue(settings: Settings, *, is_decided_shown: bool = False, most: int = 20) -> list[Waiting]:
    """Return the pairs of the current release that wait, the likeliest first."""
    release = publish.current(settings.data_dir)
    if release is None:
        return []
    sides = ", ".join(f"left_{name}, right_{name}" for name in FIELDS)
    with duckdb.connect(str(release.warehouse), read_only=True) as con:
        rows = con.execute(
            "select left_record_key, right_record_key, match_probability, "  # noqa: S608
            "coalesce(held_reason, ''), coalesce(evidence_reason, ''), decision_type, decided_by, "
            f"decision_reason, {sides} from intermediate.int_identity_review_queue "
            "where decision_type is null and not is_one_customer or ? "
            "order by decision_type nulls first, match_probability desc, 1, 2 limit ?",
            [is_decided_shown, most],
        ).fetchall()
    return [_waiting(row) for row in rows]


def lines(settings: Settings, *, is_decided_shown: bool, most: int) -> Iterator[str]:
    """Yield the queue as text."""
    pairs = queue(settings, is_decided_shown=is_decided_shown, most=most)
    for pair in pairs:
        yield pair.question
        for name, left, right in pair.fields:
            yield f"  {name:<10} {left or '-':<34} {right or '-'}"
        if pair.decision:
            yield f"  decided    {pair.decision}"
    if not pairs:
        yield "nothing waits: identity is sure, or no release stands"


def _waiting(row: tuple[object, ...]) -> Waiting:
    left, right, probability, held, evidence, decision, by, why, *sides = row
    pairs = zip(FIELDS, sides[::2], sides[1::2], strict=True)
    return Waiting(
        left=str(left),
        right=str(right),
        probability=float(probability) if isinstance(probability, float) else None,
        held=str(held),
        evidence=str(evidence),
        fields=tuple((n, _text(a), _text(b)) for n, a, b in pairs),
        decision=f"{decision} by {by}: {why}" if decision else None,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
