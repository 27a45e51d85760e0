"""Deliver an alert: to the log, then to a file, then to the channels of its tier.

The file is the memory. An alert whose file stands is not sent again; what a channel did not take,
and what waits for its hours, stays marked there, and `resend` goes on with it. A channel that is
down never hides an alert: the next one takes over, and the file says so. A kill between a channel's
answer and the file tells that channel twice, never not at all.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ops.alerts import channels, failures, filed, record, tiers
from ops.alerts.channels import ChannelDown
from ops.alerts.filed import Filed
from ops.alerts.message import Alert
from ops.alerts.silences import Silence
from ops.settings import Settings

log = logging.getLogger("cxw.alerts")
PATIENCE = timedelta(minutes=10)  # until a channel that failed is tried once more
GRAVER = {"page": 0, "ticket": 1, "notice": 2}


def deliver(
    settings: Settings, alert: Alert, silences: Sequence[Silence], now: datetime
) -> Filed | None:
    """Send the alert once; return what was filed, or None when the same was told before.

    While an alert is open, the same thing seen again is counted in it and not told again.
    """
    folder = settings.alerts_dir
    with filed.locked(folder):
        if filed.told_of(folder, alert.id):
            return None
        known = _same(filed.open_ones(folder), alert)
        if known:
            if alert.failed:  # another run with the same cause: it counts, and must be mended, too
                known["again"].append(alert.id)
                known["failed"] += alert.failed
                filed.write(folder, known)
                record.keep(settings.lake, known, now)
                log.error("told before as %s, still so:\n%s", known["id"], alert.text())
            return None
        alert = replace(alert, often=filed.often(folder, alert.kind, alert.subjects, now))
        new = alert.as_json() | {"again": [], "state": "pending", "told": {}, "closed": None}
        filed.write(folder, new | {"silenced": _silenced(new, silences, now)})
        log.error("%s", alert.text())
        return _tell(settings, new, silences, now)


def resend(settings: Settings, silences: Sequence[Silence], now: datetime) -> int:
    """Send what waits: for its hours, for a channel, for the end of a silence; return how many."""
    sent = 0
    with filed.locked(settings.alerts_dir):
        for one in filed.standing(settings.alerts_dir):
            if one["closed"]:
                sent += _end(settings, one, now)
            elif one["state"] != "sent":
                sent += _tell(settings, one, silences, now)["state"].startswith("sent")
    return sent


def close(settings: Settings, alert_id: str, why: str, now: datetime) -> Filed | None:
    """Say that an alert is over to the channels that were told of it; None when it is not open."""
    with filed.locked(settings.alerts_dir):
        for one in filed.open_ones(settings.alerts_dir):
            if one["id"] == alert_id:
                lasted = now - datetime.fromisoformat(one["at"])
                one["closed"] = {"at": now.isoformat(), "why": why, "lasted": span(lasted)}
                one["closed"]["told"] = {}
                filed.write(settings.alerts_dir, one)
                log.info("over after %s: %s; %s", one["closed"]["lasted"], one["id"], why)
                _end(settings, one, now)
                for run in (one["id"], *one["again"]):
                    failures.forget(settings.alerts_dir, run)
                return one
    return None


def span(lasted: timedelta) -> str:
    """Say how long something lasted: 40 min, 26 h 05 min, 3 days 4 h."""
    minutes = max(int(lasted.total_seconds() // 60), 0)
    hours, days = minutes // 60, minutes // 1440
    if hours < 1:
        return f"{minutes} min"
    return f"{hours} h {minutes % 60:02d} min" if days < 2 else f"{days} days {hours % 24} h"


def _same(known: Sequence[Filed], alert: Alert) -> Filed | None:
    """Return an open alert of at least this gravity that is about all that this one is about.

    What the watch sees is no news when a run has told of it; another run's alert is, unless its
    kind is the same.
    """
    for one in known:
        covered = alert.subjects and set(alert.subjects) <= set(one["subjects"])
        graver = GRAVER[one["severity"]] <= GRAVER[alert.severity]
        seen_by_watch = not alert.failed
        if covered and graver and (one["kind"] == alert.kind or seen_by_watch):
            return one
    return None


def _silenced(one: Filed, silences: Sequence[Silence], now: datetime) -> str | None:
    for silence in silences:
        if silence.holds(one["dag_id"], one["text"], now):
            return f"{silence.reason} ({silence.link})"
    return None


def _tell(settings: Settings, one: Filed, silences: Sequence[Silence], now: datetime) -> Filed:
    """Tell the channels of the tier, as far as it is time; write down what came of it."""
    before, one["silenced"] = one["state"], _silenced(one, silences, now)
    tier = tiers.usable().tiers[one["severity"]]
    ready = channels.available(settings)
    wanted = [name for name in tier.to if name in ready]
    others = [name for name in tier.instead if name in ready]
    if one["silenced"]:
        one["state"] = "silenced"
    elif not ready or not (wanted or others):
        one["state"] = "no channel is set up"
    elif not tier.open(now):
        one["state"] = f"held until {tier.begin}"
    else:
        _try(settings, one, wanted or others[:1], others, now)
    filed.write(settings.alerts_dir, one)
    if one["state"] != before:
        record.keep(settings.lake, one, now)
    return one


def _try(
    settings: Settings, one: Filed, wanted: Sequence[str], others: Sequence[str], now: datetime
) -> None:
    """Try each wanted channel; the first of the others that takes it stands in for what failed."""
    told = one["told"]
    failed = [name for name in wanted if not _took(settings, one, told, name, now)]
    standing_in = [name for name in told if name not in wanted and told[name]["state"] == "sent"]
    if failed and not standing_in:
        for name in (name for name in others if name not in wanted):
            if _took(settings, one, told, name, now):
                told[name]["instead_of"] = failed
                break
    took = [name for name in told if told[name]["state"] == "sent"]
    if not failed:
        one["state"] = "sent"
    else:
        one["state"] = f"sent, but not by {', '.join(failed)}" if took else "failed"


def _took(settings: Settings, one: Filed, told: Filed, name: str, now: datetime) -> bool:
    """Tell one channel unless it was told, or failed a moment ago; return whether it knows."""
    last = told.get(name)
    if last and last["state"] == "sent":
        return True
    others_know = any(entry["state"] == "sent" for entry in told.values())
    if last and others_know and now - datetime.fromisoformat(last["at"]) < PATIENCE:
        return False
    try:
        channels.send(settings, name, one)
    except ChannelDown as error:
        first = last["since"] if last else now.isoformat()
        told[name] = {"state": f"failed: {error}", "at": now.isoformat(), "since": first}
        log.warning("%s did not take alert %s (%s); it is filed", name, one["id"], error)
        return False
    told[name] = {"state": "sent", "at": now.isoformat()}
    filed.write(settings.alerts_dir, one)
    return True


def _end(settings: Settings, one: Filed, now: datetime) -> bool:
    """Tell the end to each channel that knows of the beginning, then put the file away."""
    closing = tiers.usable().tiers[one["severity"]].closing
    ready = channels.available(settings)
    knows = [name for name, entry in one["told"].items() if entry["state"] == "sent"]
    wanted = [n for n in knows if n in ready and (closing or n == "pagerduty")]
    told = one["closed"]["told"]
    results = [_took(settings, one, told, name, now) for name in wanted]
    if all(results) and record.keep(settings.lake, one, now):
        filed.put_away(settings.alerts_dir, one)
    else:
        filed.write(settings.alerts_dir, one)
    return bool(results) and all(results)


def summary(one: Filed, now: datetime) -> str:
    """Say in one line what is open and for how long."""
    lasted = span(now - datetime.fromisoformat(one["at"]))
    more = f", seen {len(one['again']) + 1} times" if one["again"] else ""
    return (
        f"[{one['severity']}] {one['kind']} · {', '.join(one['subjects']) or one['dag_id']}: "
        + (f"open for {lasted}{more}")
    )
