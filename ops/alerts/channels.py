"""The four ways out: PagerDuty, Slack, e-mail and a webhook; each takes an alert or says why not.

Addresses and keys are secrets: none stands in a reason, a log line or a file.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ops.alerts import mail, pagerduty, slack
from ops.alerts.filed import Filed
from ops.settings import Settings

TIMEOUT_SECONDS = 10.0
NEEDS = {
    "pagerduty": ("ALERT_PAGERDUTY_KEY",),
    "slack": ("ALERT_SLACK_URL",),
    "email": ("ALERT_SMTP_URL", "ALERT_EMAIL_FROM", "ALERT_EMAIL_TO"),
    "webhook": ("ALERT_WEBHOOK_URL",),
}
NOT_FOR_OTHERS = {"told", "state", "silenced", "failed"}  # our book-keeping


class ChannelDown(Exception):
    """A channel did not take a message; the reason holds no secret."""


def available(settings: Settings) -> tuple[str, ...]:
    """Return the channels that are set up."""
    return tuple(name for name, needs in NEEDS.items() if all(n in settings.outside for n in needs))


def send(settings: Settings, channel: str, filed: Filed) -> None:
    """Tell a channel that an alert is open, or that it is over: the file says which."""
    try:
        _SENDERS[channel](settings, filed)
    except ChannelDown:
        raise
    except mail.NotSafe:
        raise ChannelDown("its server offers no TLS for the password") from None
    except smtplib.SMTPResponseException as error:
        raise ChannelDown(f"SMTP {error.smtp_code}") from None
    except Exception as error:  # whatever it is, the next channel must be tried
        raise ChannelDown(type(error).__name__) from None


def _slack(settings: Settings, filed: Filed) -> None:
    _post(settings.outside["ALERT_SLACK_URL"], slack.payload(filed))


def _pagerduty(settings: Settings, filed: Filed) -> None:
    url = settings.outside.get("ALERT_PAGERDUTY_URL", pagerduty.ENDPOINT)
    _post(url, pagerduty.payload(filed, settings.outside["ALERT_PAGERDUTY_KEY"]))


def _email(settings: Settings, filed: Filed) -> None:
    sender, to = (settings.outside[f"ALERT_EMAIL_{name}"] for name in ("FROM", "TO"))
    mail.send(settings.outside["ALERT_SMTP_URL"], mail.message(filed, sender, to), TIMEOUT_SECONDS)


def _webhook(settings: Settings, filed: Filed) -> None:
    content = {name: value for name, value in filed.items() if name not in NOT_FOR_OTHERS}
    event = "closed" if filed["closed"] else "opened"
    _post(settings.outside["ALERT_WEBHOOK_URL"], {"event": event, **content})


_SENDERS: dict[str, Callable[[Settings, Filed], None]] = {
    "pagerduty": _pagerduty,
    "slack": _slack,
    "email": _email,
    "webhook": _webhook,
}


def _post(url: str, content: dict[str, Any]) -> None:
    import httpx  # noqa: PLC0415  (only who sends pays for it)

    with quiet("httpx", "httpcore"):
        answer = httpx.post(url, json=content, timeout=TIMEOUT_SECONDS)
    if not answer.is_success:
        raise ChannelDown(f"status {answer.status_code}")


@contextmanager
def quiet(*names: str) -> Iterator[None]:
    """Keep a client's own log lines away: they hold the address."""
    loggers = [logging.getLogger(name) for name in names]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
