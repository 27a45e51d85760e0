"""One alert: the facts, and the text that a person reads at 03:14."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from ops.alerts import tiers
from ops.alerts.kinds import KINDS

SHOWN = 6  # names listed before "and n more": the count stays true


@dataclass(frozen=True, slots=True)
class Alert:
    """Everything an alert says; no field may hold a secret or the content of a row."""

    id: str  # one alert per run, or per thing that the watch sees
    kind: str
    dag_id: str
    run_id: str
    at: str
    what: tuple[str, ...]
    since: str
    stale_marts: tuple[str, ...]
    readers: tuple[str, ...]
    served: str
    repeat: tuple[str, ...]
    log: str
    lineage_known: bool = True
    subjects: tuple[str, ...] = ()  # what it is about: streams, a release, a part of Airflow
    failed: tuple[dict[str, str], ...] = ()  # the steps, so that recovery can be seen
    release: str = ""  # the one served then
    often: str = ""

    @property
    def runbook(self) -> str:
        """The page for this kind, as a link where the project's address is known."""
        return linked("project", KINDS[self.kind].runbook)

    @property
    def severity(self) -> str:
        """How fast somebody should look."""
        return KINDS[self.kind].severity

    @property
    def stale(self) -> str:
        """Which marts grow old because of it."""
        if not self.lineage_known:
            return "unknown: nothing was built yet, so nothing is served"
        return shortened(self.stale_marts) or "no mart"

    def text(self) -> str:
        """Return the message, one fact a line."""
        lines = [
            f"[{self.severity}] {self.kind}: {KINDS[self.kind].title} · {self.dag_id}",
            *_listed("What   ", self.what),
            f"Since    {self.since}",
            f"Lately   {self.often}" if self.often else "",
            f"Stale    {self.stale}",
            f"Read by  {shortened(self.readers)}" if self.readers else "",
            f"Served   {self.served}",
            *_listed("Repeat ", self.repeat),
            f"Runbook  {self.runbook}",
            f"Log      {self.log}",
        ]
        return "\n".join(line for line in lines if line)

    def as_json(self) -> dict[str, Any]:
        """Return what is filed and posted: the text first, then each fact by name."""
        facts = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }
        return {
            "text": self.text(),
            **facts,
            "title": KINDS[self.kind].title,
            "severity": self.severity,
            "runbook": self.runbook,
            "stale": self.stale,
            "read_by": shortened(self.readers),
        }


def linked(place: str, path: str) -> str:
    """Return a path of the project or of Airflow as a link, where its address is known."""
    base = tiers.usable().links[place]
    return f"{base}/{path}" if base else path


def shortened(names: Sequence[str]) -> str:
    """List the first names and the true count of the others."""
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def age(span: timedelta) -> str:
    """Say a span as a person would: 26 h, 3 days, 40 min."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 72 * 60 else f"{minutes // 1440} days"


def moment(at: datetime) -> str:
    """Say a moment to the minute, in UTC."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _listed(head: str, lines: Sequence[str]) -> list[str]:
    shown = list(lines[:SHOWN])
    if len(lines) > SHOWN:
        shown.append(f"and {len(lines) - SHOWN} more")
    return [f"{head if n == 0 else ' ' * len(head)}  {line}" for n, line in enumerate(shown)]
