"""A warehouse that older models made is brought to today's, while its release is served."""

import json
from pathlib import Path

import duckdb
import pytest

from tests.end_to_end.conftest import Company
from tests.end_to_end.test_runs import OF_THE_BUILDS, copy_of, differences


def age(company: Company) -> None:
    """Make the release what older models would have left: columns less, another grain, a relic."""
    marts, private = company.release / "cx_warehouse.duckdb", company.release / "private"
    for path in (marts, private / "warehouse.duckdb"):
        path.chmod(0o644)
    with duckdb.connect(str(marts)) as con:
        con.execute("alter table marts.fct_web_sessions drop column view_count")
        con.execute("create or replace table marts.fct_calls as from marts.fct_calls limit 5")
        con.execute("create table marts.agg_of_yore as select 1 as one")
    with duckdb.connect(str(private / "warehouse.duckdb")) as con:
        con.execute("alter table staging.stg_zendesk__tickets drop column subject")
        con.execute("alter table intermediate.int_web_sessions drop column view_count")


@pytest.mark.slow
def test_older_models_are_upgraded_by_a_full_refresh(small: Company, tmp_path: Path) -> None:
    older = copy_of(small, tmp_path)
    age(older)
    served, before = older.release, ledger(older)
    assert older.cxw("build").stdout.startswith("nothing new"), "the lake has no news"
    built = older.cxw("build", "--full-refresh")
    assert built.returncode == 0, built.stderr
    assert older.release == served, "the old release is served until the new one is published"
    refused = older.cxw("check", "marts")
    assert "missing: agg_of_yore" in refused.stderr, "that a mart is gone is for a person to say"
    for words in (["check", "marts", "--accept", "marts_are_all_there"], ["publish"]):
        done = older.cxw(*words)
        assert done.returncode == 0, done.stdout + done.stderr
    assert older.release != served
    assert json.loads((older.release / "manifest.json").read_text())["base"] == served.name
    assert set(differences(small.release, older.release)) <= OF_THE_BUILDS
    assert ledger(older) == before, "whose each identifier is stays remembered"
    assert older.cxw("build").stdout.startswith("nothing new")


def ledger(company: Company) -> list[tuple]:
    file = company.release / "private" / "warehouse.duckdb"
    with duckdb.connect(str(file), read_only=True) as con:
        rows = con.execute("select * from intermediate.int_identity_ledger order by all")
        return rows.fetchall()
