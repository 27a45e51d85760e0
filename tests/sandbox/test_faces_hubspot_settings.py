"""HubSpot's pipelines, consent and tokens over HTTP, and the newer objects."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandbox.world import Version
from tests.sandbox.standin import HUBSPOT, NOW, SmallWorld, at, iso_ms, opened

OWNERS = "/hubspot/crm/v3/owners"
TOKEN = "/hubspot/oauth/v1/token"
STATUSES = "/hubspot/communication-preferences/v4/statuses/batch/read"
FORM = {
    "grant_type": "refresh_token",
    "client_id": "sandbox-hubspot-client",
    "client_secret": "sandbox-hubspot-secret",
    "refresh_token": "sandbox-hubspot-refresh",
}
STAGE = {"id": "closedwon", "label": "Won", "metadata": {"probability": "1.0"}}


def keep(world, name, key, when, record):
    world.kept[name].append(Version(when, key, record))


def bearer(answer):
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


@pytest.fixture
def world():
    world = SmallWorld()
    for key in (1, 2):
        world.updated("hubspot.owners", key, at(1), email=f"o{key}@northwind.example")
    pipeline = {"id": "default", "label": "Sales", "stages": [STAGE]}
    keep(world, "hubspot.pipelines", "deals", at(1), pipeline)
    world.crm("contacts", 51, at(1), {"email": "Ann@example.net"})
    world.crm("contacts", 52, at(1), {"email": "bob@example.net"})
    world.crm("contacts", 53, at(1), {"email": "eve@example.net"}, archived=True)
    said = {"channel": "EMAIL", "subscriptionId": 7, "subscriptionName": "News",
            "source": "Form", "timestamp": iso_ms(at(1))}  # fmt: skip
    for key, status in (("51", "UNSUBSCRIBED"), ("53", "SUBSCRIBED")):
        record = {"subscriberIdString": "x", "statuses": [{**said, "status": status}]}
        keep(world, "hubspot.consents", key, at(2), record)
    return world


def ask(client, *addresses, path=STATUSES, headers=HUBSPOT, **query):
    query = query or {"channel": "EMAIL"}
    return client.post(path, json={"inputs": addresses}, params=query, headers=headers)


# Tokens


def test_token_is_given_for_thirty_minutes(world):
    with opened(world) as client:
        given = client.post(TOKEN, data=FORM)
        first = client.get(OWNERS, headers=bearer(given))
        later = NOW + timedelta(minutes=29, seconds=59)
        client.post("/__clock", json={"now": later.isoformat()})
        second = client.get(OWNERS, headers=bearer(given))
        client.post("/__clock", json={"now": (NOW + timedelta(minutes=30)).isoformat()})
        third = client.get(OWNERS, headers=bearer(given))
    assert given.json()["expires_in"] == 1800
    assert given.json()["refresh_token"] == "sandbox-hubspot-refresh"
    assert [one.status_code for one in (first, second, third)] == [200, 200, 401]
    assert third.json()["category"] == "INVALID_AUTHENTICATION"


def test_each_renewal_gives_another_token_and_the_old_one_goes_on(world):
    with opened(world) as client:
        one, two = (client.post(TOKEN, data=FORM) for _ in range(2))
        states = [client.get(OWNERS, headers=bearer(t)).status_code for t in (one, two)]
    assert one.json()["access_token"] != two.json()["access_token"]
    assert states == [200, 200]


def test_dated_path_gives_tokens_too(world):
    with opened(world) as client:
        given = client.post("/hubspot/oauth/2026-03/token", data=FORM)
        assert client.get(OWNERS, headers=bearer(given)).status_code == 200


@pytest.mark.parametrize(
    ("name", "category"),
    [("grant_type", "BAD_GRANT_TYPE"), ("client_id", "BAD_CLIENT_SECRET"),
     ("client_secret", "BAD_CLIENT_SECRET"), ("refresh_token", "BAD_REFRESH_TOKEN")],
)  # fmt: skip
def test_wrong_value_gives_no_token(world, name, category):
    with opened(world) as client:
        answer = client.post(TOKEN, data={**FORM, name: "wrong"})
    assert (answer.status_code, answer.json()["category"]) == (400, category)


def test_values_in_the_query_give_no_token(world):
    with opened(world) as client:
        assert client.post(TOKEN, params=FORM).status_code == 400


def test_token_serves_so_many_requests_when_told(world):
    with opened(world) as client:
        told = client.post("/__options", json={"hubspot_token_uses": 2}).json()
        given = client.post(TOKEN, data=FORM)
        states = [client.get(OWNERS, headers=bearer(given)).status_code for _ in range(3)]
        private = [client.get(OWNERS, headers=HUBSPOT).status_code for _ in range(3)]
    assert told["hubspot_token_uses"] == 2
    assert (states, private) == ([200, 200, 401], [200, 200, 200])


@pytest.mark.parametrize("token", ["Bearer two words", "Bearer", 'Bearer "quoted"'])
def test_malformed_token_is_answered_with_530(world, token):
    with opened(world) as client:
        assert client.get(OWNERS, headers={"Authorization": token}).status_code == 530


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic abc"}])
def test_request_without_a_token_is_unauthorized(world, headers):
    with opened(world) as client:
        assert client.get(OWNERS, headers=headers).status_code == 401


# Pipelines


def test_pipelines_are_listed_by_kind_of_object(world):
    with opened(world) as client:
        old = client.get("/hubspot/crm/v3/pipelines/deals", headers=HUBSPOT)
        new = client.get("/hubspot/crm/pipelines/2026-03/deals", headers=HUBSPOT)
        none = client.get("/hubspot/crm/v3/pipelines/tickets", headers=HUBSPOT)
        unknown = client.get("/hubspot/crm/v3/pipelines/unicorns", headers=HUBSPOT)
    assert old.json() == new.json()
    assert old.json()["results"][0]["stages"] == [STAGE]
    assert (none.json(), unknown.status_code) == ({"results": []}, 400)


# Consent


def test_consent_is_answered_by_address_in_whatever_case(world):
    with opened(world) as client:
        answer = ask(client, "ANN@example.net", "ann@example.net").json()
    assert [one["subscriberIdString"] for one in answer["results"]] == ["ann@example.net"]
    status = answer["results"][0]["statuses"][0]
    assert status["status"] == "UNSUBSCRIBED"
    assert status["subscriberIdString"] == "ann@example.net"
    assert status["timestamp"] == iso_ms(at(1))


@pytest.mark.parametrize("address", ["bob@example.net", "nobody@example.net", "eve@example.net"])
def test_address_that_said_nothing_has_not_specified_anything(world, address):
    """Bob was never asked, nobody has no contact, and Eve's is archived."""
    with opened(world) as client:
        statuses = ask(client, address).json()["results"][0]["statuses"]
    assert [(one["subscriptionId"], one["status"]) for one in statuses] == [(7, "NOT_SPECIFIED")]


