"""Showing an older release again: the next build starts from it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from ops.publish import NoSuchRelease, Release, current, named, releases
from ops.release_files import inspect, switch, switching


def rollback(data: Path, now: datetime, to: str | None = None) -> Release:
    """Show an older release again: the one named, or the one before the current."""
    with switching(data):
        target = _target(data, to)
        for path in (target.marts, target.warehouse):
            inspect(path)
        switch(data, target.id, now)
    return target


def _target(data: Path, to: str | None) -> Release:
    if to is not None:
        return named(data, to)
    now, known = current(data), releases(data)
    if not (older := [release for release in known if now and release.id < now.id]):
        raise NoSuchRelease(
            f"no release before {now.id if now else 'the first'}",
            "there is nothing to go back to",
            f"releases that stand: {', '.join(release.id for release in known) or 'none'}",
        )
    return older[-1]
