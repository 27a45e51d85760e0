"""What is wrong now is seen from files: late, waiting, stale, expired; and told once a day."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from extract.errors import InvalidDeclaration, SourceUnavailable
from extract.lake import landed_path
from extract.outcomes import Attempt, record
from extract.source import Window
from ops.alerts import failures, filed, inventory, on_failure, silences, watch
from ops.alerts.filed import Filed
from ops.alerts.kinds import KINDS
from ops.alerts.send import deliver
from ops.settings import Settings, with_source
from tests.ops.conftest import alert

FIRST = datetime(2026, 7, 1, tzinfo=UTC)


def day(number: int, hour: int = 0) -> datetime:
    return FIRST + timedelta(days=number - 1, hours=hour)


def put(settings: Settings, zone: str, source: str, stream: str, start: int, end: int) -> Path:
    path = landed_path(settings.lake, zone, source, stream, Window(day(start), day(end)))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def tried(settings: Settings, number: int, outcome: str, *, hour: int = 1) -> None:
    record(
        settings.lake,
        Attempt(
            attempt_id=f"zendesk.users.{number}.{hour}",
            source_slug="zendesk",
            stream_name="users",
            kind_type="entity",
            window_start=day(number),
            window_end=day(number + 1),
            run_id="run",
            attempt=1,
            outcome_type=outcome,
            started_at=day(number + 1, hour),
            finished_at=day(number + 1, hour),
            duration_seconds=0.1,
        ),
    )


def found(settings: Settings, now: datetime) -> dict[str, watch.Finding]:
    return {finding.subject: finding for finding in watch.findings(settings, now)}


def test_a_fresh_lake_is_not_late(settings: Settings) -> None:
    put(settings, "raw", "zendesk", "users", 1, 5)
    assert "zendesk.users" not in found(settings, day(5, 12))
    assert "zendesk.users" not in found(settings, day(6, 2)), "the grace is three hours"


def test_a_stream_that_never_came_is_not_late(settings: Settings) -> None:
    assert found(settings, day(5, 12)) == {}


def test_a_source_whose_settings_were_taken_away_is_retired(settings: Settings) -> None:
    put(settings, "raw", "zendesk", "users", 1, 5)
    put(settings, "raw", "hubspot", "deals", 1, 5)
    left = with_source(settings, "hubspot", {"base_url": "http://127.0.0.1:9", "token": "t"})
    assert {"zendesk.users", "hubspot.deals"} <= set(found(settings, day(9)))
    assert "hubspot.deals" in found(left, day(9))
    assert "zendesk.users" not in found(left, day(9))


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (None, "run_missing"),
        ("failed", "source_unavailable"),
        ("deferred", "source_deferred_too_long"),
        ("refused", "extract_refused"),
        ("success", "file_refused"),
    ],
)
def test_a_late_stream_is_told_with_the_reason(
    settings: Settings, outcome: str | None, kind: str
) -> None:
    put(settings, "raw", "zendesk", "users", 1, 5)
    tried(settings, 4, "success")
    if outcome:
        tried(settings, 5, outcome)
    finding = found(settings, day(6, 4))["zendesk.users"]
    assert finding.kind == kind
    assert finding.repeat[0] == "cxw extract zendesk users --from 2026-07-05 --to 2026-07-06"


def test_a_source_that_cannot_be_read_is_told_and_the_others_are_judged(
    settings: Settings, broken_files: InvalidDeclaration
) -> None:
    put(settings, "raw", "zendesk", "users", 1, 5)
    put(settings, "raw", "files", "acd_intervals", 1, 5)
    given = with_source(settings, "files", {"base_url": "/drop"})
    assert "zendesk.users" in found(settings, day(9))
    finding = found(given, day(9))["files-broken"]
    assert (finding.kind, finding.streams) == ("extract_refused", ("files.acd_intervals",))
    assert str(broken_files) in finding.what
    assert watch.report(given, day(9)) >= 1


def test_a_day_that_later_days_passed_by_is_told_until_it_is_filled(settings: Settings) -> None:
    for number in (1, 3, 4):
        put(settings, "raw", "zendesk", "users", number, number + 1)
    finding = found(settings, day(5, 4))["zendesk.users-gap"]
    assert finding.repeat == (
        "cxw extract zendesk users --from 2026-07-02 --to 2026-07-03",
        "cxw check zendesk users --from 2026-07-02 --to 2026-07-03",
    )
    put(settings, "raw", "zendesk", "users", 2, 3)
    assert not [subject for subject in found(settings, day(5, 4)) if "users" in subject]


def test_a_gap_that_nothing_can_fill_is_not_told(settings: Settings) -> None:
    for number in (1, 3, 20):
        for stream in ("x.search_posts", "hubspot.owners"):
            put(settings, "raw", *stream.split("."), number, number + 1)
    told = found(settings, day(21, 4))
    assert "hubspot.owners-gap" not in told
    assert "2026-07-15 --to 2026-07-20" in told["x.search_posts-gap"].repeat[0]


def test_a_snapshot_is_asked_for_its_last_day_only(settings: Settings) -> None:
    put(settings, "raw", "hubspot", "owners", 1, 2)
    finding = found(settings, day(9, 4))["hubspot.owners"]
    assert finding.repeat[0] == "cxw extract hubspot owners --from 2026-07-08 --to 2026-07-09"


def test_a_file_that_nobody_judged_is_told(settings: Settings) -> None:
    put(settings, "landing", "x", "mentions", 1, 2)
    assert "x.mentions-waiting" not in found(settings, day(2, 1))
    finding = found(settings, day(2, 4))["x.mentions-waiting"]
    assert finding.repeat == ("cxw check x mentions --from 2026-07-01 --to 2026-07-02",)


def test_a_lake_without_release_is_stale_marts(settings: Settings) -> None:
    put(settings, "raw", "zendesk", "users", 1, 5)
    assert found(settings, day(5, 4))["release"].kind == "marts_stale"


def test_an_expired_silence_is_told(settings: Settings) -> None:
    old = silences.Silence("extract_x", "503", "maintenance", "https://s/1", date(2026, 7, 1))
    (finding,) = watch.findings(settings, day(3), (old,))
    assert finding.kind == "silence_expired"
    assert watch.findings(settings, day(1), (old,)) == []


def test_a_finding_is_told_once_while_it_lasts(settings: Settings) -> None:
    put(settings, "raw", "zendesk", "users", 1, 5)
    for moment in (day(6, 4), day(6, 5), day(7, 4)):
        watch.report(settings, moment)
    assert len(list(settings.alerts_dir.glob("*zendesk.users*.json"))) == 1


def test_what_is_no_longer_so_is_closed_and_told_anew_when_it_comes_back(
    settings: Settings,
) -> None:
    put(settings, "raw", "zendesk", "users", 1, 5)
    watch.report(settings, day(6, 4))
    put(settings, "raw", "zendesk", "users", 5, 6)
    watch.report(settings, day(6, 6))
    (one,) = (settings.alerts_dir / "closed").glob("*zendesk.users*.json")
    assert json.loads(one.read_text())["closed"]["lasted"] == "2 h 00 min"
    watch.report(settings, day(7, 4))
    (again,) = settings.alerts_dir.glob("*zendesk.users*.json")
    assert json.loads(again.read_text())["often"].startswith("2 times in 30 days")


def test_every_finding_has_a_kind(settings: Settings) -> None:
    put(settings, "raw", "zendesk", "users", 1, 5)
    put(settings, "landing", "x", "mentions", 1, 2)
    assert {finding.kind for finding in watch.findings(settings, day(9))} <= set(KINDS)


def test_an_alert_says_since_when_and_how_often(settings: Settings) -> None:
    for number, outcome in enumerate(("failed", "success", "failed", "failed"), start=1):
        tried(settings, number, outcome)
    one = failed_run(settings, day(5, 2))
    assert one is not None
    assert one["since"] == (
        "zendesk.users: 2026-07-04 01:00 UTC, 2 tries in a row; "
        "last good up to 2026-07-03 00:00 UTC"
    )
    assert one["served"] == "no release yet"


def failed_run(settings: Settings, now: datetime, run_id: str = "run") -> Filed | None:
    """Let `zendesk.users` of day 4 fail, and the scheduler call for the alert."""
    error = SourceUnavailable("zendesk: GET /users failed 5 times", "no answer", "wait")
    window = Window(day(4), day(5)).name
    failure = failures.describe(
        error, step="extract", at=now, subject="zendesk.users", window=window
    )
    failures.record(settings.alerts_dir, f"extract_zendesk__{run_id}", failure)
    return raised(settings, run_id, now)


def raised(settings: Settings, run_id: str, now: datetime) -> Filed | None:
    return on_failure.raise_alert(
        settings, dag_id="extract_zendesk", run_id=run_id, reason="task_failure", now=now
    )


def test_runs_of_two_dags_with_the_same_id_do_not_mix(settings: Settings) -> None:
    failed_run(settings, day(5, 2))
    other = on_failure.raise_alert(
        settings, dag_id="extract_hubspot", run_id="run", reason="r", now=day(5, 2)
    )
    assert other is not None
    assert "zendesk" not in other["text"]


def test_what_a_run_has_told_the_watch_does_not_tell_again(settings: Settings) -> None:
    put(settings, "raw", "zendesk", "users", 1, 4)
    failed_run(settings, day(5, 1))
    watch.report(settings, day(5, 4))
    assert len(filed.open_ones(settings.alerts_dir)) == 2, "the run, and the release that is late"


def test_a_repeat_by_hand_closes_the_alert_of_the_run(settings: Settings) -> None:
    put(settings, "raw", "zendesk", "users", 1, 4)
    failed_run(settings, day(5, 1))
    assert failed_run(settings, day(5, 2), "run-2") is None, "the same cause"
    put(settings, "raw", "zendesk", "users", 4, 5)
    watch.report(settings, day(5, 3))
    (path,) = (settings.alerts_dir / "closed").glob("extract_zendesk__run.json")
    closed = json.loads(path.read_text())["closed"]
    assert closed["why"] == "zendesk.users 20260704T000000Z--20260705T000000Z is in the lake"
    assert closed["lasted"] == "2 h 00 min"
    assert not list((settings.alerts_dir / "failures").glob("*")), "it is told, and over"


def test_a_step_without_files_is_over_when_it_ends_well(settings: Settings) -> None:
    failure = failures.describe(ValueError("x"), step="keep decisions", at=day(5))
    failures.record(settings.alerts_dir, "review_identities__run", failure)
    on_failure.raise_alert(
        settings, dag_id="review_identities", run_id="run", reason="", now=day(5)
    )
    watch.report(settings, day(5, 1))
    assert len(filed.open_ones(settings.alerts_dir)) == 1
    failures.clear(settings.alerts_dir, "review_identities__later", "keep decisions", "", day(6))
    watch.report(settings, day(6, 1))
    assert filed.open_ones(settings.alerts_dir) == []


def test_a_failure_that_nobody_was_told_of_is_told_by_the_watch(settings: Settings) -> None:
    error = SourceUnavailable("zendesk: GET /users failed 5 times", "no answer", "wait")
    failure = failures.describe(
        error,
        step="extract",
        at=day(5),
        subject="zendesk.users",
        window=Window(day(4), day(5)).name,
    )
    run = "scheduled__2026-07-05T00:00:00+00:00"
    failures.record(settings.alerts_dir, f"extract_zendesk__{run}", failure)
    watch.report(settings, day(5) + timedelta(minutes=40))
    assert filed.open_ones(settings.alerts_dir) == [], "it may be tried again"
    watch.report(settings, day(5) + timedelta(minutes=46))
    (one,) = filed.open_ones(settings.alerts_dir)
    assert (one["kind"], one["run_id"]) == ("source_unavailable", run)
    assert "nobody was told" in one["what"][-1]
    assert raised(settings, run, day(5, 1)) is None, "the callback came late: the same id"


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from ops.alerts import failures
window = "20260704T000000Z--20260705T000000Z"
began = datetime(2026, 7, 5, tzinfo=UTC)
with failures.at_work(
    Path(sys.argv[1]), "extract_zendesk__run", "check", "zendesk.users", window, began
):
    print("at work", flush=True)
    sys.stdin.readline()
"""


