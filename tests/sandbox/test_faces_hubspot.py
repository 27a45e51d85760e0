"""HubSpot's quirks over HTTP: search and its ceiling, archived rows, associations, policies."""

from __future__ import annotations

import pytest

from tests.sandbox.standin import HUBSPOT, NOW, SmallWorld, Ticks, at, iso_ms, opened, stamp

SEARCH = "/hubspot/crm/v3/objects/contacts/search"
LIST = "/hubspot/crm/v3/objects/contacts"
DEALS_TO_CONTACTS = "/hubspot/crm/v4/associations/deals/contacts/batch/read"


@pytest.fixture
def world():
    world = SmallWorld()
    for key in range(1, 8):
        world.crm("contacts", 50 + key, at(key), {"email": f"P{key}@example.net", "phone": None})
    world.crm("contacts", 58, at(3), {"email": None}, archived=True, archivedAt=iso_ms(at(3)))
    world.crm(
        "contacts", 59, at(3), {"email": "x@example.net"}, archived=True,
        archivedAt=iso_ms(at(3)), mergedInto="51",
    )  # fmt: skip
    linked = {"contacts": {"results": [{"id": "51", "type": "deal_to_contact"}]}}
    world.crm("deals", 901, at(2), {"amount": "80.00"}, associations=linked)
    world.crm("deals", 902, at(3), {"amount": "9.00"})
    return world


def search(client, path=SEARCH, **body):
    answer = client.post(path, json=body, headers=HUBSPOT)
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(page):
    return [record["id"] for record in page["results"]]


def where(*filters):
    return [{"filters": [{"propertyName": n, "operator": o, "value": v} for n, o, v in filters]}]


def test_hubspot_refuses_a_wrong_token_in_its_own_words(world):
    with opened(world) as client:
        answer = client.post(SEARCH, json={}, headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401
    assert answer.json()["category"] == "INVALID_AUTHENTICATION"
    assert answer.json()["status"] == "error"


def test_search_walks_a_half_open_window_by_object_id(world):
    window = [
        ("lastmodifieddate", "GTE", str(stamp(at(2)) * 1000)),
        ("lastmodifieddate", "LT", str(stamp(at(6)) * 1000)),
    ]
    by_id = [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
    seen, last = [], "0"
    with opened(world, limits="fast") as client:
        while True:
            filters = where(*window, ("hs_object_id", "GT", last))
            page = search(client, filterGroups=filters, sorts=by_id, limit=2)
            if not page["results"]:
                break
            seen += ids(page)
            last = seen[-1]
    assert seen == ["52", "53", "54", "55"]


def test_search_counts_all_and_pages_with_after(world):
    with opened(world) as client:
        first = search(client, limit=3)
        second = search(client, limit=3, after=first["paging"]["next"]["after"])
        last = search(client, limit=3, after="6")
    assert first["total"] == 7
    assert ids(first) == ["51", "52", "53"]
    assert ids(second) == ["54", "55", "56"]
    assert "paging" not in last


def test_search_shows_asked_properties_and_the_constant_ones(world):
    with opened(world) as client:
        record = search(client, properties=["phone", "nonsense"], limit=1)["results"][0]
    assert record == {
        "id": "51",
        "properties": {
            "createdate": iso_ms(at(1)),
            "hs_object_id": "51",
            "lastmodifieddate": iso_ms(at(1)),
            "phone": None,
        },
        "createdAt": iso_ms(at(1)),
        "updatedAt": iso_ms(at(1)),
        "archived": False,
    }


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ([{"propertyName": "email", "operator": "EQ", "value": "p3@example.net"}], ["53"]),
        ([{"propertyName": "email", "operator": "IN",
           "values": ["p1@example.net", "p2@example.net"]}], ["51", "52"]),
        ([{"propertyName": "hs_object_id", "operator": "BETWEEN", "value": "52",
           "highValue": "53"}], ["52", "53"]),
        ([{"propertyName": "phone", "operator": "HAS_PROPERTY"}], []),
        ([{"propertyName": "createdate", "operator": "LTE", "value": iso_ms(at(1))}], ["51"]),
    ],
)  # fmt: skip
def test_search_understands_its_operators(world, filters, found):
    with opened(world) as client:
        assert ids(search(client, filterGroups=[{"filters": filters}])) == found


def test_search_joins_filter_groups_with_or(world):
    groups = where(("hs_object_id", "EQ", "51")) + where(("hs_object_id", "EQ", "57"))
    with opened(world) as client:
        assert ids(search(client, filterGroups=groups)) == ["51", "57"]


