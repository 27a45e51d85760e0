"""`cxw watch` as a process: rounds, heartbeat, its end; and what it sees of the machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from ops import watching
from ops.alerts import filed, machine_seen, tiers, watch
from ops.alerts.send import deliver
from ops.settings import Settings
from tests.ops.conftest import NOW, Office, alert
from tests.ops.receivers import Receiver

LIMITS = tiers.load().watch
ROOT = Path(__file__).resolve().parents[2]


def test_a_round_that_ends_gives_the_heartbeat(settings: Settings, webhook: Receiver) -> None:
    there = replace(settings, outside={"HEARTBEAT_URL": webhook.url})
    webhook.status = 204
    assert watching.one_round(there, lambda: NOW) == 0
    assert machine_seen.last_round(settings.alerts_dir) == NOW
    assert webhook.asked == 1


def test_a_round_that_fails_gives_none(settings: Settings, webhook: Receiver) -> None:
    there = replace(
        settings, outside={"HEARTBEAT_URL": webhook.url}, clock_url="http://127.0.0.1:9/"
    )
    assert watching.one_round(there, lambda: NOW) == -1
    assert webhook.asked == 0


def test_a_heartbeat_that_nobody_takes_stops_no_round(settings: Settings) -> None:
    there = replace(settings, outside={"HEARTBEAT_URL": "http://127.0.0.1:9/"})
    assert watching.one_round(there, lambda: NOW) == 0


def test_the_process_goes_round_until_it_is_asked_to_end(tmp_path: Path, webhook: Receiver) -> None:
    webhook.status = 204
    environ = {
        "PATH": os.defpath,
        "PYTHONPATH": str(ROOT),
        "CXW_DATA_DIR": str(tmp_path / "data"),
        "CXW_HEARTBEAT_URL": webhook.url,
    }
    process = subprocess.Popen(
        [sys.executable, "-c", "from ops.cli import main; main()", "watch", "--every", "1"],
        cwd=tmp_path,
        env=environ,
    )
    try:
        end = time.monotonic() + 120
        while webhook.asked < 2 and time.monotonic() < end:
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
    assert webhook.asked >= 2


def test_a_disk_without_room_is_told(settings: Settings) -> None:
    assert list(machine_seen.disk(settings, {"free_disk_share": 0.0})) == []
    (finding,) = machine_seen.disk(settings, {"free_disk_share": 1.0})
    assert finding.kind == "disk_low"
    assert "GiB are free" in finding.what


def test_a_channel_that_is_down_is_told_through_the_others_and_closed(office: Office) -> None:
    office.slack.status = 500
    deliver(office.settings, alert(kind="marts_refused", failed=()), (), NOW)
    assert list(machine_seen.channels(office.settings, NOW + timedelta(minutes=14))) == []
    (finding,) = machine_seen.channels(office.settings, NOW + timedelta(minutes=15))
    assert (finding.kind, finding.subject) == ("channel_down", "channel.slack")


def test_a_watch_that_stopped_is_told_by_the_dag(settings: Settings) -> None:
    assert list(machine_seen.watch(settings, NOW, LIMITS)) == []
    machine_seen.note_round(settings.alerts_dir, NOW)
    assert list(machine_seen.watch(settings, NOW + timedelta(minutes=15), LIMITS)) == []
    (finding,) = machine_seen.watch(settings, NOW + timedelta(minutes=16), LIMITS)
    assert finding.kind == "watch_down"


def test_a_backup_that_is_late_is_told_where_there_was_one(settings: Settings) -> None:
    assert list(machine_seen.backup(settings, NOW, LIMITS)) == []
    machine_seen.note_backup(settings.data_dir, NOW)
    assert list(machine_seen.backup(settings, NOW + timedelta(hours=30), LIMITS)) == []
    watch.report(settings, NOW + timedelta(hours=31))
    [open_one] = [
        one for one in filed.open_ones(settings.alerts_dir) if one["kind"] == "backup_late"
    ]
    assert "taken 31 h ago" in open_one["text"]
    machine_seen.note_backup(settings.data_dir, NOW + timedelta(hours=32))
    watch.report(settings, NOW + timedelta(hours=33))
    kinds = {one["kind"] for one in filed.open_ones(settings.alerts_dir)}
    assert "backup_late" not in kinds


def test_a_look_that_fails_is_told_and_hides_no_other(settings: Settings) -> None:
    broken = settings.lake / "operations" / "extract_attempts" / "dt=2026-09-28"
    broken.mkdir(parents=True)
    (broken / "cut.parquet").write_bytes(b"PAR1")
    machine_seen.note_round(settings.alerts_dir, NOW)
    watch.report(settings, NOW + timedelta(hours=1))
    kinds = {one["kind"] for one in filed.open_ones(settings.alerts_dir)}
    assert kinds == {"task_failed", "watch_down"}
