"""Move the moments of change inside a record, each in the form that its vendor writes it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from sandbox.paths import change

Record = dict[str, Any]

MOVED = (  # where vendors date a record's last change
    "updated_at",
    "generated_timestamp",
    "updatedAt",
    "properties.lastmodifieddate",
    "properties.hs_lastmodifieddate",
    "SystemModstamp",
    "LastModifiedDate",
    "sys_updated_on",
    "fields.updated",
)
FORM = re.compile(r"\d{4}-\d\d-\d\d(?P<between>[T ])\d\d:\d\d:\d\d(?P<part>\.\d+)?(?P<zone>.*)")
MILLISECONDS = 100_000_000_000  # more than this counts milliseconds, not seconds


def touch(record: Record, at: datetime) -> None:
    """Move the cursors of a record to the moment of its change."""

    def move(holder: Any, step: str | int) -> None:
        if isinstance(holder, dict) and holder.get(str(step)) is not None:
            holder[step] = alike(holder[step], at)

    for path in MOVED:
        change(record, path, move)


def alike(old: Any, at: datetime) -> Any:
    """Write a moment in the form of an older one; what is no moment stays."""
    at = at.astimezone(UTC)
    if isinstance(old, int):
        return int(at.timestamp() * (1000 if old > MILLISECONDS else 1))
    form = FORM.fullmatch(old) if isinstance(old, str) else None
    if form is None:
        return old
    digits = len(form["part"] or ".") - 1
    part = f".{at.microsecond:06d}"[: digits + 1].ljust(digits + 1, "0") if digits else ""
    return at.strftime(f"%Y-%m-%d{form['between']}%H:%M:%S") + part + form["zone"]
