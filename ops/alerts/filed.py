"""The alerts on disk: one JSON file each, under `alerts/` while open, then under `alerts/closed/`.

Every step here is one atomic move, so a kill leaves the state before it or after it. One process at
a time works on the files: the kernel's lock, which dies with its holder, sees to it.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from ops import whole_file

Filed = dict[str, Any]
LONGEST = 200


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Wait until no other process works on the alerts."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def file_name(text: str) -> str:
    """Make a text safe as a file name; a long one keeps its head and gets a hash."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", text).strip("-.")
    if len(name) <= LONGEST:
        return name
    return f"{name[:LONGEST]}-{sha256(text.encode()).hexdigest()[:12]}"


def told_of(folder: Path, alert_id: str) -> bool:
    """Say whether the alert was filed before, be it open, closed, or counted in another one."""
    name = f"{file_name(alert_id)}.json"
    if (folder / name).exists() or (folder / "closed" / name).exists():
        return True
    return any(alert_id in filed["again"] for filed in standing(folder))


def write(folder: Path, filed: Filed) -> None:
    """Write an open alert whole or not at all."""
    whole_file.write(folder / f"{file_name(filed['id'])}.json", json.dumps(filed, indent=1))


def put_away(folder: Path, filed: Filed) -> None:
    """Move a closed alert out of the open ones."""
    write(folder, filed)
    name = f"{file_name(filed['id'])}.json"
    (folder / "closed").mkdir(exist_ok=True)
    os.replace(folder / name, folder / "closed" / name)


def standing(folder: Path) -> list[Filed]:
    """Return the alerts that are open, or whose closing is not told yet; oldest first."""
    return sorted(_read(folder.glob("*.json")), key=lambda filed: str(filed["at"]))


def open_ones(folder: Path) -> list[Filed]:
    """Return the alerts that are not over; oldest first."""
    return [filed for filed in standing(folder) if filed["closed"] is None]


def closed_since(folder: Path, moment: datetime) -> list[Filed]:
    """Return the alerts that ended at or after a moment, oldest first."""
    every = (*_read((folder / "closed").glob("*.json")), *standing(folder))
    ended = [filed for filed in every if filed["closed"]]
    later = [f for f in ended if datetime.fromisoformat(f["closed"]["at"]) >= moment]
    return sorted(later, key=lambda filed: str(filed["closed"]["at"]))


def forget_closed(folder: Path, before: datetime) -> int:
    """Remove the alerts that ended before a moment; return how many."""
    gone = 0
    for path in (folder / "closed").glob("*.json"):
        if datetime.fromisoformat(json.loads(path.read_text())["closed"]["at"]) < before:
            path.unlink()
            gone += 1
    return gone


def often(folder: Path, kind: str, subjects: Iterable[str], now: datetime) -> str:
    """Say how often the same was told in the last 30 days, and how the last time ended."""
    about = set(subjects)
    before = [
        filed
        for filed in closed_since(folder, now - timedelta(days=30))
        if filed["kind"] == kind and (about & set(filed["subjects"]) or not about)
    ]
    if not before:
        return "first time in 30 days"
    last = before[-1]["closed"]
    ended = f"{datetime.fromisoformat(last['at']):%Y-%m-%d %H:%M} UTC"
    return f"{len(before) + 1} times in 30 days; the last took {last['lasted']}, until {ended}"


def _read(paths: Iterable[Path]) -> list[Filed]:
    found = []
    for path in paths:
        try:
            found.append(json.loads(path.read_text()))
        except FileNotFoundError:  # put away a moment ago
            continue
    return found
