"""The faces over the real company: every API, walked to its end, gives what the world holds."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, date, datetime, timedelta

import pyarrow.parquet as pq
import pytest

from sandbox.world import World
from tests.sandbox.standin import GCS, HUBSPOT, ZENDESK, Ticks, X, opened, stamp

START = date(2026, 7, 1)
NOW = datetime(2026, 7, 21, 0, 10, tzinfo=UTC)
SINCE = stamp(datetime(2026, 6, 1, tzinfo=UTC))
QUERY = '(@northwind OR "northwind") -is:retweet'


class Patient(Ticks):
    """A monotonic clock on which every look is a minute later, so that no quota is met."""

    def __call__(self) -> float:
        self.seconds += 60
        return self.seconds


@pytest.fixture(scope="module")
def world():
    world = World(7, 120, START)
    world.advance(NOW)
    return world


@pytest.fixture(scope="module")
def client(world):
    with opened(world, now=NOW, ticks=Patient()) as client:
        yield client


def newest(world, name):
    return {version.key: version.record for version in world.versions(name, NOW)}


def walk_cursor(client, name, **query):
    path, given = f"/zendesk/api/v2/incremental/{name}/cursor.json", {"start_time": SINCE}
    while True:
        page = client.get(path, params={**query, **given}, headers=ZENDESK).json()
        yield from page[name]
        if page["end_of_stream"]:
            return
        given = {"cursor": page["after_cursor"]}


def walk_talk(client, name):
    path = f"/zendesk/api/v2/channels/voice/stats/incremental/{name}"
    path = f"{path}?start_time={SINCE}&per_page=40"
    while True:
        page = client.get(path, headers=ZENDESK).json()
        yield from page[name]
        if page["count"] <= 1 or page["next_page"].endswith(path.removeprefix("/zendesk")):
            return
        path = page["next_page"].removeprefix(str(client.base_url).rstrip("/"))


def walk_search(client, kind, properties):
    path, last = f"/hubspot/crm/v3/objects/{kind}/search", "0"
    order = [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
    while True:
        behind = {"propertyName": "hs_object_id", "operator": "GT", "value": last}
        body = {"filterGroups": [{"filters": [behind]}], "sorts": order, "limit": 30}
        body["properties"] = sorted(properties)
        page = client.post(path, json=body, headers=HUBSPOT).json()["results"]
        if not page:
            return
        yield from page
        last = page[-1]["id"]


def walk_x(client, path, **query):
    while True:
        page = client.get(path, params=query, headers=X).json()
        yield from page.get("data", [])
        if "next_token" not in page["meta"]:
            return
        query["pagination_token"] = page["meta"]["next_token"]


@pytest.mark.parametrize("name", ["tickets", "users"])
def test_cursor_export_gives_every_record_of_the_company(world, client, name):
    query = {"include": "metric_sets", "per_page": 25}
    got = list(walk_cursor(client, name, **query))
    wanted = newest(world, "zendesk." + name)
    limit = stamp(NOW) - 60
    stamps = [r.get("generated_timestamp") or stamp(datetime.fromisoformat(r["updated_at"]))
              for r in got]  # fmt: skip
    assert stamps == sorted(stamps)
    assert max(stamps) <= limit
    assert {str(record["id"]): record for record in got} == wanted
    assert len(got) > len(wanted)


@pytest.mark.parametrize("name", ["calls", "legs"])
def test_talk_export_gives_every_record_of_the_company(world, client, name):
    got = {str(record["id"]): record for record in walk_talk(client, name)}
    assert got
    assert got == newest(world, "zendesk." + name)


def test_ratings_give_every_record_of_the_company(world, client):
    path = "/zendesk/api/v2/satisfaction_ratings.json"
    got = client.get(path, params={"start_time": SINCE}, headers=ZENDESK).json()
    got = {str(record["id"]): record for record in got["satisfaction_ratings"]}
    assert got == newest(world, "zendesk.satisfaction_ratings")


@pytest.mark.parametrize("kind", ["contacts", "deals", "feedback_submissions"])
def test_search_gives_every_live_record_with_its_properties(world, client, kind):
    wanted = {
        key: record["properties"]
        for key, record in newest(world, "hubspot." + kind).items()
        if not record["archived"]
    }
    properties = {name for held in wanted.values() for name in held}
    got = {one["id"]: one["properties"] for one in walk_search(client, kind, properties)}
    assert got
    assert got == wanted


def test_archived_list_gives_the_archived_contacts_without_the_merged(world, client):
    path = "/hubspot/crm/v3/objects/contacts"
    page = client.get(path, params={"archived": "true", "limit": 100}, headers=HUBSPOT).json()
    wanted = {
        key
        for key, record in newest(world, "hubspot.contacts").items()
        if record["archived"] and "mergedInto" not in record
    }
    assert {record["id"] for record in page["results"]} == wanted


def test_associations_of_every_deal_are_read_in_batches(world, client):
    deals = newest(world, "hubspot.deals")
    body = {"inputs": [{"id": key} for key in deals]}
    path = "/hubspot/crm/v4/associations/deals/contacts/batch/read"
    got = client.post(path, json=body, headers=HUBSPOT).json()["results"]
    assert {one["from"]["id"]: one["to"][0]["toObjectId"] for one in got} == {
        key: record["associations"]["contacts"]["results"][0]["id"] for key, record in deals.items()
    }


def test_day_objects_hold_the_companys_tables(world, client):
    listed = client.get("/gcs/storage/v1/b/northwind-ga4-export/o", headers=GCS).json()["items"]
    assert len(listed) == 20
    for place in (0, 16, 19):
        day = START + timedelta(days=place)
        content = client.get(listed[place]["mediaLink"], headers=GCS).content
        wanted = world.ga4_day(day, NOW - timedelta(minutes=5))
        assert pq.read_table(io.BytesIO(content)).equals(wanted)


def test_search_gives_the_posts_of_the_last_seven_days(world, client):
    path = "/x/2/tweets/search/recent"
    got = {post["id"] for post in walk_x(client, path, query=QUERY, max_results=10)}
    horizon = (NOW - timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    wanted = {
        post["id"]
        for post in world.x_posts(NOW - timedelta(seconds=30))
        if post["created_at"] >= horizon and "northwind" in post["text"].lower()
    }
    assert got
    assert got == wanted


def test_own_posts_are_the_companys(world, client):
    got = [post["id"] for post in walk_x(client, "/x/2/users/111/tweets", max_results=5)]
    wanted = {post["id"] for post in world.x_posts(NOW) if post["author_id"] == "111"}
    assert got == sorted(wanted, key=int, reverse=True)
    assert wanted


def test_mentions_carry_authors_that_the_includes_name(client):
    query = {"expansions": "author_id", "user.fields": "public_metrics"}
    page = client.get("/x/2/users/111/mentions", params=query, headers=X).json()
    authors = {user["id"] for user in page["includes"]["users"]}
    assert {post["author_id"] for post in page["data"]} <= authors


def test_two_companies_of_one_seed_serve_the_same_bytes(client):
    def fingerprint(client):
        digest = hashlib.sha256()
        here = str(client.base_url).rstrip("/").encode()
        for path, headers in (
            (f"/zendesk/api/v2/incremental/tickets/cursor.json?start_time={SINCE}", ZENDESK),
            (f"/zendesk/api/v2/incremental/users/cursor.json?start_time={SINCE}", ZENDESK),
            ("/hubspot/crm/v3/objects/contacts?limit=100", HUBSPOT),
            ("/gcs/storage/v1/b/northwind-ga4-export/o", GCS),
            ("/x/2/users/111/mentions?max_results=100&tweet.fields=public_metrics", X),
        ):
            answer = client.get(path, headers=headers)
            assert answer.status_code == 200
            digest.update(answer.content.replace(here, b""))
        return digest.hexdigest()

    with opened(World(7, 120, START), now=NOW, ticks=Patient()) as other:
        assert fingerprint(other) == fingerprint(client)
