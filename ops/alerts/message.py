"""One alert: the facts, and the text that a person reads at 03:14."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from ops.alerts.kinds import KINDS

SHOWN = 6  # names listed before "and n more": the count stays true


@dataclass(frozen=True, slots=True)
class Alert:
    """Everything an alert says; no field may hold a secret or the content of a row."""

    id: str  # one alert per run: the run's name
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

    @property
    def runbook(self) -> str:
        """The page for this kind."""
        return KINDS[self.kind].runbook

    @property
    def severity(self) -> str:
        """How fast somebody should look."""
        return KINDS[self.kind].severity

    def text(self) -> str:
        """Return the message, one fact a line."""
        lines = [
            f"[{self.severity}] {self.kind}: {KINDS[self.kind].title} · {self.dag_id}",
            *_listed("What   ", self.what),
            f"Since    {self.since}",
            f"Stale    {self._stale()}",
            f"Served   {self.served}",
            *_listed("Repeat ", self.repeat),
            f"Runbook  {self.runbook}",
            f"Log      {self.log}",
        ]
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        """Return what is filed and posted: the text first, then each fact by name."""
        return {
            "text": self.text(),
            **asdict(self),
            "severity": self.severity,
            "runbook": self.runbook,
        }

    def _stale(self) -> str:
        if not self.lineage_known:
            return "unknown: nothing was built yet, so nothing is served"
        if not self.stale_marts:
            return "no mart"
        readers = f"; read by {shortened(self.readers)}" if self.readers else ""
        return f"{shortened(self.stale_marts)}{readers}"


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
