"""Alerts as rows of the lake: what the warehouse tells of them stands here, not in `alerts/`.

One small file per word: when an alert is filed or silenced, when it is seen again or what became of
it changes, and when it is over. A word is never changed; the newest of an alert counts.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from extract import row_files
from extract.errors import CxwError
from ops.alerts.filed import Filed

log = logging.getLogger("cxw.alerts")
FOLDER = Path("operations") / "alerts"


@dataclass(frozen=True, slots=True)
class Word:
    """How an alert stands; no text of it, which may name people."""

    alert_id: str
    kind_slug: str
    severity_type: str
    dag_id: str
    subject_names: str
    channel_names: str
    opened_at: datetime
    closed_at: datetime | None
    told_at: datetime
    is_silenced: bool
    seen_count: int
    failed_step_count: int
    channel_count: int
    failed_channel_count: int
    mart_count: int
    reader_count: int


def keep(lake: Path, one: Filed, now: datetime) -> bool:
    """Write down how an alert stands; say whether that went well: no alert fails by its record."""
    word = _word(one, now)
    said = sha256(repr(word).encode()).hexdigest()[:12]
    whose = sha256(word.alert_id.encode()).hexdigest()[:12]
    name = f"{whose}-{now:%Y%m%dT%H%M%SZ}-{said}.parquet"
    try:
        row_files.write(lake / FOLDER / f"dt={word.opened_at:%Y-%m-%d}" / name, word, now)
    except (CxwError, OSError):
        log.exception("alert %s is not in the lake; it stands in its own file", word.alert_id)
        return False
    return True


def _word(one: Filed, now: datetime) -> Word:
    states = {name: entry["state"] for name, entry in one["told"].items()}
    took = sorted(name for name, state in states.items() if state == "sent")
    return Word(
        alert_id=one["id"],
        kind_slug=one["kind"],
        severity_type=one["severity"],
        dag_id=one["dag_id"],
        subject_names=", ".join(one["subjects"]),
        channel_names=", ".join(took),
        opened_at=datetime.fromisoformat(one["at"]),
        closed_at=datetime.fromisoformat(one["closed"]["at"]) if one["closed"] else None,
        told_at=now,
        is_silenced=bool(one["silenced"]),
        seen_count=1 + len(one["again"]),
        failed_step_count=len(one["failed"]),
        channel_count=len(took),
        failed_channel_count=len(states) - len(took),
        mart_count=len(one["stale_marts"]),
        reader_count=len(one["readers"]),
    )
