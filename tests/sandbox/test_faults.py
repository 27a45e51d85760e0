"""Faults over HTTP: each kind does what it says, to the requests it names, as often as it says."""

from __future__ import annotations

import io
import time
from urllib.parse import quote

import httpx
import pyarrow.parquet as pq
import pytest

from tests.sandbox.standin import GCS, HUBSPOT, ZENDESK, SmallWorld, X, at, opened, stamp

TICKETS = "/zendesk/api/v2/incremental/tickets/cursor.json"
SEARCH = "/hubspot/crm/v3/objects/contacts/search"
DAY = "/gcs/download/storage/v1/b/northwind-ga4-export/o/" + quote(
    "analytics_312345678/events_20260702.parquet", safe=""
)


@pytest.fixture
def client():
    world = SmallWorld()
    for key in (1, 2, 3):
        world.ticket(key, at(key))
        world.crm("contacts", key, at(key), {"email": f"p{key}@example.net"})
    world.post(100, at(8), "@northwind hello")
    with opened(world) as client:
        yield client


def switch_on(client, **fault):
    answer = client.post("/__faults", json={"path_regex": "/tickets/", **fault})
    assert answer.status_code == 200, answer.text


def tickets(client):
    return client.get(TICKETS, params={"start_time": stamp(at(1, 0))}, headers=ZENDESK)


def day(client):
    answer = client.get(DAY, params={"alt": "media"}, headers=GCS)
    return pq.read_table(io.BytesIO(answer.content))


def test_status_headers_and_body_replace_the_answer(client):
    switch_on(client, status=503, headers={"Retry-After": "7"}, body={"error": "down"})
    answer = tickets(client)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "7"
    assert answer.json() == {"error": "down"}
    assert tickets(client).status_code == 200


def test_fault_strikes_as_often_as_told_after_those_it_lets_pass(client):
    switch_on(client, status=500, times=2, skip=1)
    assert [tickets(client).status_code for _ in range(4)] == [200, 500, 500, 200]
    shown = client.get("/__faults").json()[0]
    assert (shown["left"], shown["struck"]) == (0, 2)


def test_fault_without_times_lasts_until_cleared(client):
    switch_on(client, status=500, times=None)
    assert [tickets(client).status_code for _ in range(3)] == [500] * 3
    client.delete("/__faults")
    assert tickets(client).status_code == 200


def test_fault_strikes_only_the_path_and_method_it_names(client):
    switch_on(client, path_regex="contacts/search", method="POST", status=500, times=None)
    assert tickets(client).status_code == 200
    assert client.get(SEARCH, headers=HUBSPOT).status_code == 405
    assert client.post(SEARCH, json={}, headers=HUBSPOT).status_code == 500


def test_fault_can_name_a_query(client):
    switch_on(client, path_regex=r"start_time=\d+&per_page=7", status=500)
    assert tickets(client).status_code == 200
    query = {"start_time": 1, "per_page": 7}
    assert client.get(TICKETS, params=query, headers=ZENDESK).status_code == 500


def test_latency_delays_the_answer(client):
    switch_on(client, latency_seconds=0.3)
    begun = time.monotonic()
    with pytest.raises(httpx.ReadTimeout):
        client.get(TICKETS, params={"start_time": 1}, headers=ZENDESK, timeout=0.1)
    assert tickets(client).status_code == 200
    assert time.monotonic() > begun


def test_truncated_body_ends_before_its_announced_length(client):
    switch_on(client, truncate_bytes=40)
    with pytest.raises(httpx.RemoteProtocolError):
        tickets(client)
    assert tickets(client).status_code == 200


def test_truncated_body_can_announce_its_short_length(client):
    switch_on(client, truncate_bytes=40, honest_length=True)
    answer = tickets(client)
    assert answer.status_code == 200
    assert len(answer.content) == 40
    assert not answer.text.endswith("}")


def test_disconnect_closes_without_an_answer(client):
    switch_on(client, disconnect=True)
    with pytest.raises(httpx.RemoteProtocolError):
        tickets(client)