def test_a_step_whose_process_was_killed_is_told_once_by_its_name(settings: Settings) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(settings.alerts_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()
    watch.report(settings, day(5) + timedelta(minutes=5))
    watch.report(settings, day(5) + timedelta(minutes=30))
    assert filed.open_ones(settings.alerts_dir) == [], "it is at work"
    process.kill()
    process.communicate()
    watch.report(settings, day(5) + timedelta(minutes=31))
    assert filed.open_ones(settings.alerts_dir) == [], "the scheduler may try it again"
    watch.report(settings, day(5) + timedelta(minutes=42))
    (one,) = filed.open_ones(settings.alerts_dir)
    assert (one["kind"], one["subjects"]) == ("task_killed", ["zendesk.users"])
    assert one["repeat"][0] == "cxw extract zendesk users --from 2026-07-04 --to 2026-07-05"
    assert raised(settings, "run", day(5, 1)) is None, "one alert for the run"


def test_a_run_without_a_word_is_told(settings: Settings) -> None:
    one = raised(settings, "run", day(5))
    assert one is not None
    assert one["kind"] == "task_failed"
    assert "no step left a word (task_failure)" in one["what"][0]
    assert one["repeat"] == ["airflow dags trigger extract_zendesk"]


def test_the_gravest_kind_names_the_alert(settings: Settings) -> None:
    for kind, step in (("source_unavailable", "a"), ("lake_unusable", "b")):
        failure = failures.Failure(kind, step, "", "", "s", "w", "n", day(1).isoformat())
        failures.record(settings.alerts_dir, "d__run", failure)
    one = on_failure.raise_alert(settings, dag_id="d", run_id="run", reason="", now=day(5))
    assert one is not None
    assert (one["kind"], one["severity"]) == ("lake_unusable", "page")


def test_the_inventory_counts_what_is_open_once_a_day(settings: Settings) -> None:
    put(settings, "raw", "zendesk", "users", 1, 3)
    put(settings, "raw", "hubspot", "deals", 1, 3)
    watch.report(settings, day(5, 4))
    assert not list(settings.alerts_dir.rglob("still_broken*")), "its hour is 7"
    put(settings, "raw", "hubspot", "deals", 3, 5)
    for hour in (7, 8):
        watch.report(settings, day(5, hour))
    (path,) = settings.alerts_dir.rglob("still_broken*.json")
    lines = json.loads(path.read_text())["what"]
    assert lines[0] == "open: 2 (1 page, 1 ticket); silenced of these: 0"
    assert lines[1] == "in the last 24 h: 3 began, 1 ended"
    assert "marts_stale" in lines[2]
    assert "run_missing · zendesk.users: open for 3 h 00 min" in lines[3]
    assert lines[4].startswith("ended before anybody was told: run_missing")
    assert len(lines) == 5


def test_what_began_after_the_hour_is_in_the_inventory_of_the_next_day(settings: Settings) -> None:
    put(settings, "raw", "zendesk", "users", 1, 3)
    watch.report(settings, day(5, 9))
    assert [one["kind"] for one in filed.open_ones(settings.alerts_dir)].count("run_missing") == 1
    assert not list(settings.alerts_dir.rglob("still_broken*")), "it was told a moment ago"
    for hour in (6, 7):
        watch.report(settings, day(6, hour))
    (path,) = settings.alerts_dir.rglob("still_broken*.json")
    lines = json.loads(path.read_text())["what"]
    assert "run_missing · zendesk.users: open for 22 h 00 min" in lines[3]


def test_a_notice_alone_makes_no_inventory(settings: Settings) -> None:
    notice = replace(alert(), kind="checks_warned", at=day(4, 9).isoformat(), failed=())
    ticket = replace(notice, id="another", kind="run_missing", subjects=("zendesk.users",))
    for told, lines in ((notice, 0), (ticket, 4)):
        deliver(settings, told, (), day(4, 9))
        assert len(inventory.inventory(settings, day(5, 8), day(5, 7))) == lines


def test_no_inventory_when_nothing_is_wrong(settings: Settings) -> None:
    watch.report(settings, day(5, 8))
    assert not list(settings.alerts_dir.rglob("*.json"))
