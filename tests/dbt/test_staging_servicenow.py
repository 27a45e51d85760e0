"""ServiceNow's staging: text becomes types, and the audit of deletions makes tombstones."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dbt.tiny_lake import Row
from tests.dbt.warehouse import Warehouse

INCIDENT = "stg_servicenow__incident"
AUDIT = "servicenow.sys_audit_delete"


def incident(key: str, changed: str, **values: str) -> Row:
    record = {"sys_id": key, "number": f"INC-{key}", "opened_at": "2026-07-01 08:00:00", **values}
    return Row(key, {**record, "sys_updated_on": changed}, changed)


def deletion(number: str, table: str, key: str, at: str) -> Row:
    gone = {"sys_id": number, "tablename": table, "documentkey": key, "sys_created_on": at}
    return Row(number, {**gone, "sys_updated_on": at}, at)


def shown(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    return warehouse.rows(
        f"select incident_id, incident_number, is_deleted from staging.{INCIDENT} order by 1"
    )


@pytest.mark.parametrize("is_later", [False, True], ids=["in_one_build", "in_a_later_build"])
def test_a_deletion_leaves_the_row_flagged_and_empty(warehouse: Warehouse, is_later: bool) -> None:
    lake = warehouse.lake
    rows = [incident("a", "2026-07-01 09:00:00"), incident("b", "2026-07-01 09:00:00")]
    lake.land("servicenow.incident", rows)
    if is_later:
        warehouse.build(INCIDENT)
        assert shown(warehouse) == [("a", "INC-a", False), ("b", "INC-b", False)]
    gone = [
        deletion("x1", "incident", "a", "2026-07-02 10:00:00"),
        deletion("x2", "task_sla", "s", "2026-07-02 10:00:00"),
        deletion("x3", "problem", "b", "2026-07-02 10:00:00"),
    ]
    lake.land(AUDIT, gone, "2026-07-02")
    warehouse.build(INCIDENT)
    assert shown(warehouse) == [("a", None, True), ("b", "INC-b", False)]


def test_an_older_file_read_again_does_not_bring_a_deleted_row_back(warehouse: Warehouse) -> None:
    warehouse.lake.land(AUDIT, [deletion("x1", "incident", "a", "2026-07-02 10:00:00")])
    warehouse.build(INCIDENT)
    old = [incident("a", "2026-07-01 09:00:00")]
    warehouse.lake.land("servicenow.incident", old, extracted_at="2026-08-01")
    warehouse.build(INCIDENT)
    assert shown(warehouse) == [("a", None, True)]


def test_a_row_that_was_restored_is_there_again(warehouse: Warehouse) -> None:
    warehouse.lake.land(AUDIT, [deletion("x1", "incident", "a", "2026-07-02 10:00:00")])
    warehouse.lake.land("servicenow.incident", [incident("a", "2026-07-03 09:00:00")], "2026-07-03")
    warehouse.build(INCIDENT)
    assert shown(warehouse) == [("a", "INC-a", False)]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1970-01-01 00:00:00", 0), ("1970-01-03 01:02:03", 176_523), ("1969-12-31 23:59:00", -60),
     ("", None), ("soon", None)],
)  # fmt: skip
def test_durations_are_moments_after_1970(
    warehouse: Warehouse, text: str, seconds: int | None
) -> None:
    record = {"sys_id": "s", "time_left": text}
    warehouse.lake.land("servicenow.task_sla", [Row("s", record, "2026-07-01 09:00:00")])
    warehouse.build("stg_servicenow__task_sla")
    assert warehouse.rows("select time_left_seconds from staging.stg_servicenow__task_sla") == [
        (seconds,)
    ]


def test_an_accepted_major_incident_is_told_from_a_proposed_one(warehouse: Warehouse) -> None:
    rows = [
        incident("a", "2026-07-01 09:00:00", major_incident_state="accepted"),
        incident("b", "2026-07-01 09:00:00", major_incident_state="proposed"),
        incident("c", "2026-07-01 09:00:00"),
    ]
    warehouse.lake.land("servicenow.incident", rows)
    warehouse.build(INCIDENT)
    assert warehouse.rows(
        f"select incident_id from staging.{INCIDENT} where is_major_incident"
    ) == [("a",)]


def test_groups_items_and_deletions_are_typed(warehouse: Warehouse) -> None:
    group = {"sys_id": "g", "name": "Network", "active": "true", "manager": ""}
    item = {"sys_id": "i", "number": "RITM1", "stage": "fulfillment", "due_date": "",
            "state": "2", "reassignment_count": "3"}  # fmt: skip
    warehouse.lake.land("servicenow.sys_user_group", [Row("g", group, "2026-07-01 09:00:00")])
    warehouse.lake.land("servicenow.sc_req_item", [Row("i", item, "2026-07-01 09:00:00")])
    warehouse.lake.land(AUDIT, [deletion("x1", "incident", "a", "2026-07-02 10:00:00")])
    warehouse.build("path:models/staging/servicenow")
    assert warehouse.rows(
        "select group_id, group_name, is_active, manager_id"
        " from staging.stg_servicenow__sys_user_group"
    ) == [("g", "Network", True, None)]
    assert warehouse.rows(
        "select requested_item_number, stage_type, due_at, state_code, reassignment_count"
        " from staging.stg_servicenow__sc_req_item"
    ) == [("RITM1", "fulfillment", None, "2", 3)]
    assert warehouse.rows(
        "select table_name, deleted_id, cast(deleted_at as text)"
        " from staging.stg_servicenow__sys_audit_delete"
    ) == [("incident", "a", "2026-07-02 10:00:00")]
