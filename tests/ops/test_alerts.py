"""Alerts: one message a run, with the facts a person needs, and without a secret."""

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from extract.errors import CredentialsRefused, Defer, DiskFull, SchemaChanged, SourceUnavailable
from ops.alerts import failures, silences
from ops.alerts.kinds import KINDS, kind_of
from ops.alerts.lineage import affected_by
from ops.alerts.message import SHOWN, Alert
from ops.alerts.send import deliver, resend
from ops.settings import ConfigurationError, Settings
from tests.ops.conftest import Webhook

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 9, 29, 3, 14, tzinfo=UTC)


def alert(number: int = 1, **more: object) -> Alert:
    facts = {
        "id": f"extract_zendesk__run-{number}",
        "kind": "source_unavailable",
        "dag_id": "extract_zendesk",
        "run_id": f"run-{number}",
        "at": NOW.isoformat(),
        "what": ("zendesk.tickets: 503 four times; no answer; run it again",),
        "since": "2026-09-29 00:10 UTC, 2 in a row",
        "stale_marts": ("fct_tickets", "agg_experience_daily"),
        "readers": ("Call center",),
        "served": "20260928T000000Z-000003",
        "repeat": ("cxw extract zendesk tickets --from 2026-09-28 --to 2026-09-29",),
        "log": "logs/airflow.log",
    }
    return Alert(**(facts | more))  # type: ignore[arg-type]


@pytest.mark.parametrize("slug", sorted(KINDS))
def test_every_kind_has_its_runbook(slug: str) -> None:
    page = ROOT / KINDS[slug].runbook
    assert page.is_file(), f"write {KINDS[slug].runbook}"
    text = page.read_text()
    assert text.startswith(f"# {slug}\n")
    for head in ("Severity", "Look first", "Repair", "False alarms", "Past incidents"):
        assert head in text, f"{page.name} lacks {head}"


def test_every_runbook_has_its_kind() -> None:
    pages = {path.stem for path in (ROOT / "docs" / "runbooks").glob("*.md")} - {"README"}
    assert pages == set(KINDS)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (SourceUnavailable("a", "b", "c"), "source_unavailable"),
        (CredentialsRefused("a", "b", "c"), "source_unavailable"),
        (Defer(60, "a"), "source_deferred_too_long"),
        (SchemaChanged("a", "b", "c"), "extract_refused"),
        (DiskFull("a", "b", "c"), "lake_unusable"),
        (ZeroDivisionError("x"), "task_failed"),
    ],
)
def test_an_error_leads_to_its_kind(error: Exception, kind: str) -> None:
    assert kind_of(error).slug == kind


def test_an_unknown_error_keeps_its_text_to_itself() -> None:
    failure = failures.describe(ValueError("token=s3cret"), step="extract", at=NOW)
    assert "s3cret" not in json.dumps(failures.asdict(failure))
    assert "ValueError in extract" in failure.seen


def test_a_step_that_succeeds_later_takes_its_failure_back(tmp_path: Path) -> None:
    failure = failures.describe(DiskFull("a", "b", "c"), step="extract", at=NOW, subject="x.posts")
    failures.record(tmp_path, "run 1", failure)
    assert failures.of_run(tmp_path, "run 1") == (failure,)
    failures.clear(tmp_path, "run 1", "extract", "x.posts")
    assert failures.of_run(tmp_path, "run 1") == ()


def test_the_text_says_every_fact() -> None:
    text = alert().text()
    for words in (
        "503 four times",
        "2 in a row",
        "fct_tickets",
        "Call center",
        "20260928T000000Z-000003",
        "cxw extract zendesk tickets",
        "docs/runbooks/source_unavailable.md",
        "logs/airflow.log",
    ):
        assert words in text


def test_the_text_keeps_the_true_count_when_it_shortens() -> None:
    many = tuple(f"mart_{n:02d}" for n in range(SHOWN + 4))
    assert "and 4 more" in alert(stale_marts=many).text()


def test_an_alert_is_sent_once(settings: Settings, webhook: Webhook) -> None:
    there = replace(settings, webhook_url=webhook.url)
    assert deliver(there, alert(), (), NOW) is not None
    assert deliver(there, alert(), (), NOW) is None
    assert len(webhook.received) == 1
    assert webhook.received[0]["text"] == alert().text()


