"""Receivers on loopback, and settings that point into a temporary folder."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from ops import settings as ops_settings
from ops.alerts.message import Alert
from ops.settings import Settings
from tests.ops.receivers import ROUTING_KEY, PagerDuty, Receiver, Slack, Smtp, receiving

NOW = datetime(2026, 9, 29, 3, 14, tzinfo=UTC)


def alert(number: int = 1, **more: object) -> Alert:
    """Return an alert of a failed run."""
    facts = {
        "id": f"extract_zendesk__run-{number}",
        "kind": "source_unavailable",
        "dag_id": "extract_zendesk",
        "run_id": f"run-{number}",
        "at": NOW.isoformat(),
        "what": ("zendesk.tickets: 503 four times; no answer; run it again",),
        "since": "2026-09-29 00:10 UTC, 2 in a row",
        "stale_marts": ("fct_tickets", "agg_experience_daily"),
        "readers": ("Call center (Head of desk)",),
        "served": "20260928T000000Z-000003",
        "repeat": ("cxw extract zendesk tickets --from 2026-09-28 --to 2026-09-29",),
        "log": "logs/airflow.log",
        "subjects": ("zendesk.tickets",),
        "failed": ({"step": "extract", "subject": "zendesk.tickets", "window": "w", "at": "t"},),
    }
    return Alert(**(facts | more))  # type: ignore[arg-type]


@dataclass
class Office:
    """All four channels, and settings that know them."""

    slack: Slack
    pagerduty: PagerDuty
    smtp: Smtp
    webhook: Receiver
    settings: Settings


@pytest.fixture(scope="session")
def fab() -> None:
    """Skip where the environment is older than the lock, until `make test` has brought it up."""
    try:
        version("apache-airflow-providers-fab")
    except PackageNotFoundError:
        pytest.skip("the environment is older than requirements.lock")


@pytest.fixture
def webhook() -> Iterator[Receiver]:
    with receiving(Receiver) as (one,):
        yield one


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return ops_settings.load({"CXW_DATA_DIR": str(tmp_path / "data")}, working_dir=tmp_path)


@pytest.fixture
def office(settings: Settings) -> Iterator[Office]:
    with receiving(Slack, PagerDuty, Smtp, Receiver) as (slack, pagerduty, smtp, webhook):
        outside = {
            "ALERT_SLACK_URL": slack.url,
            "ALERT_PAGERDUTY_KEY": ROUTING_KEY,
            "ALERT_PAGERDUTY_URL": pagerduty.url,
            "ALERT_SMTP_URL": smtp.url,
            "ALERT_EMAIL_FROM": "warehouse@example.com",
            "ALERT_EMAIL_TO": "on-call@example.com, second@example.com",
            "ALERT_WEBHOOK_URL": webhook.url,
        }
        yield Office(slack, pagerduty, smtp, webhook, replace(settings, outside=outside))
