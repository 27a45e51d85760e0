"""What is particular to ServiceNow, judged against the simulated company."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from extract.errors import CredentialsRefused, OutsideWindow, RequestRefused, TruncatedFetch
from extract.source import Window
from tests.extract.northwind import Northwind, day

WEEK = day(4, 6)
BASIC = {
    "client_id": "",
    "client_secret": "",
    "username": "warehouse.reader",
    "password": "sandbox-servicenow-password",
}


def keys(company: Northwind, stream: str, window: Window = WEEK) -> list[str]:
    return sorted(company.table("servicenow", stream, window)["_pk"].to_pylist())


def change(company: Northwind, name: str, key: str, **values: Any) -> None:
    """Change a row a minute before the clock; what it said of its own change stays said."""
    at = company.clock.now() - timedelta(minutes=1)
    body = {"name": f"servicenow.{name}", "key": key, "set": values, "at": at.isoformat()}
    company.control("/__world/mutate", body)


def hide(company: Northwind, stream: str, hidden: list[str]) -> None:
    """Let access rules hide rows, which stay as they were."""
    landed = {one["sys_id"]: one for one in company.records("servicenow", stream, WEEK)}
    for key in hidden:
        change(company, stream, key, _hidden=True, sys_updated_on=landed[key]["sys_updated_on"])


def asked(company: Northwind) -> list[str]:
    return [one["path"].rsplit("/", 2)[-2] for one in company.requests()]


def test_servicenow_ends_on_an_empty_page_and_counts_once(company: Northwind) -> None:
    company.pull("servicenow", "incident", WEEK, page_rows=7)
    rows = len(keys(company, "incident"))
    tables = [one for one in company.requests() if "/table/" in one["path"]]
    counts = [one for one in company.requests() if "/stats/" in one["path"]]
    assert len(tables) == -(-rows // 7) + 1
    assert len(counts) == 1
    assert "ORDERBYsys_id" in tables[-1]["query"]


def test_servicenow_reads_on_behind_a_page_that_access_rules_emptied(company: Northwind) -> None:
    company.pull("servicenow", "task_sla", WEEK)
    whole = keys(company, "task_sla")
    hidden = whole[3:7]
    hide(company, "task_sla", hidden)
    manifest = company.pull(
        "servicenow", "task_sla", WEEK, lake=company.lake / "hidden", page_rows=3
    )
    assert manifest.rows == len(whole) - len(hidden)
    assert manifest.note == f"4 of {len(whole)} rows are hidden by access rules"
    assert (manifest.source_rows, manifest.shown_rows) == (len(whole), len(whole) - 4)


def test_servicenow_refuses_a_window_of_which_too_much_is_hidden(company: Northwind) -> None:
    company.pull("servicenow", "task_sla", WEEK)
    whole = keys(company, "task_sla")
    hide(company, "task_sla", whole[: len(whole) // 2])
    with pytest.raises(TruncatedFetch, match=f"of the {len(whole)} rows"):
        company.pull("servicenow", "task_sla", WEEK)
    manifest = company.pull(
        "servicenow", "task_sla", WEEK, lake=company.lake / "shown", hidden_share="1"
    )
    assert manifest.rows == len(whole) - len(whole) // 2


def test_servicenow_notes_that_the_account_may_not_count(company: Northwind) -> None:
    company.fault("/stats/", status=403, times=None)
    manifest = company.pull("servicenow", "incident", WEEK)
    assert manifest.rows > 0
    assert manifest.note == "rows not counted: status 403"


def test_servicenow_window_that_the_instance_ignores_is_refused(company: Northwind) -> None:
    """As when an upgrade renames the field: the part is dropped and all rows come."""
    company.pull("servicenow", "incident", day(7))
    company.fault("/table/incident", times=None, flip={"sys_updated_on": "2026-07-01 10:00:00"})
    with pytest.raises(OutsideWindow, match="ignored one"):
        company.pull("servicenow", "incident", day(7))


def test_servicenow_deletions_are_not_enabled_for_everybody(company: Northwind) -> None:
    company.fault("/table/", status=403, times=None)
    manifest = company.pull("servicenow", "sys_audit_delete", WEEK)
    assert (manifest.rows, manifest.note) == (0, "not enabled: status 403")
    with pytest.raises(CredentialsRefused):
        company.pull("servicenow", "incident", WEEK)


def test_servicenow_deleted_rows_are_named_by_the_audit(company: Northwind) -> None:
    company.pull("servicenow", "sys_audit_delete", WEEK)
    told = {
        (one["tablename"], one["documentkey"])
        for one in company.records("servicenow", "sys_audit_delete", WEEK)
    }
    company.at(day(9).end + timedelta(minutes=10))
    for table in ("incident", "task_sla"):
        company.pull("servicenow", table, day(1, 9))
        gone = {key for name, key in told if name == table}
        assert gone
        assert not gone & set(keys(company, table, day(1, 9)))


def test_servicenow_may_be_asked_with_name_and_password(company: Northwind) -> None:
    assert company.pull("servicenow", "incident", WEEK, **BASIC).rows > 0
    assert not [one for one in company.requests() if one["path"].endswith("oauth_token.do")]
    with pytest.raises(CredentialsRefused, match="status 401"):
        company.pull("servicenow", "incident", WEEK, **{**BASIC, "password": "wrong-secret"})


def test_servicenow_asks_for_one_token_a_run(company: Northwind) -> None:
    company.pull("servicenow", "incident", WEEK, page_rows=7)
    assert [one["path"] for one in company.requests()].count("/servicenow/oauth_token.do") == 1


def test_servicenow_table_that_does_not_exist_is_refused(company: Northwind) -> None:
    company.fault("/table/", status=400, times=None, body={"error": {"message": "Invalid table"}})
    with pytest.raises(RequestRefused, match="status 400"):
        company.pull("servicenow", "incident", WEEK)