@pytest.mark.parametrize("status", [500, 404])
def test_a_webhook_that_is_down_hides_neither_log_nor_file(
    settings: Settings, webhook: Webhook, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    webhook.status = status
    there = replace(settings, webhook_url=webhook.url)
    with caplog.at_level(logging.DEBUG):
        filed = deliver(there, alert(), (), NOW)
    assert filed is not None
    assert filed["webhook"] == f"failed: status {status}"
    assert "503 four times" in caplog.text
    webhook.status = 200
    assert resend(there) == 1
    assert resend(there) == 0
    assert len(webhook.received) == 1


def test_nobody_listening_is_recorded(settings: Settings, webhook: Webhook) -> None:
    webhook.server.shutdown()
    webhook.server.server_close()
    filed = deliver(replace(settings, webhook_url=webhook.url), alert(), (), NOW)
    assert filed is not None
    assert filed["webhook"] == "failed: ConnectError"


def test_the_webhook_address_is_written_nowhere(
    settings: Settings, webhook: Webhook, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        deliver(replace(settings, webhook_url=webhook.url), alert(), (), NOW)
    files = "".join(path.read_text() for path in settings.alerts_dir.glob("*.json"))
    assert "very-secret-part" not in caplog.text + files
    assert webhook.received, "it was sent all the same"


def test_a_silence_files_the_alert_without_sending_it(settings: Settings, webhook: Webhook) -> None:
    quiet = silences.Silence("extract_zendesk", "503", "maintenance", "https://s/1", NOW.date())
    filed = deliver(replace(settings, webhook_url=webhook.url), alert(), (quiet,), NOW)
    assert filed is not None
    assert filed["silenced"] == "maintenance (https://s/1)"
    assert not webhook.received


@pytest.mark.parametrize(
    ("dag_id", "match", "days"), [("extract_x", "503", 1), ("*", "418", 1), ("*", "503", -1)]
)
def test_a_silence_does_not_hold_elsewhere_or_later(dag_id: str, match: str, days: int) -> None:
    until = (NOW + timedelta(days=days)).date()
    silence = silences.Silence(dag_id, match, "r", "l", until)
    assert not silence.holds("extract_zendesk", alert().text(), NOW)


def write_silence(path: Path, **entry: str) -> Path:
    lines = "\n".join(f"{name} = {value}" for name, value in entry.items())
    path.write_text(f"[[silence]]\n{lines}\n")
    return path


GOOD = {"dag_id": '"*"', "match": '"a"', "reason": '"r"', "link": '"l"', "until": "2026-10-31"}


def test_silences_are_read(tmp_path: Path) -> None:
    assert len(silences.load(write_silence(tmp_path / "s.toml", **GOOD))) == 1
    assert silences.load() == (), "none is committed"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"until": None}, "lacks until"),
        ({"reason": None}, "lacks reason"),
        ({"until": '"2026-10-31"'}, "date without quotes"),
        ({"until": "2026-10-31T00:00:00"}, "date without quotes"),
        ({"match": '"("'}, "no regular expression"),
        ({"owner": '"me"'}, "holds owner"),
    ],
)
def test_a_silence_that_hides_something_is_refused(
    tmp_path: Path, change: dict[str, str | None], words: str
) -> None:
    entry = {name: value for name, value in (GOOD | change).items() if value is not None}
    with pytest.raises(ConfigurationError, match=words):
        silences.load(write_silence(tmp_path / "s.toml", **entry))


def manifest(tmp_path: Path) -> Path:
    def node(name: str, folder: str) -> dict:
        return {"name": name, "resource_type": "model", "fqn": ["cx", folder, name]}

    graph = {
        "nodes": {
            "m.stg": node("stg_zendesk__tickets", "staging"),
            "m.other": node("stg_x__mentions", "staging"),
            "m.int": node("int_tickets", "intermediate"),
            "m.fct": node("fct_tickets", "marts"),
            "m.agg": node("fct_mentions", "marts"),
        },
        "sources": {"s.t": {"source_name": "zendesk", "name": "tickets"}},
        "child_map": {
            "s.t": ["m.stg"],
            "m.stg": ["m.int"],
            "m.int": ["m.fct"],
            "m.other": ["m.agg"],
        },
        "exposures": {
            "e.1": {"name": "desk", "label": "Service desk", "depends_on": {"nodes": ["m.fct"]}},
            "e.2": {"name": "social", "label": None, "depends_on": {"nodes": ["m.agg"]}},
        },
    }
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(graph))
    return path


def test_lineage_follows_the_graph_to_marts_and_readers(tmp_path: Path) -> None:
    found = affected_by(manifest(tmp_path), ["zendesk.tickets"])
    assert found.marts == ("fct_tickets",)
    assert found.readers == ("Service desk",)


def test_lineage_of_a_failed_build_is_every_mart(tmp_path: Path) -> None:
    found = affected_by(manifest(tmp_path), None)
    assert found.marts == ("fct_mentions", "fct_tickets")
    assert found.readers == ("Service desk", "social")


def test_lineage_says_that_it_does_not_know_before_the_first_build(tmp_path: Path) -> None:
    assert not affected_by(tmp_path / "manifest.json", None).known
