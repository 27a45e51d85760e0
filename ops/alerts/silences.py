"""Silences: alerts that are filed but not sent, each with a reason, a link and an end date.

They live in `ops/alerts/silences.toml`, in git, so that who silenced what, and until when, is
reviewed like code. An expired silence no longer holds; `watch_warehouse` asks to remove it.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from ops.settings import ConfigurationError

FIELDS = ("dag_id", "match", "reason", "link", "until")
FILE = Path(__file__).with_name("silences.toml")


@dataclass(frozen=True, slots=True)
class Silence:
    """One silence: alerts of this DAG whose text matches stay unsent until the end of that day."""

    dag_id: str
    match: str
    reason: str
    link: str
    until: date

    def holds(self, dag_id: str, text: str, now: datetime) -> bool:
        """Say whether an alert is silenced now."""
        same_dag = self.dag_id in ("*", dag_id)
        return same_dag and not self.expired(now) and re.search(self.match, text) is not None

    def expired(self, now: datetime) -> bool:
        """Say whether the last day of the silence is over (UTC)."""
        return now.date() > self.until


def load(path: Path = FILE) -> tuple[Silence, ...]:
    """Read the silences; an entry without reason, link or end date is refused."""
    try:
        entries = tomllib.loads(path.read_text()).get("silence", [])
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            f"{path.name} is not valid TOML ({error})",
            "so no silence can be read from it",
            "correct the file; each entry is a [[silence]] table",
        ) from None
    return tuple(_silence(number, entry) for number, entry in enumerate(entries, start=1))


def _silence(number: int, entry: dict[str, object]) -> Silence:
    missing = [name for name in FIELDS if not entry.get(name)]
    strange = sorted(set(entry) - set(FIELDS))
    if missing or strange:
        raise ConfigurationError(
            f"silence {number} "
            + (f"lacks {', '.join(missing)}" if missing else f"holds {', '.join(strange)}"),
            "a silence nobody can explain, or that never ends, hides real failures",
            f"give exactly {', '.join(FIELDS)}",
        )
    until = entry["until"]
    if not isinstance(until, date) or isinstance(until, datetime):
        raise ConfigurationError(
            f"silence {number} has until = {until!r}",
            "it is a date without quotes",
            "write for example until = 2026-10-31",
        )
    try:
        re.compile(str(entry["match"]))
    except re.error as error:
        raise ConfigurationError(
            f"silence {number} has match = {entry['match']!r}",
            f"it is no regular expression ({error})",
            "correct it, or escape its special characters",
        ) from None
    texts = {name: str(entry[name]) for name in ("dag_id", "match", "reason", "link")}
    return Silence(**texts, until=until)
