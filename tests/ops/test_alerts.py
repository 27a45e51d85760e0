"""Alerts: one message a run, with the facts a person needs, and without a secret."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from extract.errors import CredentialsRefused, Defer, DiskFull, SchemaChanged, SourceUnavailable
from ops.alerts import failures, silences
from ops.alerts.kinds import KINDS, kind_of
from ops.alerts.lineage import affected_by
from ops.alerts.message import SHOWN
from ops.settings import ConfigurationError
from tests.ops.conftest import NOW, alert

ROOT = Path(__file__).resolve().parents[2]
HEADS = ["Meaning", "Severity guide", "First look", "Way out", "Known false positives"]


@pytest.mark.parametrize("slug", sorted(KINDS))
def test_every_kind_has_its_runbook(slug: str) -> None:
    page = ROOT / KINDS[slug].runbook
    assert page.is_file(), f"write {KINDS[slug].runbook}"
    text = page.read_text()
    assert text.startswith(f"# {slug}\n")
    assert re.findall(r"^## (.+)$", text, re.M) == HEADS, page.name


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
        (ConfigurationError("a", "b", "c"), "settings_refused"),
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
    failures.clear(tmp_path, "run 1", "extract", "x.posts", NOW)
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
            "e.1": {
                "name": "desk",
                "label": "Service desk",
                "owner": {"name": "Head of desk", "email": "desk@example.com"},
                "depends_on": {"nodes": ["m.fct"]},
            },
            "e.2": {"name": "social", "label": None, "depends_on": {"nodes": ["m.agg"]}},
        },
    }
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(graph))
    return path


def test_lineage_follows_the_graph_to_marts_and_readers(tmp_path: Path) -> None:
    found = affected_by(manifest(tmp_path), ["zendesk.tickets"])
    assert found.marts == ("fct_tickets",)
    assert found.readers == ("Service desk (Head of desk, desk@example.com)",)


def test_lineage_of_a_failed_build_is_every_mart(tmp_path: Path) -> None:
    found = affected_by(manifest(tmp_path), None)
    assert found.marts == ("fct_mentions", "fct_tickets")
    assert found.readers == ("Service desk (Head of desk, desk@example.com)", "social")


def test_lineage_says_that_it_does_not_know_before_the_first_build(tmp_path: Path) -> None:
    assert not affected_by(tmp_path / "manifest.json", None).known
