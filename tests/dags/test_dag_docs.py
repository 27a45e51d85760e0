"""docs/DAGS.md says what the DAGs say."""

import re
from pathlib import Path
from typing import Any

import pytest

from ops import dag_docs, publish
from ops import settings as ops_settings
from ops.dag_docs import DocsStale
from ops.publish import Release

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> ops_settings.Settings:
    folder = tmp_path_factory.mktemp("docs")
    return ops_settings.load({"CXW_DATA_DIR": str(folder / "data")}, working_dir=folder)


def test_the_page_is_what_the_dags_say(settings: ops_settings.Settings) -> None:
    assert next(dag_docs.write(settings, check_only=True)) == "docs/DAGS.md is true"


def test_a_stale_page_is_refused_with_the_command_that_repairs_it(
    settings: ops_settings.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dag_docs, "HEAD", "another head\n")
    with pytest.raises(DocsStale, match="run `cxw docs`"):
        list(dag_docs.write(settings, check_only=True))


def test_every_link_of_the_page_leads_somewhere() -> None:
    page = (ROOT / "docs" / "DAGS.md").read_text()
    links = re.findall(r"\]\(([^)#]+)\)", page)
    assert len(links) > 10
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []


def test_dbt_docs_are_made_from_copies_and_leave_the_release_as_it_is(
    settings: ops_settings.Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = Release(tmp_path, {"as_of": "2026-09-29T00:00:00+00:00"})
    release.warehouse.parent.mkdir()
    release.marts.write_bytes(b"marts")
    release.warehouse.write_bytes(b"warehouse")
    seen: dict[str, bytes] = {}

    def dbt(_: Any, __: Any, build_dir: Path, ___: Any) -> dict[str, int]:
        seen.update({path.name: path.read_bytes() for path in build_dir.iterdir()})
        (build_dir / "written_by_dbt").touch()
        return {}

    monkeypatch.setattr(publish, "current", lambda _: release)
    monkeypatch.setattr("ops.dbt.run_dbt", dbt)
    assert list(dag_docs._dbt_docs(settings)) == ["data/docs/dbt/static_index.html"]
    assert seen == {release.marts.name: b"marts", release.warehouse.name: b"warehouse"}
    left = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {path.relative_to(tmp_path) for path in (release.marts, release.warehouse)}
    assert list(settings.docs_dir.iterdir()) == []
