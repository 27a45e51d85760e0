"""HubSpot's sample answers, through connector and staging, to the rows written by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from extract.hubspot_access import HubSpotSettings
from extract.lake import Manifest, landed_path
from extract.pull import Waiting, pull
from extract.source import Window
from tests.dbt.warehouse import Warehouse
from tests.extract.northwind import day
from tests.extract.vendor import Answer, Vendor

SAMPLES = Path(__file__).parents[1] / "samples"
NOW = datetime(2026, 7, 2, 0, 10, tzinfo=UTC)
EMPTY = Answer(body={"total": 0, "results": []})
Begin = Callable[[Path], Warehouse]


def sample(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLES / f"hubspot_{name}.json").read_text())
    return found


def body(name: str) -> Any:
    return sample(name)["response"]["body"]


class Desk:
    """One pull from a vendor of written answers, and the staging of what landed."""

    def __init__(self, vendor: Vendor, folder: Path, begin: Begin) -> None:
        self.vendor, self.folder, self.begin = vendor, folder, begin
        self.slept: list[float] = []

    def pull(self, stream: str, window: Window, *answers: Answer) -> Manifest:
        settings = HubSpotSettings(base_url=self.vendor.say(*answers).url, token="secret-token")
        waiting = Waiting(self.slept.append, lambda: 1000.0 + sum(self.slept))
        return pull(
            "hubspot", stream, settings, window, self.folder / "lake", lambda: NOW, "test",
            waiting=waiting,
        )  # fmt: skip

    def staged(self, stream: str, window: Window, columns: str) -> list[tuple[Any, ...]]:
        landed, raw = (
            landed_path(self.folder / "lake", zone, "hubspot", stream, window)
            for zone in ("landing", "raw")
        )
        raw.parent.mkdir(parents=True)
        landed.replace(raw)
        warehouse = self.begin(self.folder)
        model = f"stg_hubspot__{stream}"
        warehouse.build(model, new_files={f"hubspot.{stream}": [str(raw)]})
        return warehouse.rows(f"select {columns} from staging.{model} order by 1, 2")


@pytest.fixture
def desk(vendor: Vendor, tmp_path: Path, new_warehouse: Begin) -> Desk:
    return Desk(vendor, tmp_path, new_warehouse)


CONTACT = (
    "contact_id, customer_number, merged_contact_ids, cast(created_at as text),"
    " cast(updated_at as text), lifecycle_stage_type, is_deleted, is_missing, email, first_name,"
    " last_name, phone"
)


def test_contact_of_the_sample_and_those_merged_into_it(desk: Desk, vendor: Vendor) -> None:
    manifest = desk.pull("contacts", day(1), Answer(body=body("contacts_search")), EMPTY)
    assert (manifest.rows, manifest.invalid_rows) == (3, 0)
    moments = ("2024-02-11 10:00:00", "2026-07-01 08:20:11.402")
    gone = (None, None, *moments, None, True, False, None, None, None, None)
    assert desk.staged("contacts", day(1), CONTACT) == [
        ("51007", *gone),
        ("51012", *gone),
        ("51901", None, ["51007", "51012"], *moments, "customer", False, False,
         "mirthe.vandael@example.net", "Mirthe", "van Dael", "+31205550147"),
    ]  # fmt: skip
    asked, wanted = vendor.seen[0].body, sample("contacts_search")["request"]["body"]
    names = [one["propertyName"] for one in asked["filterGroups"][0]["filters"]]
    assert names == [one["propertyName"] for one in wanted["filterGroups"][0]["filters"]]
    ends = [one["value"] for one in asked["filterGroups"][0]["filters"]]
    assert ends == ["1782863400000", "1782950400000", "0"]  # ten minutes before the sample's
    assert (asked["sorts"], asked["limit"]) == (wanted["sorts"], wanted["limit"])
    assert vendor.seen[1].body["filterGroups"][0]["filters"][2]["value"] == "51901"
    assert vendor.seen[0].headers["Authorization"] == "Bearer secret-token"


def test_archived_contact_of_the_sample(desk: Desk, vendor: Vendor) -> None:
    manifest = desk.pull("contacts", day(0), EMPTY, Answer(body=body("contacts_archived")), EMPTY)
    assert (manifest.rows, manifest.invalid_rows) == (1, 0)
    assert desk.staged("contacts", day(0), CONTACT) == [
        ("51007", None, None, "2023-05-01 09:00:00", "2026-06-30 12:00:00", None, True, False,
         None, None, None, None),
    ]  # fmt: skip
    assert [seen.query.get("after") for seen in vendor.seen[1:]] == [None, ["51008"]]
    assert vendor.seen[1].query["archived"] == ["true"]


def test_survey_answer_of_the_sample_with_its_contact(desk: Desk, vendor: Vendor) -> None:
    page = body("feedback_submissions")
    linked = page["results"][0].pop("associations")["contacts"]["results"][0]["id"]
    found = {"total": 1, "results": page["results"]}
    link = {"from": {"id": "3301"}, "to": [{"toObjectId": int(linked), "associationTypes": []}]}
    none = {"status": "error", "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND"}
    manifest = desk.pull(
        "feedback_submissions", day(1), Answer(body=found), Answer(body={"results": [link]}),
        Answer(207, {"results": [], "numErrors": 1, "errors": [none]}),
    )  # fmt: skip
    assert (manifest.rows, manifest.invalid_rows) == (1, 0)
    assert desk.staged(
        "feedback_submissions", day(1),
        "submission_id, contact_id, ticket_id, cast(submitted_at as text),"
        " cast(updated_at as text), cast(submitted_on as text), survey_type, survey_channel_type,"
        " response_group_type, is_deleted, survey_name, comment, score",
    ) == [
        ("3301", "51901", None, "2026-07-01 11:30:00", "2026-07-01 11:31:02", "2026-07-01", "NPS",
         "EMAIL", "PROMOTER", False, "Quarterly NPS", "Quick and friendly", 9.0),
    ]  # fmt: skip
    assert [seen.path for seen in vendor.seen] == [
        "/crm/v3/objects/feedback_submissions/search",
        "/crm/v4/associations/feedback_submissions/contacts/batch/read",
        "/crm/v4/associations/feedback_submissions/tickets/batch/read",
    ]


def test_limit_of_the_sample_is_waited_for(desk: Desk) -> None:
    told = sample("429")["response"]
    desk.pull("owners", day(1), Answer(told["status"], told["body"], told["headers"]), EMPTY)
    assert desk.slept == [10.0]


def crm(key: str, properties: dict[str, Any]) -> dict[str, Any]:
    """Make a record as a search answers it, in the form of the sample's contact."""
    kept = {"hs_object_id": key, "createdate": "2026-06-30T10:00:00.000Z",
            "hs_lastmodifieddate": "2026-07-01T08:20:11.402Z"}  # fmt: skip
    return {
        "id": key, "properties": {**kept, **properties}, "createdAt": kept["createdate"],
        "updatedAt": kept["hs_lastmodifieddate"], "archived": False,
    }  # fmt: skip


