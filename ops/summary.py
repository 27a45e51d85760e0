"""The last words of a run: what landed, what is published, the headline numbers, where to look."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import sqrt
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from ops.publish import Release

HEADLINES = ("nps", "csat", "service_level")
MONTH = """
select
    metric_slug,
    sum(sample_count) as sample_count,
    sum(score_sum) as score_sum,
    sum(score_squared_sum) as score_squared_sum
from marts.agg_experience_daily
where segment_type = 'all' and booked_on >= ? and booked_on < ?
group by metric_slug
"""


@dataclass(frozen=True, slots=True)
class Headline:
    """One metric over a month, rolled up from daily sums, with its margin of error."""

    metric: str
    sample_count: int
    value: float
    margin: float | None  # None when one observation says nothing about spread


def headline(metric: str, count: int, score_sum: float, squared_sum: float) -> Headline:
    """Roll sums up as `docs/metrics.md` does: mean, and 1.96 standard errors of it."""
    value = score_sum / count
    if count < 2:
        return Headline(metric, count, value, None)
    variance = max(0.0, squared_sum / count - value * value)
    return Headline(metric, count, value, 1.96 * sqrt(variance / count))


def last_month(as_of: date) -> tuple[date, date]:
    """Return the month that holds the last day before `as_of`, as [first, next first)."""
    last_day = date.fromordinal(as_of.toordinal() - 1)
    first = last_day.replace(day=1)
    return first, (first.replace(day=28) + (date.resolution * 4)).replace(day=1)


def headlines(marts: Path, first: date, until: date) -> list[Headline]:
    """Read the headline metrics of a month from a release."""
    with duckdb.connect(str(marts), read_only=True) as con:
        rows = {row[0]: row for row in con.execute(MONTH, [first, until]).fetchall()}
    return [headline(*rows[name]) for name in HEADLINES if name in rows]


def show(console: Console, streams: Mapping[str, tuple[int, int]], release: Release | None) -> None:
    """Print the summary."""
    if streams:
        console.print(_streams(streams))
    if release is None:
        console.print("No release yet: nothing is published.")
        return
    console.print(_marts(release.manifest["rows"]))
    first, until = last_month(release.as_of.date())
    table = Table(title=f"{first:%B %Y}, as of {release.as_of:%Y-%m-%d %H:%M} UTC", box=None)
    for name, side in (("metric", "left"), ("value", "right"), ("±", "right"), ("n", "right")):
        table.add_column(name, justify=side)  # type: ignore[arg-type]
    for item in headlines(release.marts, first, until):
        margin = "" if item.margin is None else f"{item.margin:.1f}"
        table.add_row(item.metric, f"{item.value:.1f}", margin, f"{item.sample_count:,}")
    console.print(table)


def _streams(streams: Mapping[str, tuple[int, int]]) -> Table:
    table = Table(title="Landed in this run", box=None)
    for name, side in (("stream", "left"), ("rows", "right"), ("put aside", "right")):
        table.add_column(name, justify=side)  # type: ignore[arg-type]
    for name, (landed, aside) in streams.items():
        table.add_row(name, f"{landed:,}", f"{aside:,}")
    landed, aside = (sum(column) for column in zip(*streams.values(), strict=True))
    table.add_row("all", f"{landed:,}", f"{aside:,}", style="bold")
    return table


def _marts(rows: Mapping[str, int]) -> Table:
    table = Table(title="Marts", box=None)
    table.add_column("mart")
    table.add_column("rows", justify="right")
    for mart, count in rows.items():
        table.add_row(mart, f"{count:,}")
    return table


def command(name: str) -> str:
    """Name a program of this environment as the shell finds it: with its path if need be."""
    ours = Path(sys.executable).with_name(name)
    return name if shutil.which(name) == str(ours) else relative(ours)


def relative(path: Path) -> str:
    """Show a path as seen from the working directory."""
    return os.path.relpath(path)
