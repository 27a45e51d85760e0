"""Releases as rows of the lake: a release is retired, what it was is kept.

Each build begins with it. By then every release that stands was shown, and none is gone that was
not written down: only a publication retires, and it follows a build.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from extract import row_files
from ops import publish
from ops.release_files import SERVED

FOLDER = Path("operations") / "releases"


@dataclass(frozen=True, slots=True)
class Told:
    """What a release's manifest says, in numbers."""

    release_id: str
    base_release_id: str | None
    code_version: str
    trust_grade: str | None  # of the mart that is trusted least
    as_of: datetime
    built_at: datetime
    build_number: int
    file_count: int
    mart_count: int
    row_count: int
    doubted_mart_count: int  # graded below A
    changed_mart_count: int
    added_row_count: int
    removed_row_count: int
    changed_row_count: int


def keep(data: Path, lake: Path, now: datetime) -> int:
    """Write down the releases that were shown and are not written down; return how many."""
    kept = 0
    for release in publish.releases(data):
        day = f"dt={release.built_at:%Y-%m-%d}"
        name = f"{release.id}-{release.built_at:%Y%m%dT%H%M%SZ}.parquet"
        path = lake / FOLDER / day / name
        if not path.exists() and (release.path / SERVED).exists():
            row_files.write(path, _told(release), now)
            kept += 1
    return kept


def _told(release: publish.Release) -> Told:
    said = release.manifest
    rows, changes, grades = (said.get(name, {}) for name in ("rows", "changes", "grades"))
    return Told(
        release_id=release.id,
        base_release_id=said["base"],
        code_version=said["code_version"],
        trust_grade=max(grades.values(), default=None),
        as_of=release.as_of,
        built_at=release.built_at,
        build_number=release.number,
        file_count=len(said["files_consumed"]),
        mart_count=len(rows),
        row_count=sum(rows.values()),
        doubted_mart_count=sum(grade > "A" for grade in grades.values()),
        changed_mart_count=len(changes),
        added_row_count=sum(_of(change, "added", "after") for change in changes.values()),
        removed_row_count=sum(_of(change, "removed", "before") for change in changes.values()),
        changed_row_count=sum(change.get("changed", 0) for change in changes.values()),
    )


def _of(change: Mapping[str, Any], name: str, whole: str) -> int:
    """Return the rows of a change; of a mart that is new or gone, all of its rows."""
    return int(change[name] if name in change else change[whole] or 0)
