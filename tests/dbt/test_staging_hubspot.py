"""HubSpot's objects, settings and consent in staging; what a list no longer shows is marked."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.dbt.tiny_lake import Record, Row, contact, iso
from tests.dbt.warehouse import Warehouse

OWNERS, CONTACTS = "stg_hubspot__owners", "stg_hubspot__contacts"
CONSENT, PIPELINES = "stg_hubspot__subscriptions", "stg_hubspot__pipelines"


def crm(
    key: str, changed: str, properties: Record, *, deleted: bool = False, **links: list[str]
) -> Row:
    """Make a record of any kind, associated with the named ones."""
    payload = {
        "id": key,
        "properties": {"createdate": iso("2026-07-01 08:00"), **properties},
        "createdAt": iso("2026-07-01 08:00"),
        "updatedAt": iso(changed),
        "archived": deleted,
        "associations": {
            kind: {"results": [{"id": one} for one in keys]} for kind, keys in links.items()
        },
    }
    return Row(key, payload, changed, is_deleted=deleted)


def owner(key: str, name: str = "Ann") -> Row:
    return Row(key, {"id": key, "email": f"{name}@x.nl", "firstName": name, "lastName": "Bos"})


def test_a_company_carries_its_contacts_and_its_numbers(warehouse: Warehouse) -> None:
    properties = {
        "name": "Vermeulen Bakery", "domain": "vermeulen.example", "industry": "FOOD_BEVERAGES",
        "numberofemployees": "12", "annualrevenue": "1080000", "hubspot_owner_id": "310001",
        "hs_merged_object_ids": "71;72", "lifecyclestage": "customer", "city": "Breda",
        "country": "Netherlands",
    }  # fmt: skip
    rows = [
        crm("77", "2026-07-01 09:00", properties, contacts=["51", "52"]),
        crm("78", "2026-07-01 09:00", {"name": "Empty", "numberofemployees": ""}, contacts=[]),
    ]
    warehouse.lake.land("hubspot.companies", rows)
    warehouse.build("stg_hubspot__companies")
    assert warehouse.rows(
        "select company_id, owner_id, contact_ids, merged_company_ids, lifecycle_stage_type,"
        " industry_type, is_deleted, company_name, domain_name, city_name, employee_count,"
        " annual_revenue, cast(created_at as text), cast(updated_at as text)"
        " from staging.stg_hubspot__companies order by company_id"
    ) == [
        ("77", "310001", ["51", "52"], ["71", "72"], "customer", "FOOD_BEVERAGES", False,
         "Vermeulen Bakery", "vermeulen.example", "Breda", 12, Decimal("1080000.00"),
         "2026-07-01 08:00:00", "2026-07-01 09:00:00"),
        ("78", None, [], None, None, None, False, "Empty", None, None, None, None,
         "2026-07-01 08:00:00", "2026-07-01 09:00:00"),
    ]  # fmt: skip


def test_a_ticket_of_the_crm_keeps_its_newest_stage(warehouse: Warehouse) -> None:
    asked = {"subject": "Call back", "content": "Low mark", "hs_pipeline": "0",
             "hs_pipeline_stage": "1", "hs_ticket_priority": "HIGH", "source_type": "FORM",
             "hs_ticket_category": "PRODUCT_ISSUE", "closed_date": None}  # fmt: skip
    closed = {**asked, "hs_pipeline_stage": "4", "closed_date": iso("2026-07-02 10:00")}
    tickets = "hubspot.tickets"
    warehouse.lake.land(tickets, [crm("5", "2026-07-01 09:00", asked, contacts=["51"])])
    warehouse.build("stg_hubspot__tickets")
    closing = crm("5", "2026-07-02 10:00", closed, contacts=["51"])
    warehouse.lake.land(tickets, [closing], "2026-07-02")
    warehouse.build("stg_hubspot__tickets")
    assert warehouse.rows(
        "select ticket_id, contact_id, pipeline_slug, stage_type, priority_type, category_type,"
        " source_type, subject, cast(closed_at as text) from staging.stg_hubspot__tickets"
    ) == [("5", "51", "0", "4", "HIGH", "PRODUCT_ISSUE", "FORM", "Call back",
           "2026-07-02 10:00:00")]  # fmt: skip


def test_line_items_are_numbers_and_an_archived_one_is_flagged(warehouse: Warehouse) -> None:
    item = {"name": "Sensor", "hs_product_id": "8802", "hs_sku": "NW-802", "quantity": "3",
            "price": "10.10", "amount": "30.30", "hs_line_item_currency_code": "EUR",
            "recurringbillingfrequency": None}  # fmt: skip
    rows = [crm("1", "2026-07-01 09:00", item, deals=["9"]),
            crm("2", "2026-07-01 09:00", item, deleted=True)]  # fmt: skip
    warehouse.lake.land("hubspot.line_items", rows)
    warehouse.build("stg_hubspot__line_items")
    assert warehouse.rows(
        "select line_item_id, deal_id, product_id, sku_code, currency_code, is_deleted, quantity,"
        " unit_price, amount from staging.stg_hubspot__line_items order by 1"
    ) == [
        ("1", "9", "8802", "NW-802", "EUR", False, Decimal("3"), Decimal("10.10"),
         Decimal("30.30")),
        ("2", None, "8802", "NW-802", "EUR", True, Decimal("3"), Decimal("10.10"),
         Decimal("30.30")),
    ]  # fmt: skip


def test_a_deal_names_its_owner_and_the_deals_merged_into_it(warehouse: Warehouse) -> None:
    properties = {"hubspot_owner_id": "310001", "hs_merged_object_ids": "8;7", "amount": "1.50"}
    warehouse.lake.land("hubspot.deals", [crm("9", "2026-07-01 09:00", properties)])
    warehouse.build("stg_hubspot__deals")
    assert warehouse.rows(
        "select deal_id, owner_id, merged_deal_ids, amount from staging.stg_hubspot__deals"
    ) == [("9", "310001", ["8", "7"], Decimal("1.50"))]


def pipeline(kind: str, key: str, *stages: tuple[str, dict[str, str]]) -> Row:
    steps = [
        {"id": name, "label": name.title(), "displayOrder": order, "metadata": metadata}
        for order, (name, metadata) in enumerate(stages)
    ]
    record = {"id": key, "label": f"The {kind}", "objectType": kind, "stages": steps}
    return Row(f"{kind}|{key}", record)


def test_a_pipeline_comes_as_its_stages_and_a_stage_taken_out_is_gone(
    warehouse: Warehouse,
) -> None:
    won = ("won", {"isClosed": "true", "probability": "1.0"})
    talk = ("talk", {"isClosed": "false", "probability": "0.2"})
    desk = pipeline(
        "tickets", "0", ("1", {"ticketState": "OPEN"}), ("4", {"ticketState": "CLOSED"})
    )
    warehouse.lake.land("hubspot.pipelines", [pipeline("deals", "default", talk, won), desk])
    warehouse.build(PIPELINES)
    query = (
        "select object_type, pipeline_slug, stage_type, stage_name, display_order, is_closed,"
        f" probability_rate, is_gone from staging.{PIPELINES} order by 1, 5"
    )
    assert warehouse.rows(query) == [
        ("deals", "default", "talk", "Talk", 0, False, 0.2, False),
        ("deals", "default", "won", "Won", 1, True, 1.0, False),
        ("tickets", "0", "1", "1", 0, False, None, False),
        ("tickets", "0", "4", "4", 1, True, None, False),
    ]
    warehouse.lake.land("hubspot.pipelines", [pipeline("deals", "default", won)], "2026-07-02")
    warehouse.build(PIPELINES)
    assert [row[2:3] + row[-1:] for row in warehouse.rows(query)] == [
        ("won", False), ("1", True), ("4", True),
    ]  # fmt: skip


def consent(key: str, changed: str, *said: tuple[int, str, str | None]) -> Row:
    statuses = [
        {
            "subscriptionId": number, "subscriptionName": f"News {number}", "status": status,
            "channel": "EMAIL", "source": "Form", "subscriberIdString": "ann@x.nl",
            "timestamp": iso("2026-07-01 07:00"), "legalBasis": basis,
            "legalBasisExplanation": "Ticked a box" if basis else None,
        }
        for number, status, basis in said
    ]  # fmt: skip
    payload = {"subscriberIdString": "ann@x.nl", "statuses": statuses, "id": key,
               "properties": {"lastmodifieddate": iso(changed)}}  # fmt: skip
    return Row(key, payload, changed)


def test_consent_that_is_taken_back_replaces_all_that_the_contact_said(
    warehouse: Warehouse,
) -> None:
    first = consent("51", "2026-07-01 09:00", (1, "SUBSCRIBED", "CONSENT_WITH_NOTICE"),
                    (2, "NOT_SPECIFIED", None))  # fmt: skip
    other = consent("52", "2026-07-01 09:00", (1, "SUBSCRIBED", None))
    warehouse.lake.land("hubspot.subscriptions", [first, other])
    warehouse.build(CONSENT)
    query = (
        "select contact_id, subscription_id, status_type, legal_basis_type, is_subscribed,"
        f" cast(decided_at as text), _build_id from staging.{CONSENT} order by all"
    )
    decided = "2026-07-01 07:00:00"
    assert warehouse.rows(query) == [
        ("51", 1, "SUBSCRIBED", "CONSENT_WITH_NOTICE", True, decided, 1),
        ("51", 2, "NOT_SPECIFIED", None, False, decided, 1),
        ("52", 1, "SUBSCRIBED", None, True, decided, 1),
    ]
    back = consent("51", "2026-07-02 09:00", (1, "UNSUBSCRIBED", None))
    warehouse.lake.land("hubspot.subscriptions", [back], "2026-07-02")
    warehouse.build(CONSENT)
    warehouse.lake.land("hubspot.subscriptions", [first], extracted_at="2026-08-01")
    warehouse.build(CONSENT)
    assert warehouse.rows(query) == [
        ("51", 1, "UNSUBSCRIBED", None, False, decided, 2),
        ("52", 1, "SUBSCRIBED", None, True, decided, 1),
    ]
    columns = warehouse.rows(f"describe staging.{CONSENT}")
    assert not [one[0] for one in columns if "email" in one[0] or "subscriber" in one[0]]


def test_an_owner_who_left_the_newest_snapshot_is_gone(warehouse: Warehouse) -> None:
    query = f"select owner_id, owner_name, is_gone from staging.{OWNERS} order by 1"
    warehouse.lake.land("hubspot.owners", [owner("1"), owner("2"), owner("3")])
    warehouse.build(OWNERS)
    assert [row[2] for row in warehouse.rows(query)] == [False, False, False]
    held = Row("3", {"id": "3"}, error="type drift at $.email")
    warehouse.lake.land("hubspot.owners", [owner("1", "Eva"), held], "2026-07-02")
    warehouse.build(OWNERS)
    left = [("1", "Eva Bos", False), ("2", "Ann Bos", True), ("3", "Ann Bos", False)]
    assert warehouse.rows(query) == left
    warehouse.build(OWNERS, full_refresh=True, new_files=None)
    assert warehouse.rows(query) == left
    warehouse.lake.land("hubspot.owners", [owner("1", "Eva"), owner("2")], "2026-07-03")
    warehouse.build(OWNERS)
    assert [row[2] for row in warehouse.rows(query)] == [False, False, True]


SUNDAYS = [date(2026, 7, 5) + timedelta(weeks=week) for week in range(4)]


def sweep(warehouse: Warehouse, day: Any, *keys: str) -> None:
    rows = [Row(key, {"id": key, "archived": False}) for key in keys]
    warehouse.lake.land("hubspot.contacts_ids", rows, str(day))


def missing(warehouse: Warehouse) -> list[str]:
    found = warehouse.rows(f"select contact_id from staging.{CONTACTS} where is_missing order by 1")
    return [row[0] for row in found]


def swept(warehouse: Warehouse, *days: tuple[str, ...]) -> list[list[str]]:
    """Build after each Sunday, with the empty files of the days between; return who is missing."""
    seen = []
    for day, keys in zip(SUNDAYS, days, strict=False):
        sweep(warehouse, day, *keys)
        sweep(warehouse, day + timedelta(days=1))
        warehouse.build(CONTACTS, "stg_hubspot__contacts_ids")
        seen.append(missing(warehouse))
    return seen


@pytest.fixture
def known(warehouse: Warehouse) -> Warehouse:
    """Let three contacts be known since the first of July."""
    rows = [contact(str(key), "2026-07-01 08:00", email=f"p{key}@x.nl") for key in (1, 2, 3)]
    warehouse.lake.land("hubspot.contacts", rows)
    return warehouse


def test_a_contact_is_missing_after_two_sweeps_in_a_row_without_it(known: Warehouse) -> None:
    assert swept(known, ("1", "2"), ("1", "2"), ("1", "2", "3")) == [[], ["3"], []]
    assert known.rows(
        "select contact_id, cast(last_seen_at as text) from staging.stg_hubspot__contacts_ids"
        " order by 1"
    ) == [("1", "2026-07-20 00:10:00"), ("2", "2026-07-20 00:10:00"), ("3", "2026-07-20 00:10:00")]


def test_one_sweep_without_a_contact_says_nothing(known: Warehouse) -> None:
    assert swept(known, ("1", "2", "3"), ("1", "2"), ("1", "2", "3"), ("1", "2")) == [[]] * 4


def test_a_contact_read_after_the_first_of_two_sweeps_is_not_missing(known: Warehouse) -> None:
    swept(known, ("1", "2"))
    known.lake.land("hubspot.contacts", [contact("4", "2026-07-08 08:00")], "2026-07-08")
    sweep(known, SUNDAYS[1], "1", "2")
    known.build(CONTACTS)
    assert missing(known) == ["3"]


def test_an_archived_contact_is_deleted_and_not_missing(known: Warehouse) -> None:
    gone = crm("3", "2026-07-02 09:00", {}, deleted=True)
    known.lake.land("hubspot.contacts", [gone], "2026-07-02")
    assert swept(known, ("1", "2"), ("1", "2")) == [[], []]


def test_whoever_is_missing_identifies_nobody(known: Warehouse) -> None:
    swept(known, ("1", "2"), ("1", "2"))
    known.build("+int_identifiers_unioned")
    found = known.rows(
        "select stated_value from intermediate.int_identifiers_unioned"
        " where identifier_type = 'crm_contact_id' order by 1"
    )
    assert found == [("1",), ("2",)]


def test_a_full_refresh_marks_the_same_contacts(known: Warehouse) -> None:
    swept(known, ("1", "2"), ("1", "2"))
    known.build(CONTACTS, full_refresh=True, new_files=None)
    assert missing(known) == ["3"]
