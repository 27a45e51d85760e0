"""docs/errors.md names every refusal, with three clauses; an error that nobody raises is found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from extract.errors import BeyondHorizon, Defer
from extract.pull import check_window
from extract.source import Kind
from ops import error_catalogue as catalogue
from tests.extract.northwind import day
from tests.extract.test_landing import stream

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "errors.md"
MODULE = '''
from extract.errors import CxwError, Defer, DiskFull, EndlessPaging

class Odd(CxwError):
    """An error that nobody raises."""

def one(path, rows, is_new):
    why = "it is new" if is_new else "it is old"
    raise DiskFull(f"{path.name}: {rows:,} rows", why, "make " + "room")

def two(wait):
    kind = EndlessPaging
    if wait:
        raise Defer(wait, "a wait")
    raise kind("only", "two")
'''


def sections() -> dict[str, str]:
    parts = re.split(r"^## (\w+)$", PAGE.read_text(), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder in catalogue.FOLDERS:
        (tmp_path / folder).mkdir()
    errors = (ROOT / "extract" / "errors.py").read_text()
    (tmp_path / "extract" / "errors.py").write_text(errors)
    return tmp_path


def test_the_page_is_what_the_code_says() -> None:
    assert catalogue.render(ROOT) == PAGE.read_text(), "run `cxw docs` and commit docs/errors.md"


def test_every_error_is_raised_and_has_three_clauses() -> None:
    assert catalogue.flaws(catalogue.read(ROOT)) == []


def test_the_page_has_every_error_with_its_consequences() -> None:
    found = sections()
    assert len(found) > 30
    assert "Outcome `refused` · exit 1 · alert [`file_refused`]" in found["FileRefused"]
    assert "Outcome `deferred` · exit 75" in found["Defer"]
    assert "Outcome `refused` · exit 2" in found["UnknownSource"]
    assert "Outcome `skipped` · exit 0 · alert none" in found["SnapshotPast"]


def test_every_runbook_of_the_page_is_there() -> None:
    links = set(re.findall(r"\]\(([^)]+)\)", PAGE.read_text()))
    assert len(links) > 8
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []


def test_a_refusal_reads_as_on_the_page() -> None:
    old = stream(Kind.EVENT, horizon=day(2).end - day(1).start)
    with pytest.raises(BeyondHorizon) as caught:
        check_window("acme.tickets", old, day(1), day(9).end)
    row = re.search(
        r"^\| (.+) \| (.+) \| (.+) \| `extract/pull.py` \|$", sections()["BeyondHorizon"], re.M
    )
    assert row
    told = (caught.value.seen, caught.value.why, caught.value.next_step)
    for template, clause in zip(row.groups(), told, strict=True):
        assert re.fullmatch(re.sub("‹[^›]*›", ".+", template), clause)


def test_flaws_are_found(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "ops" / "steps.py").write_text(MODULE)
    monkeypatch.setattr("ops.steps.Odd", type("Odd", (Defer,), {}), raising=False)
    found = catalogue.flaws(catalogue.read(project))
    assert "Odd is never raised" in found
    assert "ops/steps.py:15 EndlessPaging has not three clauses" in found
    assert not [one for one in found if "DiskFull" in one or "Defer" in one]


def test_clauses_are_rendered_with_what_is_filled_in(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "ops" / "steps.py").write_text(MODULE)
    monkeypatch.setattr("ops.steps.Odd", type("Odd", (Defer,), {}), raising=False)
    made = {one.error: one.clauses for one in catalogue.refusals(catalogue.read(project))}
    assert made["DiskFull"] == ("‹path name›: ‹rows› rows", "it is new / it is old", "make room")
    assert made["Defer"] == (
        "a wait",
        "that is longer than a worker should sleep",
        "run the same window again in ‹wait› s",
    )