def linked(key: str, *ends: str) -> Answer:
    to = [{"toObjectId": end, "associationTypes": []} for end in ends]
    return Answer(body={"status": "COMPLETE", "results": [{"from": {"id": key}, "to": to}]})


def test_company_with_its_contacts_and_the_one_merged_into_it(desk: Desk) -> None:
    company = crm("77120044", {
        "name": "Vermeulen Bakery", "domain": "vermeulen.example", "industry": "FOOD_BEVERAGES",
        "city": "Breda", "country": "Netherlands", "numberofemployees": "12",
        "annualrevenue": "1080000", "lifecyclestage": "customer", "hubspot_owner_id": "310001",
        "hs_merged_object_ids": "77120051",
    })  # fmt: skip
    found = Answer(body={"total": 1, "results": [company]})
    desk.pull("companies", day(1), found, linked("77120044", "51901", "51902"), EMPTY)
    assert desk.staged(
        "companies", day(1),
        "company_id, contact_ids, merged_company_ids, employee_count, annual_revenue, is_deleted,"
        " cast(updated_at as text)",
    ) == [
        ("77120044", ["51901", "51902"], ["77120051"], 12, Decimal("1080000.00"), False,
         "2026-07-01 08:20:11.402"),
        ("77120051", None, None, None, None, True, "2026-07-01 08:20:11.402"),
    ]  # fmt: skip


