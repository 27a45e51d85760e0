"""Claims of the conformance suite see the readers that they are there to find."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec import Raw

from extract import hubspot_reading, hubspot_search, servicenow_table
from extract.http import Client
from extract.hubspot_pages import Found
from extract.paging import by_offset
from extract.servicenow_model import Page
from extract.source import Batch, Window
from tests.extract import test_conformance as suite
from tests.extract.conformance import Bench, Case

bench, shared = suite.bench, suite.shared


def found_by_offset(
    client: Client, path: str, cursor: str, properties: list[str], window: Window
) -> Iterator[Batch]:
    """Search HubSpot as the connector does, but go on behind a number of rows."""
    ends = (("GTE", window.start), ("LT", window.end))
    bounds = [hubspot_search._filter(cursor, how, hubspot_search._ms(at)) for how, at in ends]
    asked = {
        "filterGroups": [{"filters": bounds}],
        "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        "properties": properties,
        "limit": 200,
    }

    def fetch(offset: int) -> Found:
        return client.post(f"{path}/search", {**asked, "after": str(offset)}, Found)

    return (Batch(page.results) for page in by_offset(fetch, lambda page: page.results))


def walked_by_offset(walk: servicenow_table.Walk) -> Iterator[list[Raw]]:
    """Walk a table of ServiceNow as the connector does, but behind a number of rows."""

    def fetch(offset: int) -> Page:
        return walk._page("", offset)

    for page in by_offset(fetch, lambda page: page.result):
        walk.shown += len(page.result)
        yield page.result


@pytest.mark.parametrize(
    "case",
    [Case("hubspot", name) for name in ("contacts", "companies", "deals", "feedback_submissions")]
    + [Case("servicenow", name) for name in ("incident", "sc_req_item", "task_sla")],
    ids=str,
)
def test_claim_on_rows_that_move_fails_a_reader_by_offset(
    bench: Bench, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = bench.known(case)
    monkeypatch.setattr(hubspot_reading, "changed", found_by_offset)
    monkeypatch.setattr(servicenow_table.Walk, "pages", walked_by_offset)
    bench.pull(case, known.window)
    assert bench.rows(case, known.window) == known.rows, "it reads what stands still"
    with pytest.raises(AssertionError, match="hid others"):
        suite.test_row_that_moves_while_pages_are_read_hides_no_other(bench, case)
