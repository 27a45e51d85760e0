"""Alerts and releases in the warehouse: from the files that sending and publishing leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ops import release_record
from ops import settings as ops_settings
from ops.alerts.send import close, deliver, resend
from ops.settings import Settings
from tests.dbt.warehouse import Warehouse
from tests.ops.conftest import NOW, alert
from tests.ops.receivers import Receiver, receiving
from tests.ops.test_publish import release_of

MODELS = ("stg_operations__alerts", "stg_operations__releases", "fct_alerts", "fct_releases")
PAGE = {"kind": "marts_refused"}  # told at every hour
ALERTS = (
    "select alert_id, is_open, open_seconds, channel_names, failed_channel_count, seen_count,"
    " failed_step_count, mart_count from cx_warehouse.marts.fct_alerts order by 1"
)
RELEASES = (
    "select release_id, base_release_id, newest_seconds, row_count, added_row_count,"
    " removed_row_count from cx_warehouse.marts.fct_releases order by 1"
)


@pytest.fixture
def settings(warehouse: Warehouse) -> Settings:
    """Return settings whose lake is the one that is built."""
    data = warehouse.lake.root.parent
    return ops_settings.load({"CXW_DATA_DIR": str(data)}, working_dir=data)


def test_an_alert_is_told_from_its_beginning_to_its_end(
    warehouse: Warehouse, settings: Settings
) -> None:
    """Each build reads the words since the last: a channel that fails, a repeat, the end."""
    with receiving(Receiver) as (webhook,):
        office = replace(settings, outside={"ALERT_WEBHOOK_URL": webhook.url})
        webhook.status = 503
        first = alert(1, **PAGE)
        deliver(office, first, (), NOW)
        warehouse.build(*MODELS)
        assert warehouse.rows(ALERTS) == [(first.id, True, None, None, 1, 1, 1, 2)]
        webhook.status = 200
        resend(office, (), NOW + timedelta(minutes=11))
        deliver(office, alert(2, **PAGE), (), NOW + timedelta(minutes=12))
        warehouse.build(*MODELS)
        assert warehouse.rows(ALERTS) == [(first.id, True, None, "webhook", 0, 2, 2, 2)]
        close(office, first.id, "it was mended", NOW + timedelta(hours=1))
        deliver(office, alert(3, **PAGE), (), NOW + timedelta(hours=2))
        warehouse.build(*MODELS)
    told = [
        (first.id, False, 3600.0, "webhook", 0, 2, 2, 2),
        (alert(3).id, True, None, "webhook", 0, 1, 1, 2),
    ]
    assert warehouse.rows(ALERTS) == told
    warehouse.build(*MODELS, full_refresh=True)
    assert warehouse.rows(ALERTS) == told


def test_a_lake_that_takes_no_record_stops_no_alert(settings: Settings) -> None:
    """It stays among the open ones until its end is in the lake."""
    settings.lake.parent.mkdir(parents=True, exist_ok=True)
    settings.lake.write_text("no folder")
    told = deliver(settings, alert(), (), NOW)
    assert told
    assert close(settings, alert().id, "it was mended", NOW)
    standing = settings.alerts_dir / f"{alert().id}.json"
    assert standing.exists()
    settings.lake.unlink()
    resend(settings, (), NOW)
    assert not standing.exists()
    assert len(list(settings.lake.rglob("*.parquet"))) == 1


def test_releases_are_told_when_the_next_one_is_built_and_stay_when_retired(
    warehouse: Warehouse, settings: Settings
) -> None:
    """One of them stands at a time; the numbers are those of what each changed."""
    data, lake = settings.data_dir, warehouse.lake.root
    names = []
    for day, rows in enumerate((10, 12, 12)):
        names.append(release_of(data, day, rows, keep=1).id)
        assert release_record.keep(data, lake, NOW) == 1
    assert release_record.keep(data, lake, NOW) == 0
    warehouse.build(*MODELS)
    assert warehouse.rows(RELEASES) == [
        (names[0], None, 86400.0, 20, 20, 0),
        (names[1], names[0], 86400.0, 24, 24, 20),
        (names[2], names[1], None, 24, 24, 24),
    ]


TIES = {
    "an_alert_lasts_from_its_beginning_to_its_end": """
        update marts.fct_alerts set open_seconds = 7""",
    "releases_follow_each_other_without_a_gap": """
        update marts.fct_releases set newest_seconds = 7""",
}


def test_broken_ties_are_found(warehouse: Warehouse, settings: Settings) -> None:
    deliver(settings, alert(), (), NOW)
    close(settings, alert().id, "it was mended", NOW + timedelta(hours=1))
    for day in range(2):
        release_of(settings.data_dir, day, 10)
    release_record.keep(settings.data_dir, warehouse.lake.root, NOW)
    warehouse.build(*MODELS)
    ties = sorted(f"assert_{tie}" for tie in TIES)
    assert warehouse.failing(*ties) == []
    for statement in TIES.values():
        warehouse.execute(f"use cx_warehouse; {statement}")
    assert warehouse.failing(*ties) == ties
