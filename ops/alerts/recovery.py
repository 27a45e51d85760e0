"""See from files what is over, and close the alerts that told of it."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime, timedelta
from typing import Any

from extract.source import Window
from ops import plan
from ops.alerts import failures, filed, tiers
from ops.alerts.on_failure import BUILD_STEPS, served_id
from ops.alerts.send import close
from ops.settings import Settings

ONCE = {"alert_test", "still_broken"}  # they tell, and nothing has to be mended


def close_what_is_over(settings: Settings, wrong: Set[str], now: datetime) -> int:
    """Close what the watch saw and is not wrong any more, and runs whose steps were made good."""
    closed = 0
    for one in filed.open_ones(settings.alerts_dir):
        why = _over(settings, one, wrong)
        if why:
            closed += close(settings, one["id"], why, now) is not None
    return closed


def forget(settings: Settings, now: datetime) -> int:
    """Remove closed alerts that are older than they are kept; the lake keeps their record."""
    days = tiers.usable().closed_days
    if days is None:
        return 0
    with filed.locked(settings.alerts_dir):
        return filed.forget_closed(settings.alerts_dir, now - timedelta(days=days))


def _over(settings: Settings, one: filed.Filed, wrong: Set[str]) -> str | None:
    """Say why an alert is over; None while it is not."""
    if one["kind"] in ONCE:
        waits = one["state"].startswith(("held", "pending", "failed"))
        return None if waits else "it was told"
    if not one["failed"]:
        return None if wrong & set(one["subjects"]) else "it is no longer so"
    reasons = [_made_good(settings, one, failed) for failed in one["failed"]]
    return "; ".join(dict.fromkeys(r for r in reasons if r)) if all(reasons) else None


def _made_good(settings: Settings, one: filed.Filed, failed: dict[str, Any]) -> str | None:
    """Say what made a failed step good, be it by a run or by hand."""
    step, subject, at = failed["step"], failed["subject"], datetime.fromisoformat(failed["at"])
    if subject and failed["window"]:
        window = Window.from_name(failed["window"])
        source, _, stream = subject.partition(".")
        missing = plan.gaps(settings.lake, source, stream, window)
        return None if missing else f"{subject} {failed['window']} is in the lake"
    if step in BUILD_STEPS or one["dag_id"] == "build_marts":
        release = served_id(settings)
        return f"release {release} is served" if release > one["release"] else None
    good = failures.last_good(settings.alerts_dir, one["dag_id"], step, subject)
    return f"it ended well at {good:%Y-%m-%d %H:%M} UTC" if good and good > at else None
