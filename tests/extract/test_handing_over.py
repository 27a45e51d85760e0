"""Files that are handed over, lines that are read, and hosts that are shown no keys."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from extract.access import Access, until_reset
from extract.errors import RequestRefused, UnreadableAnswer
from extract.http import Client, Patience
from tests.extract.vendor import Answer, Vendor

NOW = datetime(2026, 7, 1, 9, 14, 30, tzinfo=UTC)
SIGNED = "/bucket/ids?X-Goog-Signature=5f%2Fa0%3D"


def client(vendor: Vendor, slept: list[float] | None = None) -> Client:
    access = Access("acme", vendor.url, {"Authorization": "Bearer secret-token"})
    sleep = (lambda _: None) if slept is None else slept.append
    return Client(access, now=lambda: NOW, sleep=sleep, patience=Patience(tries=2))


def test_another_host_is_shown_no_headers_and_its_traffic_counts(vendor: Vendor) -> None:
    made = client(vendor.say(Answer(body={"rows": []})))
    with made, made.elsewhere(vendor.url) as other:
        assert [bytes(line) for line in other.lines(SIGNED)] == [b'{"rows": []}']
    assert "Authorization" not in vendor.seen[0].headers
    assert made.traffic.requests == 1
    assert vendor.seen[0].query == {"X-Goog-Signature": ["5f/a0="]}


def test_lines_are_records_and_empty_answers_have_none(vendor: Vendor) -> None:
    vendor.say(Answer(body=b'{"id": 1}\n{"id": 2}\n'), Answer(body=b""))
    with client(vendor) as made:
        assert [bytes(line) for line in made.lines("/a")] == [b'{"id": 1}', b'{"id": 2}']
        assert made.lines("/b") == []


def test_a_line_that_was_cut_is_read_again_and_then_told(vendor: Vendor) -> None:
    vendor.say(Answer(body=b'{"id": 1}\n{"id":'))
    with client(vendor) as made, pytest.raises(UnreadableAnswer, match="no whole JSON"):
        made.lines("/a")
    assert len(vendor.seen) == 2


def test_what_is_handed_over_bears_its_type(vendor: Vendor) -> None:
    vendor.say(Answer(body=b""))
    with client(vendor) as made:
        made.put("/a", b"12", "text/plain")
    (seen,) = vendor.seen
    assert (seen.method, seen.headers["Content-Type"], seen.body) == ("PUT", "text/plain", 12)


def test_a_refused_signature_is_told_without_it(vendor: Vendor) -> None:
    vendor.say(Answer(404, b"<Error><Code>NoSuchKey</Code></Error>"))
    with client(vendor) as made, pytest.raises(RequestRefused) as caught:
        made.lines(SIGNED)
    assert "acme: GET /bucket/ids answered status 404" in str(caught.value)
    assert "Signature" not in str(caught.value)


def test_a_sequence_asks_for_each_of_its_values(vendor: Vendor) -> None:
    vendor.say(Answer(body={"rows": []}))
    with client(vendor) as made:
        made.get("/a", {"uris": ["one", "two"], "limit": "2"}, dict[str, list[int]])
    assert vendor.seen[0].query == {"uris": ["one", "two"], "limit": ["2"]}


def test_a_pause_is_slept(vendor: Vendor) -> None:
    slept: list[float] = []
    client(vendor, slept).pause(2.5)
    assert slept == [2.5]


@pytest.mark.parametrize(
    ("reset", "wait"),
    [("1782897300", 31.0), ("1782897000", 1.0), ("soon", None), ("", None), ("12.5", None)],
)
def test_a_reset_is_waited_for_to_the_second_behind_it(reset: str, wait: float | None) -> None:
    assert until_reset(httpx.Response(429, headers={"reset": reset}), "reset", NOW) == wait
