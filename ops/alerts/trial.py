"""A trial: every channel that is set up gets an alert that says so, and its end."""

from __future__ import annotations

from datetime import datetime

from ops.alerts import channels
from ops.alerts.channels import ChannelDown
from ops.alerts.message import Alert, moment
from ops.settings import Settings


def lines(settings: Settings, now: datetime) -> list[str]:
    """Try each channel, whatever the tiers say; return one line for each, or how to set one up."""
    alert = Alert(
        id=f"alert_test__{now:%Y%m%dT%H%M%S%fZ}",
        kind="alert_test",
        dag_id="cxw",
        run_id="alert-test",
        at=now.isoformat(),
        what=("this is a trial; nothing failed",),
        since=moment(now),
        stale_marts=(),
        readers=(),
        served="not looked at",
        repeat=("cxw alert-test",),
        log="none: this is a trial",
    )
    opened = alert.as_json() | {"closed": None}
    over = opened | {"closed": {"at": now.isoformat(), "lasted": "0 min", "why": "trial over"}}
    ready = channels.available(settings)
    if not ready:
        return ["no channel is set up: give CXW_ALERT_SLACK_URL or another of .env.example"]
    told = []
    for name in ready:
        try:
            for message in (opened, over):
                channels.send(settings, name, message)
            told.append(f"{name} took it")
        except ChannelDown as error:
            told.append(f"{name} did not: {error}")
    return told
