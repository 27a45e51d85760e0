from __future__ import annotations

from datetime import UTC, datetime

import httpx
import msgspec
import pytest

from extract.access import Access, Grant
from extract.errors import CredentialsRefused, SourceUnavailable
from extract.http import Client
from tests.extract.vendor import Answer, Vendor

NOW = datetime(2026, 7, 10, 0, 10, tzinfo=UTC)
SECRET = "very-secret-key"
ROWS = Answer(body={"rows": [1]})
EXPIRED = Answer(401, {"error": "token_expired"})


class Page(msgspec.Struct):
    rows: list[int]


def client(url: str) -> Client:
    def request(now: datetime) -> httpx.Request:
        asked = {"key": SECRET, "at": now.isoformat()}
        return httpx.Request("POST", f"{url}/token", json=asked)

    access = Access("acme", url, auth=Grant(request))
    return Client(access, now=lambda: NOW, sleep=lambda _: None)


def token(value: str) -> Answer:
    return Answer(body={"access_token": value, "expires_in": 1800})


def ask(made: Client, times: int = 1) -> None:
    with made:
        for _ in range(times):
            assert made.get("/rows", {}, Page).rows == [1]


def test_a_token_is_asked_for_once_and_sent_with_every_request(vendor: Vendor) -> None:
    ask(client(vendor.say(token("one"), ROWS).url), times=2)
    assert [seen.path for seen in vendor.seen] == ["/token", "/rows", "/rows"]
    assert vendor.seen[0].body == {"key": SECRET, "at": "2026-07-10T00:10:00+00:00"}
    assert {seen.headers["Authorization"] for seen in vendor.seen[1:]} == {"Bearer one"}


def test_a_token_that_expires_in_the_middle_is_renewed(vendor: Vendor) -> None:
    ask(client(vendor.say(token("one"), ROWS, EXPIRED, token("two"), ROWS).url), times=2)
    assert [seen.path for seen in vendor.seen] == ["/token", "/rows", "/rows", "/token", "/rows"]
    assert vendor.seen[-1].headers["Authorization"] == "Bearer two"


def test_a_new_token_that_is_refused_too_is_told(vendor: Vendor) -> None:
    made = client(vendor.say(token("one"), EXPIRED, token("two"), EXPIRED).url)
    with pytest.raises(CredentialsRefused, match="status 401 token_expired") as caught:
        ask(made)
    assert len(vendor.seen) == 4
    assert SECRET not in str(caught.value)


def test_a_key_that_gives_no_token_is_told(vendor: Vendor) -> None:
    with pytest.raises(CredentialsRefused, match="status 401") as caught:
        ask(client(vendor.say(Answer(401, {"error": "invalid_client"})).url))
    assert "invalid_client" in str(caught.value)
    assert [seen.path for seen in vendor.seen] == ["/token"]


def test_a_token_endpoint_that_fails_is_asked_again(vendor: Vendor) -> None:
    ask(client(vendor.say(Answer(503), token("one"), ROWS).url))
    assert [seen.path for seen in vendor.seen] == ["/token", "/token", "/rows"]


def test_a_token_endpoint_that_keeps_failing_is_told(vendor: Vendor) -> None:
    with pytest.raises(SourceUnavailable, match="status 500"):
        ask(client(vendor.say(Answer(500)).url))


def test_an_answer_without_a_token_is_refused_by_the_source(vendor: Vendor) -> None:
    with pytest.raises(CredentialsRefused, match="status 401"):
        ask(client(vendor.say(Answer(body={"token": 3}), Answer(401)).url))


@pytest.mark.parametrize("broken", [Answer(body=b"<html>sign in</html>"), Answer(body=b'{"acc')])
def test_an_answer_that_is_no_json_is_asked_for_again(vendor: Vendor, broken: Answer) -> None:
    ask(client(vendor.say(broken, token("one"), ROWS).url))
    assert [seen.path for seen in vendor.seen] == ["/token", "/token", "/rows"]