def test_html_page_comes_with_200(client):
    switch_on(client, html=True)
    answer = tickets(client)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "Sign in" in answer.text


def test_flip_changes_the_type_of_a_field(client):
    switch_on(client, flip={"status": 7, "tags[0]": None}, rows=1)
    first, second, _ = tickets(client).json()["tickets"]
    assert (first["status"], first["tags"]) == (7, [None, "b"])
    assert (second["status"], second["tags"]) == ("open", ["a", "b"])


def test_flip_reaches_nested_fields_and_the_document(client):
    switch_on(client, path_regex="contacts/search", flip={"properties.email": 5, "$.total": "many"})
    page = client.post(SEARCH, json={}, headers=HUBSPOT).json()
    assert page["total"] == "many"
    assert {record["properties"]["email"] for record in page["results"]} == {5}


def test_new_field_appears_on_every_record(client):
    switch_on(client, add_field={"mood": "sunny"})
    assert [t["mood"] for t in tickets(client).json()["tickets"]] == ["sunny"] * 3


def test_missing_key_is_missing(client):
    switch_on(client, drop_field=["id", "tags[0]"], rows=2)
    page = tickets(client).json()["tickets"]
    assert ["id" in ticket for ticket in page] == [False, False, True]
    assert page[0]["tags"] == ["b"]


def test_duplicate_serves_each_row_twice(client):
    switch_on(client, duplicate=True)
    assert [t["id"] for t in tickets(client).json()["tickets"]] == [1, 1, 2, 2, 3, 3]


def test_withheld_tail_leaves_the_counts_alone(client):
    switch_on(client, path_regex="contacts/search", drop_tail=2)
    page = client.post(SEARCH, json={}, headers=HUBSPOT).json()
    assert page["total"] == 3
    assert [record["id"] for record in page["results"]] == ["1"]


def test_parquet_answers_drift_as_well(client):
    whole = day(client)
    switch_on(
        client, path_regex="/gcs/download", flip={"event_timestamp": "x"}, add_field={"new": 1},
        drop_field=["event_date"], duplicate=True, drop_tail=1,
    )  # fmt: skip
    table = day(client)
    assert table.num_rows == 2 * whole.num_rows - 1
    assert str(table.schema.field("event_timestamp").type) == "string"
    assert "new" in table.column_names
    assert "event_date" not in table.column_names


@pytest.mark.parametrize(
    ("path", "headers", "refusal", "told"),
    [
        (TICKETS, ZENDESK, "rate_limited", "APIRateLimitExceeded"),
        ("/hubspot/crm/v3/owners", HUBSPOT, "rate_limited", "TEN_SECONDLY_ROLLING"),
        ("/hubspot/crm/v3/owners", HUBSPOT, "rate_limited_daily", '"policyName":"DAILY"'),
        ("/gcs/storage/v1/b/northwind-ga4-export/o", GCS, "rate_limited", "rateLimitExceeded"),
        ("/x/2/tweets?ids=100", X, "rate_limited", "Too Many Requests"),
        ("/x/2/tweets?ids=100", X, "usage_capped", "problems/usage-capped"),
    ],
)
def test_refusal_speaks_the_vendors_dialect(client, path, headers, refusal, told):
    switch_on(client, path_regex=".", refusal=refusal)
    answer = client.get(path, headers=headers)
    assert answer.status_code == 429
    assert told in answer.text


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"path_regex": "("}, "no regular expression"),
        ({"path_regex": "x", "colour": "red"}, "colour"),
        ({"times": 1}, "path_regex"),
    ],
)
def test_wrong_fault_is_refused_and_nothing_switched_on(client, fault, told):
    answer = client.post("/__faults", json=[{"path_regex": "ok"}, fault])
    assert answer.status_code == 400
    assert told in answer.json()["error"]
    assert client.get("/__faults").json() == []


def test_refusal_that_the_vendor_does_not_know_is_told(client):
    switch_on(client, refusal="usage_capped")
    assert tickets(client).status_code == 500


def test_unknown_refusal_is_refused(client):
    answer = client.post("/__faults", json={"path_regex": ".", "refusal": "tired"})
    assert answer.status_code == 400
    assert "tired" in answer.json()["error"]


