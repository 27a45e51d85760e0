"""Cloud Storage over HTTP: listing, downloads, restated days."""

from __future__ import annotations

import base64
import hashlib
import io
from urllib.parse import quote

import pyarrow.parquet as pq
import pytest

from tests.sandbox.standin import GCS, SmallWorld, opened

LIST = "/gcs/storage/v1/b/northwind-ga4-export/o"
FOLDER = "analytics_312345678/"


def name(day):
    return f"{FOLDER}events_202607{day:02d}.parquet"


def media(client, day, **query):
    path = f"/gcs/download/storage/v1/b/northwind-ga4-export/o/{quote(name(day), safe='')}"
    return client.get(path, params={"alt": "media", **query}, headers=GCS)


def listed(client, **query):
    answer = client.get(LIST, params=query, headers=GCS)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def client():
    with opened(SmallWorld()) as client:
        yield client


def test_storage_refuses_a_wrong_token_in_its_own_words(client):
    answer = client.get(LIST, headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == 401
    assert answer.json()["error"]["errors"][0]["reason"] == "authError"


def test_list_names_the_days_that_were_exported(client):
    page = listed(client, prefix=FOLDER)
    assert page["kind"] == "storage#objects"
    assert [item["name"] for item in page["items"]] == [name(day) for day in range(1, 10)]


def test_list_follows_prefix_and_offsets(client):
    assert [i["name"] for i in listed(client, prefix=name(4))["items"]] == [name(4)]
    between = listed(client, startOffset=name(3), endOffset=name(5))
    assert [i["name"] for i in between["items"]] == [name(3), name(4)]
    assert "items" not in listed(client, prefix="nothing/")


def test_list_pages_by_token(client):
    sizes, token = [], None
    while True:
        page = listed(client, maxResults=4, **({"pageToken": token} if token else {}))
        sizes.append(len(page["items"]))
        token = page.get("nextPageToken")
        if token is None:
            break
    assert sizes == [4, 4, 1]


def test_download_has_the_bytes_that_the_metadata_promise(client):
    item = listed(client, prefix=name(2))["items"][0]
    answer = media(client, 2)
    assert answer.status_code == 200
    assert len(answer.content) == int(item["size"])
    digest = hashlib.md5(answer.content).digest()  # noqa: S324
    assert base64.b64encode(digest).decode() == item["md5Hash"]
    assert answer.headers["X-Goog-Hash"] == "md5=" + item["md5Hash"]
    assert answer.headers["X-Goog-Generation"] == item["generation"]
    assert pq.read_table(io.BytesIO(answer.content)).num_rows == 13


def test_metadata_of_one_object_equals_its_entry_in_the_list(client):
    item = listed(client, prefix=name(2))["items"][0]
    path = f"{LIST}/{quote(name(2), safe='')}"
    assert client.get(path, headers=GCS).json() == item
    assert client.get(item["mediaLink"], headers=GCS).content == media(client, 2).content


def test_generation_changes_while_a_day_is_restated_and_then_no_more(client):
    generations, rows = [], []
    for day in range(3, 10):
        client.post("/__clock", json={"now": f"2026-07-{day:02d}T00:10:00Z"})
        generations.append(listed(client, prefix=name(2))["items"][0]["generation"])
        rows.append(pq.read_table(io.BytesIO(media(client, 2).content)).num_rows)
    assert len(set(generations)) == 4
    assert generations[3:] == [generations[3]] * 4
    assert rows == [11, 12, 13, 13, 13, 13, 13]


def test_an_object_does_not_change_within_a_day(client):
    found = set()
    for moment in ("04T00:05:00Z", "04T13:00:00Z", "05T00:04:00Z"):
        client.post("/__clock", json={"now": f"2026-07-{moment}"})
        found.add(media(client, 2).content)
    assert len(found) == 1


def test_a_replaced_generation_is_gone(client):
    client.post("/__clock", json={"now": "2026-07-04T00:10:00Z"})
    generation = listed(client, prefix=name(2))["items"][0]["generation"]
    assert media(client, 2, generation=generation).status_code == 200
    client.post("/__clock", json={"now": "2026-07-05T00:10:00Z"})
    assert media(client, 2, generation=generation).status_code == 404
    assert media(client, 2, ifGenerationMatch=generation).status_code == 412


def test_an_object_rewritten_by_hand_agrees_with_its_metadata(client):
    before = listed(client, prefix=name(2))["items"][0]
    changed = client.post(
        "/__world/mutate",
        json={
            "name": "ga4.events",
            "key": "2026-07-02",
            "set": {"event_timestamp": "late", "new": 1},
            "drop_field": ["event_date"],
            "drop_tail": 3,
        },
    )
    after, answer = listed(client, prefix=name(2))["items"][0], media(client, 2)
    table = pq.read_table(io.BytesIO(answer.content))
    assert changed.status_code == 200
    assert after["generation"] != before["generation"]
    assert after["md5Hash"] == answer.headers["X-Goog-Hash"].removeprefix("md5=")
    assert int(after["size"]) == len(answer.content)
    assert table.num_rows == 10
    assert table.column_names == ["event_timestamp", "event_params", "new"]
    assert table["event_timestamp"][0].as_py() == "late"


def test_an_object_can_vanish(client):
    client.post("/__world/mutate", json={"name": "ga4.events", "key": "2026-07-02", "vanish": True})
    assert media(client, 2).status_code == 404
    assert name(2) not in [item["name"] for item in listed(client)["items"]]


def test_a_day_without_object_cannot_be_rewritten(client):
    answer = client.post("/__world/mutate", json={"name": "ga4.events", "key": "2026-07-30"})
    assert answer.status_code == 404
    assert "'2026-07-30'" in answer.json()["error"]


def test_missing_things_answer_404_in_the_vendors_forms(client):
    bucket = client.get("/gcs/storage/v1/b/elsewhere/o", headers=GCS)
    path = f"{LIST}/{quote(name(30), safe='')}"
    metadata, download = client.get(path, headers=GCS), media(client, 30)
    assert bucket.json()["error"]["message"] == "The specified bucket does not exist."
    assert metadata.json()["error"]["errors"][0]["reason"] == "notFound"
    assert download.status_code == 404
    assert download.text.startswith("No such object: northwind-ga4-export/")


def test_todays_table_does_not_exist_yet(client):
    assert media(client, 10).status_code == 404


def test_the_same_day_has_the_same_bytes_in_another_sandbox(client):
    with opened(SmallWorld()) as other:
        assert media(client, 2).content == media(other, 2).content
