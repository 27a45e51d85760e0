"""Deliver an alert: to the log first, then to a file, then to the webhook.

The file is the memory: an alert whose file stands is not sent again, and one whose webhook was
down stays marked, so that `resend` finds it. A broken webhook never hides the log line, and the
webhook's address, which is a secret, appears nowhere.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from ops.alerts.failures import file_name
from ops.alerts.message import Alert
from ops.alerts.silences import Silence
from ops.settings import Settings

log = logging.getLogger("cxw.alerts")
TIMEOUT_SECONDS = 10.0


def deliver(
    settings: Settings, alert: Alert, silences: tuple[Silence, ...], now: datetime
) -> dict[str, Any] | None:
    """Send the alert once; return what was filed, or None when it was sent before."""
    path = settings.alerts_dir / f"{file_name(alert.id)}.json"
    silenced = next((s for s in silences if s.holds(alert.dag_id, alert.text(), now)), None)
    filed = alert.as_json() | {"webhook": "pending", "silenced": None}
    if silenced:
        filed |= {"webhook": "silenced", "silenced": f"{silenced.reason} ({silenced.link})"}
    if not _create(path, filed):
        return None
    log.error("%s", alert.text())
    if not silenced:
        filed["webhook"] = _post(settings.webhook_url, filed)
        _replace(path, filed)
    return filed


def resend(settings: Settings) -> int:
    """Post again what the webhook did not take; return how many it took now."""
    taken = 0
    for path in sorted(settings.alerts_dir.glob("*.json")):
        filed = json.loads(path.read_text())
        if settings.webhook_url and str(filed["webhook"]).startswith(("pending", "failed")):
            filed["webhook"] = _post(settings.webhook_url, filed)
            _replace(path, filed)
            taken += filed["webhook"] == "sent"
    return taken


def _post(url: str | None, filed: dict[str, Any]) -> str:
    if not url:
        return "none configured"
    import httpx  # noqa: PLC0415  (only who sends pays for it)

    content = {name: value for name, value in filed.items() if name not in {"webhook", "silenced"}}
    try:
        with _quiet("httpx", "httpcore"):
            answer = httpx.post(url, json=content, timeout=TIMEOUT_SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return _failed(type(error).__name__, str(filed["id"]))
    if answer.is_success:
        return "sent"
    return _failed(f"status {answer.status_code}", str(filed["id"]))


def _failed(reason: str, alert_id: str) -> str:
    log.warning("webhook did not take alert %s (%s); it is filed and sent again", alert_id, reason)
    return f"failed: {reason}"


@contextmanager
def _quiet(*names: str) -> Iterator[None]:
    """Keep the client's own log lines away: they hold the address."""
    loggers = [logging.getLogger(name) for name in names]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


def _create(path: Path, filed: dict[str, Any]) -> bool:
    """Write the file unless it stands: a link fails where a name is taken."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(json.dumps(filed, indent=1))
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def _replace(path: Path, filed: dict[str, Any]) -> None:
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(json.dumps(filed, indent=1))
    os.replace(draft, path)