def test_gzip_and_chunks_carry_the_same_answer(client):
    plain = tickets(client)
    switch_on(client, gzip=True)
    packed = tickets(client)
    switch_on(client, chunked=True)
    cut_up = tickets(client)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert cut_up.headers["Transfer-Encoding"] == "chunked"
    assert packed.json() == cut_up.json() == plain.json()


@pytest.mark.parametrize("how", [{"gzip": True}, {"chunked": True}])
def test_packed_answer_can_be_cut_short_too(client, how):
    switch_on(client, truncate_bytes=40, **how)
    with pytest.raises(httpx.RemoteProtocolError):
        tickets(client)


def test_clock_of_the_vendor_can_be_off(client):
    switch_on(client, path_regex=".", clock_skew_seconds=3600)
    assert "01:10:00" in tickets(client).headers["Date"]
    assert "00:10:00" in tickets(client).headers["Date"]
    switch_on(client, path_regex=".", clock_skew_seconds=-3600, refusal="rate_limited")
    refused = client.get("/x/2/tweets?ids=100", headers=X)
    assert int(refused.headers["x-rate-limit-reset"]) == stamp(at(9, 23, 10)) + 900


def test_refusal_asks_for_the_wait_it_is_told(client):
    switch_on(client, refusal="rate_limited", wait_seconds=7)
    assert tickets(client).headers["Retry-After"] == "7"


def test_credentials_can_be_taken_from_a_request(client):
    switch_on(client, unauthorized=True)
    assert tickets(client).status_code == 401
    assert tickets(client).status_code == 200


def test_first_answer_struck_comes_again(client):
    switch_on(client, repeat=True, times=2)
    first = tickets(client).json()
    other = client.get(TICKETS, params={"start_time": stamp(at(3, 0))}, headers=ZENDESK)
    assert other.json() == first
    other = client.get(TICKETS, params={"start_time": stamp(at(3, 0))}, headers=ZENDESK)
    assert [ticket["id"] for ticket in other.json()["tickets"]] == [3]


def test_world_changes_before_the_answer_that_is_struck(client):
    gone = {"name": "zendesk.tickets", "key": "3", "vanish": True}
    moved = {"name": "zendesk.tickets", "key": "1", "at": "2026-07-09T00:00:00Z"}
    switch_on(client, skip=1, meanwhile=[gone, moved])
    assert [ticket["id"] for ticket in tickets(client).json()["tickets"]] == [1, 2, 3]
    assert [ticket["id"] for ticket in tickets(client).json()["tickets"]] == [2, 1]
    client.delete("/__world/mutate")
    assert [ticket["id"] for ticket in tickets(client).json()["tickets"]] == [1, 2, 3]


def test_pages_are_as_short_as_the_option_says_and_the_log_counts_their_rows(client):
    client.post("/__options", json={"page_size": 2})
    assert [ticket["id"] for ticket in tickets(client).json()["tickets"]] == [1, 2]
    page = client.post(SEARCH, json={"limit": 200}, headers=HUBSPOT).json()
    assert [record["id"] for record in page["results"]] == ["1", "2"]
    assert page["paging"]["next"]["after"] == "2"
    assert [one["rows"] for one in client.get("/__log").json()["requests"]] == [2, 2]
    client.post("/__options", json={"page_size": None})
    assert len(tickets(client).json()["tickets"]) == 3
    assert client.get("/__log").json()["requests"][-1]["rows"] is None


def test_post_can_be_changed_and_taken_away(client):
    def post():
        return client.get("/x/2/tweets", params={"ids": "100"}, headers=X).json()

    client.post("/__world/mutate", json={"name": "x.posts", "key": "100", "set": {"text": "other"}})
    assert post()["data"][0]["text"] == "other"
    client.post("/__world/mutate", json={"name": "x.posts", "key": "100", "vanish": True})
    assert "data" not in post()
    client.delete("/__world/mutate")
    assert post()["data"][0]["text"] == "@northwind hello"