def test_line_item_with_its_deal(desk: Desk, vendor: Vendor) -> None:
    item = crm("70500001", {
        "name": "Sensor", "hs_product_id": "8802", "hs_sku": "NW-802", "quantity": "3",
        "price": "10.10", "amount": "30.30", "hs_line_item_currency_code": "EUR",
    })  # fmt: skip
    found = Answer(body={"total": 1, "results": [item]})
    desk.pull("line_items", day(1), found, linked("70500001", "9301007"), EMPTY)
    assert desk.staged(
        "line_items", day(1), "line_item_id, deal_id, product_name, quantity, unit_price, amount"
    ) == [("70500001", "9301007", "Sensor", Decimal("3"), Decimal("10.10"), Decimal("30.30"))]
    assert "crm/v4/associations/line_items/deals/batch/read" in vendor.seen[1].path


def test_consent_as_the_batch_answers_it(desk: Desk, vendor: Vendor) -> None:
    contact = crm("51901", {"email": "Mirthe.vanDael@example.net",
                            "lastmodifieddate": "2026-07-01T08:20:11.402Z"})  # fmt: skip
    status = {
        "channel": "EMAIL", "source": "Form", "status": "SUBSCRIBED", "subscriptionId": 123,
        "subscriberIdString": "mirthe.vandael@example.net", "businessUnitId": 0,
        "timestamp": "2026-06-30T10:00:00Z", "legalBasis": "CONSENT_WITH_NOTICE",
        "legalBasisExplanation": "Ticked a box", "subscriptionName": "Newsletter",
        "setStatusSuccessReason": "NO_STATUS_CHANGE",
    }  # fmt: skip
    silent = {**status, "subscriptionId": 124, "status": "NOT_SPECIFIED", "timestamp": None}
    told = {"subscriberIdString": "mirthe.vandael@example.net", "statuses": [status, silent]}
    answer = {"status": "COMPLETE", "results": [told], "startedAt": "2026-07-01T08:20:11Z"}
    manifest = desk.pull(
        "subscriptions", day(1), Answer(body={"total": 1, "results": [contact]}),
        Answer(body=answer),
    )  # fmt: skip
    assert (manifest.rows, manifest.invalid_rows, manifest.note) == (1, 0, "")
    assert vendor.seen[1].path == "/communication-preferences/v4/statuses/batch/read"
    assert vendor.seen[1].query == {"channel": ["EMAIL"]}
    assert vendor.seen[1].body == {"inputs": ["mirthe.vandael@example.net"]}
    assert desk.staged(
        "subscriptions", day(1),
        "contact_id, subscription_id, business_unit_id, cast(decided_at as text),"
        " cast(updated_at as text), status_type, legal_basis_type, is_subscribed,"
        " subscription_name, legal_basis_text",
    ) == [
        ("51901", 123, 0, "2026-06-30 10:00:00", "2026-07-01 08:20:11.402", "SUBSCRIBED",
         "CONSENT_WITH_NOTICE", True, "Newsletter", "Ticked a box"),
        ("51901", 124, 0, None, "2026-07-01 08:20:11.402", "NOT_SPECIFIED",
         "CONSENT_WITH_NOTICE", False, "Newsletter", "Ticked a box"),
    ]  # fmt: skip


def test_pipelines_of_deals_and_tickets(desk: Desk, vendor: Vendor) -> None:
    stamps = {"createdAt": "2025-01-01T00:00:00Z", "updatedAt": "2025-01-01T00:00:00Z"}
    won = {"id": "closedwon", "label": "Closed won", "displayOrder": 3, "archived": False,
           "metadata": {"isClosed": "true", "probability": "1.0"}, **stamps}  # fmt: skip
    new = {"id": "1", "label": "New", "displayOrder": 0, "archived": False,
           "metadata": {"isClosed": "false", "ticketState": "OPEN"}, **stamps}  # fmt: skip
    lists = [
        {"results": [{"id": key, "label": label, "displayOrder": 0, "stages": [stage], **stamps}]}
        for key, label, stage in (("default", "Sales", won), ("0", "Support", new))
    ]
    desk.pull("pipelines", day(1), *(Answer(body=one) for one in lists))
    assert [seen.path for seen in vendor.seen] == [
        "/crm/v3/pipelines/deals", "/crm/v3/pipelines/tickets",
    ]  # fmt: skip
    assert desk.staged(
        "pipelines", day(1),
        "object_type, pipeline_slug, stage_type, stage_name, is_closed, probability_rate, is_gone",
    ) == [
        ("deals", "default", "closedwon", "Closed won", True, 1.0, False),
        ("tickets", "0", "1", "New", False, None, False),
    ]  # fmt: skip
