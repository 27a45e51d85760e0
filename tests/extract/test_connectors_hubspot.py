"""HubSpot's objects, consent, settings, ids and tokens, against the simulated company."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from extract import hubspot_pages, hubspot_reading, hubspot_search
from extract.errors import CredentialsRefused, MissingKey, RequestRefused, TruncatedFetch
from extract.hubspot import SOURCE
from extract.hubspot_access import HubSpotSettings
from extract.lake import Manifest
from extract.source import Kind
from sandbox.faces import hubspot as hubspot_face
from tests.extract.northwind import Northwind, day

WEEK, TODAY, SUNDAY = day(4, 6), day(9), day(5)
ALL = day(1, 9)
NEW = ("companies", "line_items", "tickets")
MERGED = ("companies", "contacts", "deals", "tickets")
ARCHIVED = ("companies", "contacts", "deals", "line_items", "tickets")
OAUTH: dict[str, Any] = {
    "token": "",
    "client_id": "sandbox-hubspot-client",
    "client_secret": "sandbox-hubspot-secret",
    "refresh_token": "sandbox-hubspot-refresh",
}


def window(stream: str) -> Any:
    return TODAY if SOURCE.stream(stream).kind is Kind.SNAPSHOT else WEEK


def pull(company: Northwind, stream: str, over: Any = None, **changes: Any) -> Manifest:
    return company.pull("hubspot", stream, over or window(stream), **changes)


def rows(company: Northwind, stream: str, over: Any = None) -> list[dict[str, Any]]:
    table = company.table("hubspot", stream, over or window(stream))
    found: list[dict[str, Any]] = table.to_pylist()
    return found


def versions(company: Northwind, stream: str) -> list[tuple[Any, ...]]:
    found = rows(company, stream, ALL)
    return sorted((row["_pk"], row["_cursor"], row["_payload_sha"]) for row in found)


def records(company: Northwind, stream: str, over: Any = None) -> list[dict[str, Any]]:
    return company.records("hubspot", stream, over or window(stream))


def paths(company: Northwind) -> set[str]:
    return {request["path"].removeprefix("/hubspot") for request in company.requests()}


def mutate(company: Northwind, name: str, key: str, **change: Any) -> None:
    company.control("/__world/mutate", {"name": f"hubspot.{name}", "key": key, **change})


def truth(company: Northwind, name: str) -> dict[str, dict[str, Any]]:
    versions = company.world.versions(f"hubspot.{name}", company.clock.now())
    return {one.key: one.record for one in versions}


# Objects


@pytest.mark.parametrize("stream", NEW)
def test_object_walks_past_the_ceiling_of_a_search(
    company: Northwind, monkeypatch: pytest.MonkeyPatch, stream: str
) -> None:
    pull(company, stream, ALL)
    whole = versions(company, stream)
    assert len(whole) > 6
    monkeypatch.setattr(hubspot_search, "SEARCH_PAGE", 3)
    monkeypatch.setattr(hubspot_face, "CEILING", 6)  # 10,000 at the vendor
    manifest = pull(company, stream, ALL)
    assert versions(company, stream) == whole
    assert manifest.source_rows == manifest.shown_rows, "the first page counts those behind it too"
    assert 6 < (manifest.source_rows or 0) <= len(whole)


@pytest.mark.parametrize(
    ("stream", "target"),
    [("companies", "contacts"), ("tickets", "contacts"), ("line_items", "deals")],
)
def test_object_carries_what_it_is_associated_with(
    company: Northwind, stream: str, target: str
) -> None:
    pull(company, stream, ALL)
    known, seen = truth(company, stream), 0
    for record in records(company, stream, ALL):
        if record["archived"]:
            continue
        wanted = [one["id"] for one in known[record["id"]]["associations"][target]["results"]]
        assert [one["id"] for one in record["associations"][target]["results"]] == wanted
        seen += len(wanted)
    assert seen > 3


@pytest.mark.parametrize("stream", ARCHIVED)
def test_archived_object_is_a_tombstone_at_the_moment_of_archiving(
    company: Northwind, stream: str
) -> None:
    pull(company, stream)
    key = min(row["_pk"] for row in rows(company, stream) if not row["_deleted"])
    moment = WEEK.end - timedelta(hours=1)
    cursor = SOURCE.stream(stream).cursor
    change = {"archived": True, "archivedAt": f"{moment:%Y-%m-%dT%H:%M:%S}.000Z",
              str(cursor): "2026-07-01T00:00:00.000Z"}  # fmt: skip
    mutate(company, stream, key, at=moment.isoformat(), set=change)
    pull(company, stream)
    versions = [row for row in rows(company, stream) if row["_pk"] == key]
    last = max(versions, key=lambda row: row["_cursor"])
    assert (last["_deleted"], last["_cursor"], last["_error"]) == (True, moment, None)


@pytest.mark.parametrize("stream", MERGED)
def test_merged_object_gets_a_tombstone_from_the_winner(company: Northwind, stream: str) -> None:
    pull(company, stream)
    live = sorted((row["_pk"] for row in rows(company, stream) if not row["_deleted"]), key=int)
    winner, loser = live[:2]
    moment = WEEK.end - timedelta(hours=1)
    ids = {"properties.hs_merged_object_ids": f"{loser};900001"}
    mutate(company, stream, winner, at=moment.isoformat(), set=ids)
    mutate(company, stream, loser, at=moment.isoformat(), vanish=True)
    pull(company, stream)
    gone = {
        row["_pk"]: row
        for row in rows(company, stream)
        if row["_deleted"] and row["_cursor"] == moment
    }
    assert set(gone) == {loser, "900001"}
    assert {row["_error"] for row in gone.values()} == {None}
    assert msgspec.json.decode(gone[loser]["_payload"])["mergedInto"] == winner


@pytest.mark.parametrize("stream", ["companies", "tickets"])
def test_doubles_that_the_company_merged_by_itself_are_tombstones(
    company: Northwind, stream: str
) -> None:
    over = day(1, 29)
    company.after(day(29))
    pull(company, stream, over)
    told = (one for one in records(company, stream, over) if "mergedInto" in one)
    gone = {one["id"]: one["mergedInto"] for one in told}
    wanted = {
        key: record["mergedInto"]
        for key, record in truth(company, stream).items()
        if "mergedInto" in record
    }
    assert wanted
    assert gone == wanted


def test_items_of_a_won_deal_add_up_to_its_amount(company: Northwind) -> None:
    for stream in ("deals", "line_items"):
        pull(company, stream, ALL)
    cents: dict[str, int] = {}
    for item in records(company, "line_items", ALL):
        if not item["archived"]:
            deal = item["associations"]["deals"]["results"][0]["id"]
            amount = round(float(item["properties"]["amount"]) * 100)
            cents[deal] = cents.get(deal, 0) + amount
    won = {
        deal["id"]: round(float(deal["properties"]["amount"]) * 100)
        for deal in records(company, "deals", ALL)
        if deal["properties"]["dealstage"] == "closedwon"
    }
    assert len(won) > 20
    assert cents == won


# Consent


def test_consent_is_read_of_the_contacts_that_changed(company: Northwind) -> None:
    pull(company, "contacts")
    pull(company, "subscriptions")
    changed = {
        one["id"]: one["properties"]["email"].lower()
        for one in records(company, "contacts")
        if not one["archived"] and one["properties"]["email"]
    }
    told = records(company, "subscriptions")
    assert {one["id"]: one["subscriberIdString"] for one in told} == changed
    known = truth(company, "consents")
    for one in told:
        said = {status["subscriptionId"]: status["status"] for status in one["statuses"]}
        if one["id"] in known:
            statuses = known[one["id"]]["statuses"]
            assert said == {status["subscriptionId"]: status["status"] for status in statuses}
        else:  # a double that nobody ever asked
            assert set(said.values()) == {"NOT_SPECIFIED"}


def test_consent_that_is_withdrawn_is_read_because_the_contact_changes(company: Northwind) -> None:
    company.after(day(29))
    over = day(1, 29)
    pull(company, "subscriptions", over)
    statuses = [
        (one["id"], status["status"], status["timestamp"], status.get("legalBasis"))
        for one in records(company, "subscriptions", over)
        for status in one["statuses"]
    ]
    withdrawn = [one for one in statuses if one[1] == "UNSUBSCRIBED" and one[2] > "2026-07-02"]
    assert withdrawn
    assert {one[3] for one in withdrawn} == {None}
    assert {one[3] for one in statuses if one[1] == "SUBSCRIBED"} == {
        "CONSENT_WITH_NOTICE", "LEGITIMATE_INTEREST_CLIENT",
    }  # fmt: skip


def test_consent_is_asked_for_in_batches(
    company: Northwind, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = pull(company, "subscriptions")
    landed = sorted(row["_payload_sha"] for row in rows(company, "subscriptions"))
    monkeypatch.setattr(hubspot_reading, "ADDRESSES", 3)
    again = pull(company, "subscriptions")
    assert sorted(row["_payload_sha"] for row in rows(company, "subscriptions")) == landed
    assert again.requests >= whole.requests + len(landed) // 3 - 2


def test_addresses_without_an_answer_are_counted_in_a_note(company: Northwind) -> None:
    whole = pull(company, "subscriptions", lake=company.lake / "whole")
    company.fault("/statuses/batch/read", drop_tail=2)
    manifest = pull(company, "subscriptions")
    assert (manifest.rows, manifest.note) == (whole.rows - 2, "2 addresses without an answer")


def test_no_address_stands_beside_the_payload(company: Northwind) -> None:
    pull(company, "subscriptions")
    for row in rows(company, "subscriptions"):
        assert row["_pk"].isdigit()


# Lists that are read whole


def test_pipelines_come_with_their_stages_and_probabilities(company: Northwind) -> None:
    assert pull(company, "pipelines").rows == 2
    deals, tickets = sorted(records(company, "pipelines"), key=lambda one: one["objectType"])
    assert {one["id"]: one["metadata"]["probability"] for one in deals["stages"]} == {
        "appointmentscheduled": "0.2", "qualifiedtobuy": "0.4", "presentationscheduled": "0.6",
        "closedwon": "1.0", "closedlost": "0.0",
    }  # fmt: skip
    assert [one["metadata"]["ticketState"] for one in tickets["stages"]] == [
        "OPEN", "OPEN", "OPEN", "CLOSED",
    ]  # fmt: skip


def test_ids_are_read_on_sundays_alone(company: Northwind) -> None:
    assert pull(company, "contacts_ids", TODAY).note == "not due: ids are read on Sundays"
    assert company.requests() == []
    company.after(SUNDAY)
    manifest = pull(company, "contacts_ids", SUNDAY)
    assert (manifest.rows > 100, manifest.note) == (True, "")


def test_ids_come_without_anything_personal(company: Northwind) -> None:
    company.after(SUNDAY)
    pull(company, "contacts_ids", SUNDAY)
    shown = {name for one in records(company, "contacts_ids", SUNDAY) for name in one["properties"]}
    assert shown == {"createdate", "hs_object_id", "lastmodifieddate"}


def test_contact_that_was_deleted_for_good_is_in_no_sweep(company: Northwind) -> None:
    company.after(SUNDAY)
    pull(company, "contacts_ids", SUNDAY)
    company.accept("hubspot", "contacts_ids", SUNDAY)
    before = set(company.table("hubspot", "contacts_ids", SUNDAY, "raw")["_pk"].to_pylist())
    moment = SUNDAY.end + timedelta(days=2)
    mutate(company, "contacts", min(before), at=moment.isoformat(), vanish=True)
    second = day(12)
    company.after(second)
    pull(company, "contacts_ids", second)
    after = set(company.table("hubspot", "contacts_ids", second)["_pk"].to_pylist())
    assert min(before) not in after
    assert len(before - after) < 5
    pull(company, "contacts", day(6, 7))
    landed = company.table("hubspot", "contacts", day(6, 7))["_pk"].to_pylist()
    assert min(before) not in landed  # no tombstone tells of it


def test_sweep_that_comes_shortened_is_refused(company: Northwind) -> None:
    company.after(SUNDAY)
    pull(company, "contacts_ids", SUNDAY)
    company.accept("hubspot", "contacts_ids", SUNDAY)
    for number in (6, 7, 8, 9, 10, 11):
        company.after(day(number))
        pull(company, "contacts_ids", day(number))
        company.accept("hubspot", "contacts_ids", day(number))
    company.after(day(12))
    company.fault("/objects/contacts", times=None, drop_tail=40)
    with pytest.raises(TruncatedFetch, match="below 80%"):
        pull(company, "contacts_ids", day(12))


# Versions, tokens and scopes

DATED = "/crm/objects/2026-03"
AREAS = {
    "companies": {
        f"{DATED}/companies/search",
        f"{DATED}/companies",
        "/crm/associations/2026-03/companies/contacts/batch/read",
    },
    "subscriptions": {
        f"{DATED}/contacts/search",
        "/communication-preferences/2026-03/statuses/batch/read",
    },
    "pipelines": {"/crm/pipelines/2026-03/deals", "/crm/pipelines/2026-03/tickets"},
    "owners": {"/crm/owners/2026-03"},
}


@pytest.mark.parametrize("stream", AREAS)
def test_dated_version_holds_for_every_area(company: Northwind, stream: str) -> None:
    usual = pull(company, stream, lake=company.lake / "usual")
    company.control("/__log", None, "DELETE")
    dated = pull(company, stream, path_prefix=DATED)
    assert dated.rows == usual.rows > 0
    assert paths(company) == AREAS[stream]


@pytest.mark.parametrize(
    ("prefix", "wanted"),
    [("/crm/v3", "/oauth/v1/token"), ("/crm/objects/2026-09", "/oauth/2026-09/token")],
)
def test_token_is_asked_for_in_the_version_of_the_prefix(prefix: str, wanted: str) -> None:
    settings = HubSpotSettings(base_url="https://api.hubapi.com", path_prefix=prefix)
    assert settings.path("oauth", "token") == wanted


@pytest.mark.parametrize("prefix", ["/crm/v3", DATED])
def test_oauth_app_reads_as_the_private_one_does(company: Northwind, prefix: str) -> None:
    pull(company, "owners")
    private = rows(company, "owners")
    assert pull(company, "owners", **OAUTH, path_prefix=prefix).rows == len(private)
    assert [one["status"] for one in company.requests()] == [200, 200, 200]


def test_token_that_ends_in_the_middle_is_renewed(company: Northwind) -> None:
    whole = pull(company, "companies", lake=company.lake / "whole")
    company.control("/__options", {"hubspot_token_uses": 2})
    company.control("/__log", None, "DELETE")
    assert pull(company, "companies", **OAUTH).rows == whole.rows
    asked = [(one["path"].rsplit("/", 1)[-1], one["status"]) for one in company.requests()]
    assert asked.count(("token", 200)) == 2
    assert [status for _, status in asked].count(401) == 1


@pytest.mark.parametrize("name", ["client_id", "client_secret", "refresh_token"])
def test_oauth_app_that_was_removed_is_told(company: Northwind, name: str) -> None:
    with pytest.raises(CredentialsRefused, match="status 400 BAD_") as caught:
        pull(company, "owners", **{**OAUTH, name: "very-wrong"})
    assert "very-wrong" not in str(caught.value)
    assert len(company.requests()) == 1


def test_malformed_token_is_told_as_such(company: Northwind) -> None:
    with pytest.raises(CredentialsRefused, match="status 530"):
        pull(company, "owners", token="cut off at a blank")
    assert len(company.requests()) == 1


@pytest.mark.parametrize(
    "stream", ["companies", "line_items", "tickets", "feedback_submissions", "subscriptions"]
)
def test_stream_that_the_portal_has_not_lands_a_note(company: Northwind, stream: str) -> None:
    path = "/communication-preferences/" if stream == "subscriptions" else "/hubspot/"
    company.fault(path, times=None, status=403, body={"category": "MISSING_SCOPES"})
    manifest = pull(company, stream)
    assert (manifest.rows, manifest.note) == (0, "not enabled: status 403")


@pytest.mark.parametrize("stream", ["contacts", "deals", "owners"])
def test_stream_that_every_portal_has_is_refused_without_its_scope(
    company: Northwind, stream: str
) -> None:
    company.fault("/hubspot/", times=None, status=403, body={"category": "MISSING_SCOPES"})
    with pytest.raises(CredentialsRefused, match="status 403 MISSING_SCOPES"):
        pull(company, stream)


def test_scope_that_ends_in_the_middle_leaves_nothing_half_read(company: Northwind) -> None:
    company.fault("archived=true", times=None, status=403, body={"category": "MISSING_SCOPES"})
    with pytest.raises(CredentialsRefused):
        pull(company, "companies")
    assert not list(company.lake.glob("landing/hubspot/companies/dt=*/*"))


def test_pipelines_of_tickets_may_lack_their_scope(company: Northwind) -> None:
    company.fault("/pipelines/tickets", times=None, status=403, body={"category": "MISSING_SCOPES"})
    manifest = pull(company, "pipelines")
    assert (manifest.rows, manifest.note) == (1, "not enabled: status 403")


def test_association_that_is_refused_is_not_left_out_in_silence(company: Northwind) -> None:
    problem = {"subCategory": "crm.associations.MISSING_SCOPES"}
    answer = {"results": [], "errors": [problem]}
    company.fault("/associations/", times=None, status=207, body=answer)
    with pytest.raises(RequestRefused, match="MISSING_SCOPES"):
        pull(company, "line_items")


@pytest.mark.parametrize("row", [{}, {"id": None}, {"id": "x"}, "no object"])
def test_page_that_does_not_say_where_the_next_begins_is_refused(
    company: Northwind, row: Any
) -> None:
    found = msgspec.json.decode(
        msgspec.json.encode({"total": 2, "results": [row]}), type=hubspot_pages.Found
    )
    with pytest.raises(MissingKey, match="last row of a page that is not the last"):
        found.last_id()
    answer = {"total": 2, "results": [{"properties": {}}]}
    company.fault("/contacts/search", times=None, status=200, body=answer)
    with pytest.raises(MissingKey):
        pull(company, "contacts")


def test_last_page_needs_no_id_to_go_on_behind() -> None:
    assert hubspot_pages.Found(1, [msgspec.Raw(b"{}")]).last_id() is None


def test_settings_hide_what_is_secret() -> None:
    shown = repr(HubSpotSettings(base_url="https://api.hubapi.com", **OAUTH))
    assert not re.search("sandbox-hubspot-(secret|refresh)", shown)
    assert "sandbox-hubspot-client" in shown
