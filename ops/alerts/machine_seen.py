"""What is wrong around the pipeline: a full disk, a channel or the watch down, a late backup."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from ops import whole_file
from ops.alerts import filed
from ops.alerts.filed import Filed
from ops.alerts.finding import Finding
from ops.alerts.message import age, moment
from ops.settings import Settings

DOWN_AFTER = timedelta(minutes=15)
BACKUP = Path(".backup") / "last"


def disk(settings: Settings, limits: Mapping[str, float]) -> Iterator[Finding]:
    """Find a disk that has less room than the limits ask for, or than a build needs."""
    place = settings.data_dir
    while not place.exists():
        place = place.parent
    room = shutil.disk_usage(place)
    files = (settings.data_dir / "marts" / "current").glob("**/*.duckdb")
    build = sum(path.stat().st_size for path in files) * limits.get("free_disk_releases", 0.0)
    wanted = max(room.total * limits.get("free_disk_share", 0.0), build)
    if room.free < wanted:
        yield Finding(
            "disk_low",
            "disk",
            f"{_size(room.free)} of {_size(room.total)} are free where the data folder lies; "
            f"{_size(wanted)} are wanted",
            None,
            (),
            ("df -h", "du -sh data/*", "cxw releases"),
        )


def channels(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Find channels that have not taken an alert for a while, as the alerts' files say."""
    since: dict[str, tuple[datetime, str]] = {}
    for one in filed.standing(settings.alerts_dir):
        if one["kind"] != "channel_down":
            for name, entry in _failed(one):
                first = datetime.fromisoformat(entry["since"])
                since[name] = min(since.get(name, (first, entry["state"])), (first, entry["state"]))
    for name, (first, state) in since.items():
        if now - first >= DOWN_AFTER:
            yield Finding(
                "channel_down",
                f"channel.{name}",
                f"{name} has not taken alerts since {moment(first)} ({state}); others got them",
                first,
                (),
                ("cxw alert-test",),
                makes_stale=False,
            )


def watch(settings: Settings, now: datetime, limits: Mapping[str, float]) -> Iterator[Finding]:
    """Find that `cxw watch` ran here before and has not lately."""
    last = last_round(settings.alerts_dir)
    if last and now - last > timedelta(minutes=limits.get("watch_minutes", 15.0)):
        yield Finding(
            "watch_down",
            "watch",
            f"the last round of `cxw watch` ended {age(now - last)} ago",
            last,
            (),
            ("docker compose up --detach watch", "cxw watch --once"),
            makes_stale=False,
        )


def backup(settings: Settings, now: datetime, limits: Mapping[str, float]) -> Iterator[Finding]:
    """Find that backups were taken here before and none lately."""
    last = last_backup(settings.data_dir)
    if last and now - last > timedelta(hours=limits.get("backup_hours", 30.0)):
        yield Finding(
            "backup_late",
            "backup",
            f"the last backup was taken {age(now - last)} ago",
            last,
            (),
            ("cxw backup ADDRESS",),
            makes_stale=False,
        )


def last_backup(data_dir: Path) -> datetime | None:
    """Return when a backup was taken for the last time, or what is here was restored from one."""
    try:
        return datetime.fromisoformat(json.loads((data_dir / BACKUP).read_text()))
    except FileNotFoundError:
        return None


def note_backup(data_dir: Path, at: datetime) -> None:
    """Write down that a backup was taken."""
    whole_file.write(data_dir / BACKUP, json.dumps(at.isoformat()))


def last_round(alerts_dir: Path) -> datetime | None:
    """Return when `cxw watch` ended a round for the last time; None when it never did here."""
    try:
        return datetime.fromisoformat(json.loads((alerts_dir / "watch" / "round").read_text()))
    except FileNotFoundError:
        return None


def note_round(alerts_dir: Path, at: datetime) -> None:
    """Write down that a round of `cxw watch` ended."""
    whole_file.write(alerts_dir / "watch" / "round", json.dumps(at.isoformat()))


def _failed(one: Filed) -> Iterator[tuple[str, dict[str, str]]]:
    told = one["closed"]["told"] if one["closed"] else one["told"]
    yield from ((name, entry) for name, entry in told.items() if "since" in entry)


def _size(count: float) -> str:
    return f"{count / 2**30:,.1f} GiB"
