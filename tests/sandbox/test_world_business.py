"""What else the CRM keeps: firms, what deals are made of, its tickets, and consent."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import pytest

from sandbox.truth import truth
from sandbox.world import World
from tests.sandbox.observed import day, lived, newest

UNTIL = day("2026-09-29")


@pytest.fixture(scope="module")
def world() -> World:
    return lived(7, 400, "2026-09-29")


def live(world: World, name: str) -> dict[str, dict[str, Any]]:
    found = newest(world, f"hubspot.{name}", UNTIL)
    return {key: record for key, record in found.items() if not record["archived"]}


def ends(record: dict[str, Any], target: str) -> list[str]:
    return [one["id"] for one in record["associations"][target]["results"]]


def cents(amount: str) -> int:
    return round(float(amount) * 100)


def test_items_of_every_won_deal_add_up_to_its_amount_to_the_cent(world: World) -> None:
    sums: defaultdict[str, int] = defaultdict(int)
    for item in live(world, "line_items").values():
        values = item["properties"]
        assert cents(values["amount"]) == int(values["quantity"]) * cents(values["price"]) > 0
        (deal,) = ends(item, "deals")
        sums[deal] += cents(values["amount"])
    won = {
        key: cents(deal["properties"]["amount"])
        for key, deal in live(world, "deals").items()
        if deal["properties"]["dealstage"] == "closedwon"
    }
    assert sums == won
    assert len(won) > 300


def test_firms_employ_contacts_of_theirs_alone(world: World) -> None:
    contacts, employers = live(world, "contacts"), Counter[str]()
    for key, firm in live(world, "companies").items():
        employers.update(ends(firm, "contacts"))
        assert int(firm["properties"]["num_associated_contacts"]) == len(ends(firm, "contacts"))
        for one in ends(firm, "contacts"):
            shown = contacts[one]["properties"]["associatedcompanyid"]
            assert shown in (key, None)  # it shows when the contact changes next
    assert set(employers.values()) == {1}
    assert 30 < len(employers) < 160
    shared = [firm for firm in live(world, "companies").values() if len(ends(firm, "contacts")) > 1]
    assert shared


@pytest.mark.parametrize("name", ["companies", "tickets"])
def test_some_are_merged_and_some_archived(world: World, name: str) -> None:
    found = newest(world, f"hubspot.{name}", UNTIL)
    merged = {key: one["mergedInto"] for key, one in found.items() if "mergedInto" in one}
    archived = [one for one in found.values() if one["archived"] and "mergedInto" not in one]
    assert merged
    assert archived
    for loser, winner in merged.items():
        assert loser in found[winner]["properties"]["hs_merged_object_ids"].split(";")


def test_tickets_follow_low_marks_and_won_deals(world: World) -> None:
    contacts = newest(world, "hubspot.contacts", UNTIL)
    subjects = Counter[str]()
    for ticket in live(world, "tickets").values():
        values = ticket["properties"]
        subjects[values["subject"].partition(":")[0]] += 1
        assert (values["hs_pipeline_stage"] == "4") == bool(values["closed_date"])
        assert ends(ticket, "contacts")[0] in contacts
    assert set(subjects) == {"Call back after a low mark", "Care after a low mark", "Onboarding"}
    assert min(subjects.values()) > 20


def test_truth_of_consent_is_what_the_newest_answers_say(world: World) -> None:
    told = truth(world, UNTIL)["consents"].to_pylist()
    said = {(one["crm_contact_id"], one["subscription_name"]): one["status_type"] for one in told}
    shown = {
        (key, status["subscriptionName"]): status["status"]
        for key, record in newest(world, "hubspot.consents", UNTIL).items()
        if key in live(world, "contacts")
        for status in record["statuses"]
    }
    assert {pair: status for pair, status in shown.items() if status != "NOT_SPECIFIED"} == said
    assert set(Counter(said.values())) == {"SUBSCRIBED", "UNSUBSCRIBED"}


def test_consent_without_a_ground_is_no_consent(world: World) -> None:
    for record in newest(world, "hubspot.consents", UNTIL).values():
        for status in record["statuses"]:
            assert (status["status"] == "SUBSCRIBED") == ("legalBasis" in status)


def test_who_takes_consent_back_changes_as_a_contact_in_that_moment(world: World) -> None:
    changed = {(one.key, one.at) for one in world.versions("hubspot.contacts", UNTIL)}
    back = [
        (one.key, one.at)
        for one in world.versions("hubspot.consents", UNTIL)
        if any(status["source"] == "Email unsubscribe" for status in one.record["statuses"])
    ]
    assert len(back) > 10
    moments = {(key, at.replace(microsecond=0)) for key, at in changed}
    assert all((key, at.replace(microsecond=0)) in moments for key, at in back)