def test_search_compares_numbers_as_numbers(world):
    path = SEARCH.replace("contacts", "deals")
    with opened(world) as client:
        page = search(client, path, filterGroups=where(("amount", "LT", "10")))
    assert ids(page) == ["902"]


def test_search_sorts_descending(world):
    rule = [{"propertyName": "lastmodifieddate", "direction": "DESCENDING"}]
    with opened(world) as client:
        assert ids(search(client, sorts=rule, limit=2)) == ["57", "56"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"limit": 200, "after": "9900"}, "10000"),
        ({"limit": 201}, "201"),
        ({"after": "x"}, "'x'"),
        ({"sorts": ["a", "b"]}, "one is allowed"),
        ({"filterGroups": where(("no_such", "EQ", "1"))}, "'no_such' does not exist"),
        ({"filterGroups": where(("email", "LIKE", "1"))}, "LIKE"),
        ({"filterGroups": where(("createdate", "GTE", "soon"))}, "createdate"),
        ({"filterGroups": [{"filters": []}] * 6}, "6 filterGroups"),
        ({"filterGroups": "all"}, "filterGroups"),
    ],
)
def test_search_refuses_with_400(world, body, told):
    with opened(world) as client:
        answer = client.post(SEARCH, json=body, headers=HUBSPOT)
    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"
    assert told in answer.json()["message"]


def test_search_pages_up_to_row_ten_thousand_and_no_further():
    world = SmallWorld()
    for key in range(1, 10_102):
        world.crm("contacts", key, at(2), {})
    with opened(world) as client:
        last = search(client, limit=200, after="9800")
        beyond = client.post(SEARCH, json={"limit": 200, "after": "10000"}, headers=HUBSPOT)
    assert last["total"] == 10_101
    assert last["paging"]["next"]["after"] == "10000"
    assert beyond.status_code == 400


def test_search_shows_neither_archived_nor_merged_rows(world):
    with opened(world) as client:
        assert not {"58", "59"} & set(ids(search(client, limit=100)))


def test_archived_list_shows_archived_rows_but_no_merged_ones(world):
    with opened(world) as client:
        page = client.get(LIST, params={"archived": "true"}, headers=HUBSPOT).json()
    assert ids(page) == ["58"]
    assert page["results"][0]["archived"] is True
    assert page["results"][0]["archivedAt"] == iso_ms(at(3))


def test_list_pages_by_the_next_id_and_stays_in_place_when_rows_go(world):
    with opened(world) as client:
        first = client.get(LIST, params={"limit": 3}, headers=HUBSPOT).json()
        client.post(
            "/__world/mutate",
            json={"name": "hubspot.contacts", "key": "52", "vanish": True},
        )
        second = client.get(first["paging"]["next"]["link"], headers=HUBSPOT).json()
    assert first["paging"]["next"]["after"] == "54"
    assert ids(second) == ["54", "55", "56"]


def test_list_refuses_more_than_a_hundred_a_page(world):
    with opened(world) as client:
        answer = client.get(LIST, params={"limit": 101}, headers=HUBSPOT)
    assert answer.status_code == 400


def test_list_shows_associations_only_when_asked(world):
    path = LIST.replace("contacts", "deals")
    with opened(world) as client:
        plain = client.get(path, headers=HUBSPOT).json()
        asked = client.get(path, params={"associations": "contacts"}, headers=HUBSPOT).json()
    assert "associations" not in plain["results"][0]
    assert asked["results"][0]["associations"]["contacts"]["results"][0]["id"] == "51"


def test_search_answers_carry_no_associations_and_no_rate_headers(world):
    path = SEARCH.replace("contacts", "deals")
    with opened(world) as client:
        answer = client.post(path, json={}, headers=HUBSPOT)
        listed = client.get(LIST, headers=HUBSPOT)
    assert "associations" not in answer.json()["results"][0]
    assert not [name for name in answer.headers if "ratelimit" in name]
    assert listed.headers["X-HubSpot-RateLimit-Max"] == "190"


def test_associations_are_read_in_a_batch_with_207_for_those_without(world):
    with opened(world) as client:
        body = {"inputs": [{"id": "901"}, {"id": "902"}]}
        some = client.post(DEALS_TO_CONTACTS, json=body, headers=HUBSPOT)
        body = {"inputs": [{"id": "901"}]}
        all_found = client.post(DEALS_TO_CONTACTS, json=body, headers=HUBSPOT)
    assert some.status_code == 207
    assert some.json()["results"][0]["from"] == {"id": "901"}
    assert some.json()["results"][0]["to"][0]["toObjectId"] == "51"
    assert some.json()["numErrors"] == 1
    assert some.json()["errors"][0]["context"]["fromObjectId"] == ["902"]
    assert all_found.status_code == 200
    assert all_found.json()["status"] == "COMPLETE"


