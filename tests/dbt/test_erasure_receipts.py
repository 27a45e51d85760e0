"""Receipts of erasures in the warehouse: from the files that an erasure leaves."""

from __future__ import annotations

from datetime import timedelta

from extract.erased import FOLDER, Order
from ops.erasure import orders
from tests.dbt.warehouse import Warehouse
from tests.ops.conftest import NOW

MODELS = ("stg_operations__erasure_receipts", "fct_erasure_receipts")
TOLD = (
    "select erasure_id, is_finished, open_seconds, release_id, removed_row_count, ordered_by"
    " from cx_warehouse.marts.fct_erasure_receipts"
)
TEST = "assert_an_erasure_goes_from_order_to_lake_to_end"


def test_a_receipt_is_told_as_it_stands(warehouse: Warehouse) -> None:
    """Each build reads it anew: without any, waiting for a release, finished."""
    lake = warehouse.lake.root
    warehouse.build(*MODELS)
    assert warehouse.rows(TOLD) == []
    made = Order(
        erasure_id="e1",
        ordered_at=NOW,
        ordered_by="Ruth",
        reason="case 118",
        identifiers=7,
        removed=9,
        changed=2,
        hashes=["00"],
        files=["zendesk/users/dt=2026-07-01/a.parquet"],
    )
    assert (lake / FOLDER).name == "erasures"
    orders.mark(lake, made, NOW, lake_erased_at=NOW + timedelta(minutes=1))
    warehouse.build(*MODELS)
    assert warehouse.rows(TOLD) == [("e1", False, None, None, 9, "Ruth")]
    done = {"finished_at": NOW + timedelta(minutes=9), "release_id": "r2"}
    orders.mark(lake, made, NOW, **done)
    warehouse.build(*MODELS)
    assert warehouse.rows(TOLD) == [("e1", True, 540.0, "r2", 9, "Ruth")]
    assert warehouse.failing(TEST) == []
    warehouse.execute("update cx_warehouse.marts.fct_erasure_receipts set open_seconds = null")
    assert warehouse.failing(TEST) == [TEST]
