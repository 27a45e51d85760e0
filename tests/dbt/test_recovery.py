"""Care after low marks over real files: changes by hand, and a tie that was seen failing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dbt.tiny_lake import Row, contact, iso
from tests.dbt.warehouse import Warehouse

pytestmark = pytest.mark.slow

TIE = "assert_low_marks_are_compared_at_most_once"


def mark(key: str, contact_id: str, when: str, score: int) -> Row:
    """Make an NPS answer of a contact."""
    stated = {"hs_survey_type": "NPS", "hs_submission_timestamp": iso(when), "hs_value": str(score)}
    linked = {"contacts": {"results": [{"id": contact_id}]}}
    return Row(key, {"id": key, "properties": stated, "associations": linked}, when)


def care(key: str, contact_id: str, closed: str) -> Row:
    """Make a closed ticket of the care programme."""
    stated = {"createdate": iso(closed), "closed_date": iso(closed)}
    linked = {"contacts": {"results": [{"id": contact_id}]}}
    properties = {**stated, "hs_ticket_category": "CARE_PROGRAMME", "hs_lastmodifieddate": None}
    payload = {"id": key, "properties": properties, "createdAt": iso(closed)}
    return Row(key, {**payload, "updatedAt": iso(closed), "associations": linked}, closed)


@pytest.fixture(scope="module")
def built(
    new_warehouse: Callable[[Path], Warehouse], tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    """Build four low marks of 4: two cared for, two not, and one too soon after another."""
    warehouse = new_warehouse(tmp_path_factory.mktemp("recovery"))
    people = [
        contact(str(n), "2026-06-01 09:00", email=f"p{n}@x.nl", customer_number=f"cust-{n}")
        for n in range(1, 5)
    ]
    marks = [mark(f"{n}0", str(n), "2026-07-02 09:00", 4) for n in range(1, 5)]
    for n, after in ((1, 9), (2, 7), (3, 5), (4, 6)):
        marks.append(mark(f"{n}1", str(n), "2026-07-30 09:00", after))
    cares = [
        care("71", "1", "2026-07-04 09:00"),
        care("72", "2", "2026-07-03 09:00"),
        care("73", "3", "2026-07-20 09:00"),  # too late to be of this mark
    ]
    warehouse.lake.land("hubspot.contacts", people, "2026-07-30")
    warehouse.lake.land("hubspot.feedback_submissions", marks, "2026-07-30")
    warehouse.lake.land("hubspot.tickets", cares, "2026-07-30")
    warehouse.build("+agg_nps_recovery", "+fct_survey_responses")
    return warehouse


def test_lift_of_care_is_that_of_the_hand(built: Warehouse) -> None:
    assert built.rows(
        "select low_mark_count, treated_count, control_count, treated_change, control_change,"
        " matched_lift, treated_recovered_rate, matched_control_recovered_rate,"
        " days_to_care_median, days_to_answer_median"
        " from cx_warehouse.marts.agg_nps_recovery where comparison_type = 'care'"
    ) == [(4, 2, 2, 4.0, 1.5, 2.5, 1.0, 0.0, 1.5, 28.0)]


def test_tie_of_low_marks_refuses_a_control_counted_twice(built: Warehouse, tmp_path: Path) -> None:
    assert built.failing(TIE) == []
    broken = built.copied_to(tmp_path)
    broken.execute("update cx_warehouse.marts.agg_nps_recovery set control_count = 3")
    assert broken.failing(TIE) == [TIE]
