"""`cxw watch`: look at the warehouse and at Airflow from outside of it, round after round.

A round that ends is noted in a file and told to a heartbeat address, so that somebody notices when
no round ends any more. An error in a round is logged; the next round is tried all the same.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from datetime import datetime

from ops import steps
from ops.alerts import machine_seen
from ops.alerts.channels import TIMEOUT_SECONDS, quiet
from ops.settings import Settings

log = logging.getLogger("cxw.watch")


def rounds(settings: Settings, every: float, clock: Callable[[], datetime], *, once: bool) -> int:
    """Look every so many seconds until the process is asked to end; return the last findings.

    A second watch beside this one tells nothing twice.
    """
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    while True:
        found = one_round(settings, clock)
        if once or ended.wait(every):
            return found


def one_round(settings: Settings, clock: Callable[[], datetime]) -> int:
    """Look once; note the round that ended, give the heartbeat; return the findings, or -1."""
    try:
        found = steps.watch(settings)
    except Exception:
        log.exception("the round failed; the heartbeat is not given")
        return -1
    machine_seen.note_round(settings.alerts_dir, clock())
    _beat(settings.outside.get("HEARTBEAT_URL"))
    return found


def _beat(url: str | None) -> None:
    """Ask the heartbeat address; who listens there alerts when nobody asks any more."""
    if not url:
        return
    import httpx  # noqa: PLC0415  (only who has one pays for it)

    try:
        with quiet("httpx", "httpcore"):
            httpx.get(url, timeout=TIMEOUT_SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        log.warning("the heartbeat was not taken (%s)", type(error).__name__)
