"""What is wrong now is seen from files: late, waiting, stale, expired; and told once a day."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from extract.errors import InvalidDeclaration, SourceUnavailable
from extract.lake import landed_path
from extract.outcomes import Attempt, record
from extract.source import Window
from ops.alerts import failures, on_failure, silences, watch
from ops.alerts.kinds import KINDS
from ops.settings import Settings, with_source

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


def test_a_finding_is_told_once_a_day(settings: Settings) -> None:
    put(settings, "raw", "zendesk", "users", 1, 5)
    for hour in (4, 5):
        watch.report(settings, day(6, hour))
    assert len(list(settings.alerts_dir.glob("*zendesk.users*.json"))) == 1
    watch.report(settings, day(7, 4))
    assert len(list(settings.alerts_dir.glob("*zendesk.users*.json"))) == 2


def test_every_finding_has_a_kind(settings: Settings) -> None:
    put(settings, "raw", "zendesk", "users", 1, 5)
    put(settings, "landing", "x", "mentions", 1, 2)
    assert {finding.kind for finding in watch.findings(settings, day(9))} <= set(KINDS)


def test_an_alert_says_since_when_and_how_often(settings: Settings) -> None:
    for number, outcome in enumerate(("failed", "success", "failed", "failed"), start=1):
        tried(settings, number, outcome)
    error = SourceUnavailable("zendesk: GET /users failed 5 times", "no answer", "wait")
    failure = failures.describe(
        error,
        step="extract",
        at=day(5, 1),
        subject="zendesk.users",
        window=Window(day(4), day(5)).name,
    )
    failures.record(settings.alerts_dir, "run", failure)
    filed = on_failure.raise_alert(
        settings, dag_id="extract_zendesk", run_id="run", reason="task_failure", now=day(5, 2)
    )
    assert filed is not None
    assert filed["since"] == (
        "zendesk.users: 2026-07-04 01:00 UTC, 2 tries in a row; "
        "last good up to 2026-07-03 00:00 UTC"
    )
    assert filed["served"] == "no release yet"


def test_a_killed_step_is_told_although_it_left_no_word(settings: Settings) -> None:
    filed = on_failure.raise_alert(
        settings, dag_id="extract_zendesk", run_id="run", reason="task_failure", now=day(5)
    )
    assert filed is not None
    assert filed["kind"] == "task_failed"
    assert "no step left a word (task_failure)" in filed["what"][0]
    assert filed["repeat"] == ("airflow dags trigger extract_zendesk",)


def test_the_gravest_kind_names_the_alert(settings: Settings) -> None:
    for kind, step in (("source_unavailable", "a"), ("lake_unusable", "b")):
        failure = failures.Failure(kind, step, "", "", "s", "w", "n", day(1).isoformat())
        failures.record(settings.alerts_dir, "run", failure)
    filed = on_failure.raise_alert(settings, dag_id="d", run_id="run", reason="", now=day(5))
    assert filed is not None
    assert (filed["kind"], filed["severity"]) == ("lake_unusable", "page")