def test_consent_wants_a_channel_and_a_hundred_addresses_at_most(world):
    with opened(world) as client:
        states = [
            ask(client, "a@example.net", channel="SMS").status_code,
            ask(client).status_code,
            ask(client, *(f"p{i}@example.net" for i in range(101))).status_code,
            ask(client, *(f"p{i}@example.net" for i in range(100))).status_code,
        ]
    assert states == [400, 400, 400, 200]


def test_dated_path_of_consent_serves_the_same(world):
    path = STATUSES.replace("/v4/", "/2026-03/")
    with opened(world) as client:
        assert (
            ask(client, "ann@example.net", path=path).content
            == ask(client, "ann@example.net").content
        )


# Objects


@pytest.mark.parametrize("kind", ["companies", "line_items", "tickets"])
def test_object_is_searched_listed_archived_and_merged_as_contacts_are(kind):
    world = SmallWorld()
    linked = {"contacts": {"results": [{"id": "51", "type": "x_to_contact"}]}}
    world.crm(kind, 1, at(1), {"hs_merged_object_ids": "3"}, associations=linked)
    world.crm(kind, 2, at(2), {}, archived=True, archivedAt=iso_ms(at(2)))
    world.crm(kind, 3, at(2), {}, archived=True, archivedAt=iso_ms(at(2)), mergedInto="1")
    path = f"/hubspot/crm/v3/objects/{kind}"
    window = [{"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": iso_ms(at(1))}]
    with opened(world) as client:
        body = {"filterGroups": [{"filters": window}], "properties": ["hs_merged_object_ids"]}
        found = client.post(f"{path}/search", json=body, headers=HUBSPOT).json()["results"]
        listed = client.get(path, headers=HUBSPOT).json()["results"]
        archived = client.get(path, params={"archived": "true"}, headers=HUBSPOT).json()["results"]
        batch = f"/hubspot/crm/v4/associations/{kind}/contacts/batch/read"
        links = client.post(batch, json={"inputs": [{"id": "1"}]}, headers=HUBSPOT).json()
        known = client.get(f"/hubspot/crm/v3/properties/{kind}", headers=HUBSPOT).json()
    assert [one["id"] for one in found] == [one["id"] for one in listed] == ["1"]
    assert found[0]["properties"]["hs_merged_object_ids"] == "3"
    assert [(one["id"], one["archivedAt"]) for one in archived] == [("2", iso_ms(at(2)))]
    assert links["results"][0]["to"][0]["toObjectId"] == "51"
    assert "hs_lastmodifieddate" in {one["name"] for one in known["results"]}
