"""The results as they are kept, as a page and as a table."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from rich.table import Table

from benchmarks.evidence import SHARE_WANTED, Analytic, Result, Row, rows

RESULTS = Path(__file__).with_name("results.jsonl")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "evidence.md"
COLUMNS = ("analytic", "planted", "estimate", "placebo", "held", "placebo held", "")
HEAD = f"""# Evidence

What each analytic finds of what the simulated company planted. `make evidence` measures it again
and writes this page; `benchmarks/evidence/results.jsonl` holds every single result.

*Planted* and *estimate* are those of the first seed, the estimate with its interval of 95 %.
*Placebo* is the estimate in the same company when every story is at the dial where its true effect
is zero. *Held* counts the seeds in which the interval held the planted value, *placebo held* those
in which it held the value of no effect. At least {SHARE_WANTED:.0%} of both are wanted; what misses
that is said to miss it.

"""


def read_results() -> list[Result]:
    """Return every result that was kept, in the order in which they came."""
    if not RESULTS.exists():
        return []
    return [Result(**json.loads(line)) for line in RESULTS.read_text().splitlines()]


def render(known: Iterable[Analytic], results: Iterable[Result]) -> str:
    """Return docs/evidence.md."""
    lines = [f"| {' | '.join(COLUMNS)} |", "|" + "---|" * len(COLUMNS)]
    lines += [f"| {' | '.join(_cells(row))} |" for row in rows(known, results)]
    return HEAD + "\n".join(lines) + "\n"


def table(known: Iterable[Analytic], results: Iterable[Result]) -> Table:
    """Return the same for a terminal."""
    shown = Table(title="What was planted, and what was found")
    for name in COLUMNS:
        shown.add_column(name)
    for row in rows(known, results):
        shown.add_row(*_cells(row))
    return shown


def _cells(row: Row) -> tuple[str, ...]:
    analytic, first = row.analytic, row.first
    counts = [f"{held} of {worlds}" for held, worlds in (row.held, row.placebo_held)]
    measured = row.held[1] and row.placebo_held[1]
    return (
        f"{analytic.title} ({analytic.unit})",
        "–" if first is None else f"{first.planted:.3g}",
        _interval(first),
        _interval(row.placebo),
        *counts,
        ("met" if row.is_met else "missed") if measured else "not measured",
    )


def _interval(result: Result | None) -> str:
    if result is None:
        return "–"
    if result.value is None or result.low is None or result.high is None:
        return "not enough to tell"
    return f"{result.value:.3g} ({result.low:.3g} to {result.high:.3g})"