def test_associations_refuse_a_batch_beyond_a_thousand(world):
    with opened(world) as client:
        body = {"inputs": [{"id": str(i)} for i in range(1001)]}
        answer = client.post(DEALS_TO_CONTACTS, json=body, headers=HUBSPOT)
    assert answer.status_code == 400


def test_date_versioned_paths_serve_the_same_bodies(world):
    pairs = [
        ("POST", SEARCH, "/hubspot/crm/objects/2026-03/contacts/search"),
        ("POST", DEALS_TO_CONTACTS, "/hubspot/crm/associations/2026-03/deals/contacts/batch/read"),
        ("GET", "/hubspot/crm/v3/owners/", "/hubspot/crm/owners/2026-03/"),
    ]
    with opened(world) as client:
        for method, old, new in pairs:
            body = {"inputs": [{"id": "901"}]} if method == "POST" else None
            answers = [client.request(method, p, json=body, headers=HUBSPOT) for p in (old, new)]
            assert answers[0].status_code == 200
            assert answers[0].content == answers[1].content


def test_owners_come_in_pages():
    world = SmallWorld()
    for key in (3, 1, 2):
        world.updated("hubspot.owners", key, at(1), email=f"o{key}@northwind.example")
    with opened(world) as client:
        path = "/hubspot/crm/v3/owners"
        first = client.get(path, params={"limit": 2}, headers=HUBSPOT).json()
        after = first["paging"]["next"]["after"]
        last = client.get(path, params={"limit": 2, "after": after}, headers=HUBSPOT).json()
    assert [o["id"] for o in first["results"] + last["results"]] == [1, 2, 3]
    assert "paging" not in last


def test_feedback_submissions_are_listed_and_searched():
    world = SmallWorld()
    linked = {"contacts": {"results": [{"id": "51", "type": "feedback_submission_to_contact"}]}}
    world.crm("feedback_submissions", 3301, at(2), {"hs_value": "9"}, associations=linked)
    with opened(world) as client:
        path = "/hubspot/crm/v3/objects/feedback_submissions"
        query = {"properties": "hs_value", "associations": "contacts,tickets"}
        listed = client.get(path, params=query, headers=HUBSPOT).json()
        found = search(client, path + "/search", filterGroups=where(("hs_value", "GTE", "9")))
    assert listed["results"][0]["properties"]["hs_value"] == "9"
    assert list(listed["results"][0]["associations"]) == ["contacts"]
    assert ids(found) == ["3301"]


def test_search_lags_behind_writes_when_told(world):
    world.crm("contacts", 60, NOW, {})
    with opened(world) as client:
        assert "60" in ids(search(client, limit=100))
        client.post("/__options", json={"hubspot_search_lag_seconds": 300})
        assert "60" not in ids(search(client, limit=100))
        assert "60" in ids(client.get(LIST, params={"limit": 100}, headers=HUBSPOT).json())


def test_sixth_search_in_a_second_names_its_policy(world):
    ticks = Ticks()
    with opened(world, ticks=ticks) as client:
        states = [client.post(SEARCH, json={}, headers=HUBSPOT) for _ in range(6)]
        ticks.seconds += 1
        again = client.post(SEARCH, json={}, headers=HUBSPOT)
    assert [answer.status_code for answer in states] == [200] * 5 + [429]
    assert states[-1].json()["policyName"] == "SECONDLY"
    assert "Retry-After" not in states[-1].headers
    assert again.status_code == 200


def test_ten_second_window_rolls(world):
    ticks = Ticks()
    with opened(world, ticks=ticks) as client:
        for _ in range(190):
            client.get(LIST, headers=HUBSPOT)
            ticks.seconds += 0.01
        refused = client.get(LIST, headers=HUBSPOT)
        ticks.seconds += 8.11
        again = [client.get(LIST, headers=HUBSPOT).status_code for _ in range(3)]
    assert refused.status_code == 429
    assert refused.json()["policyName"] == "TEN_SECONDLY_ROLLING"
    assert again == [200, 429, 429]


def test_unknown_object_is_refused(world):
    with opened(world) as client:
        answer = client.get("/hubspot/crm/v3/objects/unicorns", headers=HUBSPOT)
    assert answer.status_code == 400
    assert "unicorns" in answer.json()["message"]


def test_properties_of_an_object_are_listed_with_their_types(world):
    with opened(world) as client:
        page = client.get("/hubspot/crm/v3/properties/deals", headers=HUBSPOT).json()
    types = {one["name"]: one["type"] for one in page["results"]}
    assert types["amount"] == "number"
    assert types["hs_lastmodifieddate"] == "datetime"
