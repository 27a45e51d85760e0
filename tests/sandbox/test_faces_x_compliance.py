"""X's compliance jobs over HTTP: signed addresses, statuses, one job at a time, verdicts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.sandbox.standin import NOW, SmallWorld, X, at, iso_ms, opened

JOBS = "/x/2/compliance/jobs"
GONE = {
    "id": "102",
    "action": "delete",
    "created_at": iso_ms(at(6)),
    "redacted_at": iso_ms(at(8)),
    "reason": "suspended",
}


@pytest.fixture
def world():
    world = SmallWorld()
    for key in (100, 101):
        world.post(key, at(5), "@northwind hello")
    world.withdrawn.append((at(8), GONE))
    return world


def made(client, **more):
    answer = client.post(JOBS, json={"type": "tweets", **more}, headers=X)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def uploaded(client, job, ids):
    return client.put(
        job["upload_url"], content="\n".join(ids), headers={"Content-Type": "text/plain"}
    )


def shown(client, job):
    return client.get(f"{JOBS}/{job['id']}", headers=X).json()["data"]


def test_only_posts_that_are_gone_are_reported(world):
    with opened(world) as client:
        job = made(client)
        assert job["status"] == "created"
        assert uploaded(client, job, ["100", "102", "999"]).status_code == 200
        assert shown(client, job)["status"] == "complete"
        answer = client.get(job["download_url"])
    assert answer.text.splitlines() == [
        '{"id":"102","action":"delete","created_at":"2026-07-06T12:00:00.000Z",'
        '"redacted_at":"2026-07-08T12:00:00.000Z","reason":"suspended"}'
    ]


def test_a_post_taken_out_by_hand_is_reported_as_deleted(world):
    with opened(world) as client:
        client.post("/__world/mutate", json={"name": "x.posts", "key": "100", "vanish": True})
        job = made(client)
        uploaded(client, job, ["100", "101"])
        verdict = client.get(job["download_url"]).json()
    assert (verdict["id"], verdict["reason"], verdict["created_at"]) == (
        "100",
        "deleted",
        "2026-07-05T12:00:00.000Z",
    )


def test_signed_addresses_take_no_credentials_and_no_other_signature(world):
    with opened(world) as client:
        job = made(client)
        uploaded(client, job, ["102"])
        assert client.get(job["download_url"], headers=X).status_code == 400
        assert client.get(job["download_url"].replace("delivery", "submission")).status_code == 403
        body = {"content": "102", "headers": {"Content-Type": "application/json"}}
        assert client.put(job["upload_url"], **body).status_code == 403


def test_the_jobs_themselves_want_the_token(world):
    with opened(world) as client:
        assert client.post(JOBS, json={"type": "tweets"}).status_code == 401


def test_one_job_runs_at_a_time_until_its_address_expires(world):
    with opened(world) as client:
        first = made(client, name="one")
        assert client.post(JOBS, json={"type": "tweets"}, headers=X).status_code == 409
        later = NOW + timedelta(minutes=16)
        client.post("/__clock", json={"now": later.isoformat()})
        assert shown(client, first)["status"] == "expired"
        made(client)
        listed = client.get(JOBS, params={"type": "tweets"}, headers=X).json()
    assert [(job.get("name"), job["status"]) for job in listed["data"]] == [
        ("one", "expired"),
        (None, "created"),
    ]


def test_a_job_of_no_known_type_is_refused(world):
    with opened(world) as client:
        assert client.post(JOBS, json={"type": "likes"}, headers=X).status_code == 400
        assert client.get(JOBS, headers=X).status_code == 400
        assert client.get(f"{JOBS}/1", headers=X).status_code == 404
