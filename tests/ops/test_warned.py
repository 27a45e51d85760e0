"""A check that warns is told once while it lasts; closed alerts are kept for a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from expectations.results import CheckResult, Severity, Subject, write_results
from extract.source import DAY
from ops.alerts import filed, tiers, watch
from ops.alerts.send import close, deliver
from ops.settings import ConfigurationError, Settings
from tests.ops.conftest import NOW, alert

MANY = "rows_not_too_many"


def judged(
    settings: Settings,
    at: datetime,
    stream: str = "calls",
    check: str = MANY,
    *,
    holds: bool = False,
    said: str = "412.0 rows a day, 200.0 above the bound",
) -> None:
    """Write what the gate says of the day's file of a stream."""
    file = f"zendesk/{stream}/{at:%Y-%m-%d}.parquet"
    subject = Subject("lake", at, file, "zendesk", stream, at - DAY, at)
    words = ("at most 212", said, "data_engineering", "file_refused")
    result = CheckResult(f"lake.zendesk.{stream}", check, Severity.WARN, holds, 412.0, *words)
    write_results(settings.lake / "operations" / "check_results", subject, [result])


def told(settings: Settings, now: datetime) -> list[filed.Filed]:
    """Let the watch go a round; return the open alerts of warnings."""
    watch.report(settings, now)
    return [o for o in filed.open_ones(settings.alerts_dir) if o["kind"] == "checks_warned"]


def test_a_warning_that_comes_every_morning_is_one_alert(settings: Settings) -> None:
    first = None
    for morning in range(4):
        now = NOW + morning * DAY
        judged(settings, now + timedelta(minutes=7 * morning))
        for hour in (1, 22):
            (one,) = told(settings, now + timedelta(hours=hour))
            first = first or one["id"]
            assert one["id"] == first
    assert one["severity"] == "notice"
    assert one["what"] == ["lake.zendesk.calls: 412.0 rows a day, 200.0 above the bound"]
    assert one["stale_marts"] == []
    assert told(settings, NOW + 6 * DAY) == [], "it lasts two days"


def test_a_warning_ends_when_the_file_is_judged_without_it(settings: Settings) -> None:
    judged(settings, NOW)
    assert told(settings, NOW + timedelta(hours=1))
    judged(settings, NOW + timedelta(hours=2), holds=True)
    assert told(settings, NOW + timedelta(hours=3)) == []


def test_a_warning_about_another_stream_is_news(settings: Settings) -> None:
    judged(settings, NOW)
    told(settings, NOW + timedelta(hours=1))
    judged(settings, NOW + timedelta(hours=2), "legs")
    kept = told(settings, NOW + timedelta(hours=3))
    assert len(kept) == 2
    assert "lake.zendesk.legs" in kept[-1]["what"][0]


@pytest.mark.parametrize(
    ("check", "said"),
    [
        ("rows_not_too_few", "3 rows a day"),
        ("mart_has_rows", "fct_calls is empty"),
        (MANY, "412.0 rows a day (accepted by hand)"),
    ],
)
def test_what_is_no_news_alerts_nobody(settings: Settings, check: str, said: str) -> None:
    judged(settings, NOW, check=check, said=said)
    assert told(settings, NOW + timedelta(hours=1)) == []


def test_closed_alerts_are_removed_when_their_time_is_over(settings: Settings) -> None:
    kept = timedelta(days=tiers.load().closed_days or 0)
    for number, ended in enumerate((NOW, NOW + DAY)):
        deliver(settings, alert(number), (), NOW)
        close(settings, alert(number).id, "it was mended", ended)
    closed = settings.alerts_dir / "closed"
    watch.report(settings, NOW + kept)
    assert len(list(closed.glob("extract_*.json"))) == 2
    watch.report(settings, NOW + kept + timedelta(minutes=1))
    assert [path.stem for path in closed.glob("extract_*.json")] == [alert(1).id]


def test_closed_alerts_are_kept_as_long_as_new_ones_tell_of_them(tmp_path: Path) -> None:
    short = tmp_path / "alerting.toml"
    short.write_text(tiers.FILE.read_text().replace("closed_days = 90", "closed_days = 30"))
    with pytest.raises(ConfigurationError, match="closed_days = 30, below 31"):
        tiers.load(short)
