"""Checks that warned: everything went on, and somebody should know.

One finding for all of them. It lasts until the same file, or the marts, are judged without the
warning, or until two days have passed: so long a warning that comes every morning is one alert.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from ops import history
from ops.alerts.finding import Finding
from ops.settings import Settings

LASTS = timedelta(days=2)
SHOWN = 3
NO_NEWS = {
    "mart_has_rows",  # an empty mart is empty since ever: rows that were lost have their own check
    "rows_not_too_few",  # warns only where the gate is not sure: little history, an excused day
}
BY_HAND = "(accepted by hand)"  # somebody knows


def findings(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Find the warnings of the newest judgements."""
    said = {
        suite: f"{suite}: {message}"
        for suite, check, severity, message in history.failed_checks(settings, now - LASTS)
        if severity == "warn" and check not in NO_NEWS and BY_HAND not in message
    }
    if said:
        lines = list(said.values())
        more = [f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
        yield Finding(
            "checks_warned",
            "checks",
            "; ".join([*lines[:SHOWN], *more]),
            None,
            about=tuple(f"{suite}-warned" for suite in said),
            repeat=("cxw status",),
            makes_stale=False,
        )
