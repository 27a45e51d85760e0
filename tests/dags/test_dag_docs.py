"""docs/DAGS.md says what the DAGs say."""

import re
from pathlib import Path

import pytest

from ops import dag_docs
from ops import settings as ops_settings
from ops.dag_docs import DocsStale

pytestmark = pytest.mark.xdist_group("airflow")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> ops_settings.Settings:
    folder = tmp_path_factory.mktemp("docs")
    return ops_settings.load({"CXW_DATA_DIR": str(folder / "data")}, working_dir=folder)


def test_the_page_is_what_the_dags_say(settings: ops_settings.Settings) -> None:
    assert list(dag_docs.write(settings, check_only=True)) == ["docs/DAGS.md is true"]


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
