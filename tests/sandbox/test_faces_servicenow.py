"""ServiceNow's face: encoded queries, pages that access rules shorten, counts, tokens, limits."""

from __future__ import annotations

import pytest

from sandbox.faces.servicenow_query import read_query
from sandbox.world import Version
from tests.sandbox.standin import SmallWorld, at, opened

TABLE, STATS = "/servicenow/api/now/table/incident", "/servicenow/api/now/stats/incident"
USER = ("warehouse.reader", "sandbox-servicenow-password")
PLAIN = {"sysparm_exclude_reference_link": "true", "sysparm_display_value": "false"}


@pytest.fixture
def world():
    world = SmallWorld()
    for number in range(1, 8):
        when = at(number)
        record = {
            "sys_id": f"{9 - number}a",
            "number": f"INC{number}",
            "caller_id": "u1",
            "closed_at": "",
            "sys_created_on": f"2026-07-0{number} 12:00:00",
            "sys_updated_on": f"2026-07-0{number} 12:00:00",
        }
        world.kept["servicenow.incident"].append(Version(when, record["sys_id"], record))
    return world


@pytest.fixture
def client(world):
    with opened(world) as client:
        client.auth = USER
        yield client


def numbers(client, **query):
    params = {f"sysparm_{name}": str(value) for name, value in query.items()}
    answer = client.get(TABLE, params={**PLAIN, **params})
    assert answer.status_code == 200
    return [row["number"] for row in answer.json()["result"]]


def hide(client, key):
    body = {"name": "servicenow.incident", "key": key, "set": {"_hidden": True}}
    assert client.post("/__world/mutate", json=body).status_code == 200


def test_query_selects_and_orders(client):
    assert numbers(client, query="sys_updated_on>=2026-07-05 12:00:00^ORDERBYsys_id") == [
        "INC7", "INC6", "INC5",
    ]  # fmt: skip
    assert numbers(client, query="sys_id>6a^sys_id<=8a^ORDERBYDESCsys_id") == ["INC1", "INC2"]
    assert numbers(client, query="closed_atISEMPTY^numberSTARTSWITHinc7") == ["INC7"]
    assert numbers(client, query="numberININC1,INC3^ORDERBYnumber") == ["INC1", "INC3"]


def test_part_with_an_unknown_field_is_ignored(client):
    assert numbers(client, query="updated_on>=2026-07-07^sys_id>7a") == ["INC1"]
    assert len(numbers(client, query="nonsense")) == 7


def test_unreadable_query_gives_no_rows_where_the_instance_says_so(world):
    name = "glide.invalid_query.returns_no_rows"
    world.kept["servicenow.sys_properties"].append(Version(at(1), name, {"value": "true"}))
    with opened(world) as client:
        client.auth = USER
        assert numbers(client, query="updated_on>=2026-07-07^sys_id>7a") == []
        assert numbers(client, query="sys_id>7a") == ["INC1"]


def test_pages_are_cut_before_access_rules_take_rows_out(client):
    hide(client, "3a")
    hide(client, "4a")
    found = [numbers(client, query="ORDERBYsys_id", limit=2, offset=n) for n in (0, 2, 4)]
    assert found == [["INC7"], ["INC4"], ["INC3", "INC2"]]


def test_page_may_be_empty_although_more_follows(client):
    hide(client, "2a")
    hide(client, "3a")
    answer = client.get(TABLE, params={"sysparm_query": "ORDERBYsys_id", "sysparm_limit": "2"})
    assert answer.json() == {"result": []}
    assert 'rel="next"' in answer.headers["Link"]
    assert answer.headers["X-Total-Count"] == "7"


def test_last_page_names_no_next_one(client):
    answer = client.get(TABLE, params={"sysparm_limit": "4", "sysparm_offset": "4"})
    assert 'rel="next"' not in answer.headers["Link"]
    assert len(answer.json()["result"]) == 3


def test_count_holds_what_access_rules_hide(client):
    hide(client, "3a")
    answer = client.get(STATS, params={"sysparm_count": "true", "sysparm_query": "sys_id>5a"})
    assert answer.json() == {"result": {"stats": {"count": "3"}}}
    answer = client.get(STATS, params={"sysparm_count": "true"})
    assert answer.json() == {"result": {"stats": {"count": "7"}}}


def test_count_is_refused_by_newer_releases_when_a_row_is_hidden(world):
    name = "servicenow.stats_refused"
    world.kept["servicenow.sys_properties"].append(Version(at(1), name, {"value": "true"}))
    with opened(world) as client:
        client.auth = USER
        assert client.get(STATS, params={"sysparm_count": "true"}).status_code == 200
        hide(client, "3a")
        assert client.get(STATS, params={"sysparm_count": "true"}).status_code == 403


def test_references_are_objects_unless_the_link_is_left_out(client):
    linked = client.get(TABLE, params={"sysparm_fields": "caller_id,number"}).json()["result"][0]
    assert linked["caller_id"]["value"] == "u1"
    assert linked["caller_id"]["link"].endswith("/api/now/table/sys_user/u1")
    plain = client.get(TABLE, params={**PLAIN, "sysparm_fields": "caller_id"}).json()["result"][0]
    assert plain == {"caller_id": "u1"}


def test_deleted_row_is_in_no_table(client):
    body = {"name": "servicenow.incident", "key": "2a", "set": {"_gone": True}}
    client.post("/__world/mutate", json=body)
    assert "INC7" not in numbers(client)


def test_token_is_given_for_client_credentials_only(client):
    form = {
        "grant_type": "client_credentials",
        "client_id": "northwind-warehouse",
        "client_secret": "sandbox-servicenow-secret",
    }
    told = client.post("/servicenow/oauth_token.do", data=form).json()
    assert told["expires_in"] == 1799
    client.auth = None
    bearer = {"Authorization": f"Bearer {told['access_token']}"}
    assert client.get(TABLE, headers=bearer).status_code == 200
    wrong = client.post("/servicenow/oauth_token.do", data={**form, "client_secret": "x"})
    assert wrong.status_code == 401


def test_wrong_password_unknown_table_and_writing_are_refused(client):
    assert client.get("/servicenow/api/now/table/problem").status_code == 400
    assert client.post(TABLE, json={}).status_code == 403
    client.auth = ("warehouse.reader", "wrong")
    answer = client.get(TABLE)
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == "User Not Authenticated"


def test_limit_is_told_in_seconds_and_as_an_epoch_second(client):
    client.post("/__faults", json={"path_regex": "/servicenow/", "refusal": "rate_limited"})
    answer = client.get(TABLE)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "1210"
    assert int(answer.headers["X-RateLimit-Reset"]) == int(at(10, 0, 10).timestamp()) + 1210
    assert answer.json()["error"]["message"] == "Rate limit exceeded"


def test_query_that_was_read_in_full_says_so():
    assert read_query("sys_id>a^ORDERBYsys_id", {"sys_id"}).is_whole
    assert not read_query("sys_id>a^ORDERBYsysid", {"sys_id"}).is_whole
