"""Issues over channels: from landed records to three FCR, and what a merge of customers does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dbt.service_records import answer, call, forked, ticket
from tests.dbt.tiny_lake import Row, contact, user
from tests.dbt.warehouse import Warehouse

MARTS = "+path:models/marts/issues"
REASON_FIELD = 4410012
TIES = {
    "assert_issues_hold_the_touchpoints_of_their_bridge": """
        delete from marts.bridge_issue_touchpoints where touchpoint_type = 'call'""",
    "assert_steps_are_deflections_duplications_or_others": """
        update marts.agg_channel_paths set other_count = other_count + 1""",
    "assert_every_issue_has_its_effort_and_its_repeats": """
        update marts.agg_issue_effort set repeat_contact_count = repeat_contact_count + 1""",
    "assert_effectiveness_counts_every_inbound_touchpoint": """
        update marts.agg_touchpoint_effectiveness_daily set touchpoint_count = 99""",
    "assert_three_fcr_count_the_same_issues": """
        update marts.agg_contact_resolution_daily set score_sum = score_sum + 100""",
}
ONE_ISSUE = "unique_bridge_issue_touchpoints_touchpoint_key"


def about(reason: str, row: Row) -> Row:
    """Let the desk code a ticket's reason."""
    row.payload["custom_fields"] = [{"id": REASON_FIELD, "value": reason}]
    return row


@pytest.fixture(scope="module")
def issues(
    new_warehouse: Callable[[Path], Warehouse], tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    """Two users with bills, one of whom calls about the ticket; a parcel that nobody asks twice."""
    warehouse = new_warehouse(tmp_path_factory.mktemp("issues"))
    lake = warehouse.lake
    people = [
        user(n, "2026-07-01", email=f"u{n}@example.net", name=f"User {n}") for n in (771, 772)
    ]
    lake.land("zendesk.users", people)
    lake.land("hubspot.contacts", [contact("c1", "2026-07-01", email="u771@example.net")])
    lake.land(
        "zendesk.tickets",
        [
            about("billing", ticket(10, "2026-07-01 09:00", requester=771)),
            about("delivery", ticket(11, "2026-07-02 09:00", requester=771)),
            about("billing", ticket(12, "2026-07-05 09:00", requester=772, channel="chat")),
        ],
        days=7,
    )
    lake.land("zendesk.calls", [call(1, "2026-07-03 09:00", ticket_id=10)], days=7)
    lake.land("hubspot.feedback_submissions", [answer("s1", "2026-07-03 10:00", "ces", 6, "c1")])
    warehouse.run(command="seed")
    warehouse.build(MARTS)
    return warehouse


def told(warehouse: Warehouse) -> list[tuple[object, ...]]:
    """Return what each issue came to."""
    return warehouse.rows(
        "select contact_reason_type, contact_count, repeat_contact_count, touchpoint_count,"
        " was_solved_without_repeat from cx_warehouse.marts.fct_issues order by 1, 2"
    )


def test_calls_letters_and_answers_of_one_matter_are_one_issue(issues: Warehouse) -> None:
    assert told(issues) == [
        ("billing", 1, 0, 1, True),
        ("billing", 2, 1, 3, False),
        ("delivery", 1, 0, 1, True),
    ]


def test_a_merge_of_customers_joins_issues_and_changes_no_fact(
    issues: Warehouse, tmp_path: Path
) -> None:
    twin = forked(issues, tmp_path / "twin")
    facts = "select * from cx_warehouse.marts.fct_touchpoints order by touchpoint_key"
    before = twin.rows(facts)
    same = user(772, "2026-07-01", email="u771@example.net", name="User 771")
    twin.lake.land("zendesk.users", [same], day="2026-07-08")
    twin.build(MARTS)
    assert told(twin) == [("billing", 3, 2, 4, False), ("delivery", 1, 0, 1, True)]
    assert twin.rows(facts) == before


def test_ties_of_issues_hold_and_are_found_when_broken(issues: Warehouse, tmp_path: Path) -> None:
    assert issues.failing(*TIES, ONE_ISSUE) == []
    twin = forked(issues, tmp_path / "twin")
    for statement in TIES.values():
        twin.execute(statement.replace("marts.", "cx_warehouse.marts."))
    twin.execute(
        "insert into cx_warehouse.marts.bridge_issue_touchpoints"
        " select * from cx_warehouse.marts.bridge_issue_touchpoints"
    )
    assert twin.failing(*TIES, ONE_ISSUE) == sorted([*TIES, ONE_ISSUE])
