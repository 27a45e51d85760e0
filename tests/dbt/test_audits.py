"""Audits from landed rows to the marts: second readings come later; each tie was seen failing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dbt.service_records import call
from tests.dbt.tiny_lake import Row, iso
from tests.dbt.warehouse import Warehouse

MARTS = ("fct_interaction_audits", "agg_audit_agreement_monthly", "agg_audits_weekly")
SELECTED = (*(f"+{mart}" for mart in MARTS), "dim_channels")


def reading(audit: str, rating: str, question: str, answer: str, contact: int, when: str) -> Row:
    """Make an auditor's answer; identity fails the whole."""
    possible = 0 if answer == "na" else 20
    record = {
        "audit_id": audit,
        "rating": rating,
        "audited_at": iso(when),
        "auditor_id": 1 if rating == "first" else 2,
        "form": "contact_quality",
        "system": "zendesk",
        "interaction_type": "call",
        "interaction_id": str(contact),
        "question": question,
        "question_text": question.title(),
        "answer": answer,
        "earned": possible if answer == "yes" else 0,
        "possible": possible,
        "auto_fail": question == "identity" and answer == "no",
    }
    return Row(f"{audit}|{rating}|{question}", record, when)


@pytest.fixture(scope="module")
def audited(
    new_warehouse: Callable[[Path], Warehouse], tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    """Three calls, two of them audited on the next day, one of these again the day after."""
    warehouse = new_warehouse(tmp_path_factory.mktemp("audits"))
    lake = warehouse.lake
    lake.land("zendesk.calls", [call(n, f"2026-07-01 0{n}:00") for n in (1, 2, 3)])
    first = [
        reading("A", "first", "identity", "yes", 1, "2026-07-02 10:00"),
        reading("A", "first", "tone", "yes", 1, "2026-07-02 10:00"),
        reading("A", "first", "notes", "na", 1, "2026-07-02 10:00"),
        reading("B", "first", "identity", "no", 2, "2026-07-02 11:00"),
        reading("B", "first", "tone", "yes", 2, "2026-07-02 11:00"),
    ]
    lake.land("files.interaction_audits", first, "2026-07-02")
    warehouse.build(*SELECTED)
    second = [
        reading("A", "second", "identity", "yes", 1, "2026-07-03 10:00"),
        reading("A", "second", "tone", "no", 1, "2026-07-03 10:00"),
    ]
    lake.land("files.interaction_audits", second, "2026-07-03")
    warehouse.build(*SELECTED)
    return warehouse


def test_a_second_reading_that_comes_later_stands_beside_the_first(audited: Warehouse) -> None:
    assert audited.rows(
        "select audit_id, question_slug, channel_slug, agent_id, answer_type, second_answer_type"
        " from cx_warehouse.marts.fct_interaction_audits order by all"
    ) == [
        ("A", "identity", "phone", 901, "yes", "yes"),
        ("A", "notes", "phone", 901, "na", None),
        ("A", "tone", "phone", 901, "yes", "no"),
        ("B", "identity", "phone", 901, "no", None),
        ("B", "tone", "phone", 901, "yes", None),
    ]
    assert audited.rows(
        "select question_slug, pair_count, observed_rate"
        " from cx_warehouse.marts.agg_audit_agreement_monthly order by all"
    ) == [("identity", 1, 1.0), ("tone", 1, 0.0)]


def test_the_worked_example_of_the_quality_rate(audited: Warehouse) -> None:
    """A has 40 of 40, the question that does not apply aside; B failed: 0 of 40. 40 / 80."""
    assert audited.rows(
        "select contact_count, planned_count, audit_count, lacking_count, second_reading_count,"
        " auto_fail_count, earned_points, possible_points, quality_rate"
        " from cx_warehouse.marts.agg_audits_weekly"
    ) == [(3, 3, 2, 1, 1, 1, 40, 80, 0.5)]


BROKEN = {
    "assert_no_answer_of_an_audit_earns_more_than_it_can": """
        update marts.fct_interaction_audits set earned_points = 30 where question_slug = 'tone'""",
    "assert_audits_of_the_weeks_are_those_of_contacts_that_are_there": """
        update marts.agg_audits_weekly set earned_points = earned_points + 20""",
    "assert_agreement_of_auditors_is_that_of_the_answers_read_twice": """
        update marts.fct_interaction_audits set second_answer_type = 'yes'""",
}


def test_ties_hold_and_each_breach_is_found(audited: Warehouse, tmp_path: Path) -> None:
    assert audited.failing(*BROKEN) == []
    for number, (tie, breach) in enumerate(BROKEN.items()):
        twin = audited.copied_to(tmp_path / str(number))
        twin.execute(f"use cx_warehouse; {breach}")
        assert twin.failing(tie) == [tie]
