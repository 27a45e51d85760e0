from __future__ import annotations

import hashlib
import logging
import socket
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from extract.access import Access, Action, Pace, Verdict
from extract.errors import (
    CredentialsRefused,
    CxwError,
    Defer,
    RequestRefused,
    SourceUnavailable,
    UnreadableAnswer,
)
from extract.http import Client, Patience
from tests.extract.vendor import Answer, Vendor

NOW = datetime(2026, 7, 10, 0, 10, tzinfo=UTC)
SECRET = "very-secret-token"
SECRET_QUERY = "mirthe@example.net"
SECRET_ROW = "Double charge on July invoice"


class Page(msgspec.Struct):
    rows: list[int]


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.seconds, self.slept = 0.0, list[float]()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def read(self) -> float:
        return self.seconds


def client(url: str, clock: Clock | None = None, **how: Any) -> Client:
    clock = clock or Clock()
    patience = how.pop("patience", Patience())
    access = Access("acme", url, {"Authorization": f"Bearer {SECRET}"}, **how)
    return Client(
        access, now=lambda: NOW, sleep=clock.sleep, monotonic=clock.read, patience=patience
    )


def ask(made: Client) -> list[int]:
    with made:
        return made.get("/rows", {"email": SECRET_QUERY}, Page).rows


GOOD = Answer(body={"rows": [1]})


def test_client_sends_credentials_and_query(vendor: Vendor) -> None:
    assert ask(client(vendor.say(GOOD).url)) == [1]
    assert vendor.seen[0].headers["Authorization"] == f"Bearer {SECRET}"
    assert vendor.seen[0].query == {"email": [SECRET_QUERY]}


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 522])
def test_client_tries_again_when_the_server_fails(vendor: Vendor, status: int) -> None:
    clock = Clock()
    made = client(vendor.say(Answer(status), Answer(status), GOOD).url, clock)
    assert ask(made) == [1]
    assert clock.slept == [0.5, 1.0]
    assert (made.traffic.requests, made.traffic.retries) == (3, 2)


def test_client_gives_up_after_so_many_tries(vendor: Vendor) -> None:
    with pytest.raises(SourceUnavailable, match=r"GET /rows failed 5 times, last with status 503"):
        ask(client(vendor.say(Answer(503)).url))
    assert len(vendor.seen) == 5


def test_backoff_grows_to_its_bound() -> None:
    patience = Patience(first_wait=0.5, longest_backoff=3.0)
    assert [patience.backoff(tried) for tried in (1, 2, 3, 4, 9)] == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_client_waits_as_long_as_retry_after_says(vendor: Vendor) -> None:
    clock = Clock()
    limited = Answer(429, headers={"Retry-After": "41"})
    assert ask(client(vendor.say(limited, GOOD).url, clock)) == [1]
    assert clock.slept == [41.0]


def test_client_reads_retry_after_as_a_date_by_the_clock_of_the_source(vendor: Vendor) -> None:
    clock = Clock()
    dates = {
        "Date": "Thu, 01 Oct 2026 10:00:00 GMT",
        "Retry-After": "Thu, 01 Oct 2026 10:00:07 GMT",
    }
    assert ask(client(vendor.say(Answer(429, headers=dates), GOOD).url, clock)) == [1]
    assert clock.slept == [7.0]


def test_client_defers_when_the_wait_is_longer_than_a_worker_should_sleep(vendor: Vendor) -> None:
    clock = Clock()
    limited = Answer(429, headers={"Retry-After": "900"})
    with pytest.raises(Defer, match="asks for 900 s") as caught:
        ask(client(vendor.say(limited).url, clock))
    assert caught.value.seconds == 900
    assert clock.slept == []


def test_client_defers_when_the_source_limits_every_try(vendor: Vendor) -> None:
    limited = Answer(429, headers={"Retry-After": "1"})
    with pytest.raises(Defer, match="answered status 429 5 times in a row") as caught:
        ask(client(vendor.say(limited).url))
    assert caught.value.seconds == 60
    assert len(vendor.seen) == 5


@pytest.mark.parametrize("status", [401, 403, 530])
def test_client_asks_once_when_the_credentials_are_refused(vendor: Vendor, status: int) -> None:
    with pytest.raises(CredentialsRefused, match="check token and scopes"):
        ask(client(vendor.say(Answer(status)).url))
    assert len(vendor.seen) == 1


@pytest.mark.parametrize("status", [400, 404, 410, 422, 301])
def test_client_asks_once_when_the_request_is_refused(vendor: Vendor, status: int) -> None:
    refusal = Answer(status, {"error": "InvalidValue"}, {"Location": "http://127.0.0.1:9/"})
    with pytest.raises(RequestRefused, match=f"answered status {status} InvalidValue") as caught:
        ask(client(vendor.say(refusal).url))
    assert caught.value.http_status == status
    assert len(vendor.seen) == 1


def test_a_source_may_judge_answers_in_its_own_way(vendor: Vendor) -> None:
    clock = Clock()

    def verdict(response: Any, _: datetime) -> Verdict:
        ok = response.status_code == 200
        return Verdict(Action.OK) if ok else Verdict(Action.RETRY, 3.0, "limit as 403")

    assert ask(client(vendor.say(Answer(403), GOOD).url, clock, verdict=verdict)) == [1]
    assert clock.slept == [3.0]


UNUSABLE: dict[str, tuple[Answer, str]] = {
    "cut_body": (Answer(body={"rows": [1, 2, 3]}, cut=4), "cut short"),
    "honest_but_cut": (Answer(body=b'{"rows": [1, 2'), "14 bytes that are no whole JSON"),
    "empty_body": (Answer(body=b""), "0 bytes that are no whole JSON"),
    "html_with_200": (Answer(body=b"<html>Sign in</html>"), "a page of HTML"),
    "html_type": (Answer(body=b"{}", headers={"Content-Type": "text/html"}), "a page of HTML"),
    "not_utf_8": (Answer(body=b'{"rows": "\xff"}'), "JSON of another shape|no whole JSON"),
    "other_shape": (Answer(body={"rows": "none"}), r"another shape .*at `\$.rows`"),
    "bad_gzip": (Answer(body=b"{}", headers={"Content-Encoding": "gzip"}), "cannot be unpacked"),
    "hangs_up": (Answer(hang_up=True), "cut short|RemoteProtocolError"),
}


@pytest.mark.parametrize("answer", UNUSABLE)
def test_client_tries_again_when_the_answer_cannot_be_used(vendor: Vendor, answer: str) -> None:
    assert ask(client(vendor.say(UNUSABLE[answer][0], GOOD).url)) == [1]
    assert len(vendor.seen) == 2


@pytest.mark.parametrize("answer", UNUSABLE)
def test_client_says_clearly_that_no_answer_could_be_used(vendor: Vendor, answer: str) -> None:
    broken, told = UNUSABLE[answer]
    with pytest.raises(UnreadableAnswer, match=told) as caught:
        ask(client(vendor.say(broken).url))
    assert "failed 5 times" in caught.value.seen
    assert "without a whole answer nothing is landed" in caught.value.why


def test_client_says_clearly_that_nobody_answers() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(SourceUnavailable, match="last with ConnectError"):
        ask(client(url))


def test_client_keeps_the_pace_of_the_source(vendor: Vendor) -> None:
    clock = Clock()
    with client(vendor.say(GOOD).url, clock, pace=Pace(2, 10.0)) as made:
        for _ in range(5):
            made.get("/rows", {}, Page)
    assert clock.slept == [10.0, 10.0]


def test_client_defers_when_keeping_the_pace_takes_too_long(vendor: Vendor) -> None:
    with client(vendor.say(GOOD).url, pace=Pace(1, 900.0)) as made:
        made.get("/rows", {}, Page)
        with pytest.raises(Defer, match="must wait 900 s to keep the source's pace"):
            made.get("/rows", {}, Page)


def test_download_is_checked_for_size_and_hash(vendor: Vendor) -> None:
    content = b"PAR1" * 1000
    md5 = hashlib.md5(content, usedforsecurity=False).digest()
    short, whole = Answer(body=content[:-4]), Answer(body=content)
    with (
        client(vendor.say(short, whole).url) as made,
        made.download("/file", {}, size=len(content), md5=md5) as kept,
    ):
        assert kept.read() == content
    assert made.traffic.retries == 1


def test_download_refuses_a_file_that_stays_other_than_told(vendor: Vendor) -> None:
    made = client(vendor.say(Answer(body=b"other")).url)
    with made, pytest.raises(UnreadableAnswer, match="5 bytes of 5, or with another hash"):
        made.download("/file", {}, size=5, md5=b"0" * 16)


TELLING: dict[str, Answer] = {
    "refused": Answer(400, {"error": {"message": SECRET_ROW}, "description": SECRET_ROW}),
    "told_in_code": Answer(400, {"error": SECRET_QUERY}),
    "limited": Answer(429, {"error": SECRET_ROW}, {"Retry-After": "900"}),
    "failing": Answer(503, SECRET_ROW),
    "cut": Answer(body={"rows": SECRET_ROW}, cut=3),
    "shape": Answer(body={"rows": [SECRET_ROW]}),
    "html": Answer(body=f"<p>{SECRET_ROW}</p>".encode()),
    "credentials": Answer(401, {"error": SECRET}),
}


@pytest.mark.parametrize("answer", TELLING)
def test_nothing_secret_is_told_in_logs_or_errors(
    vendor: Vendor, caplog: pytest.LogCaptureFixture, answer: str
) -> None:
    with pytest.raises(CxwError) as caught:
        ask(client(vendor.say(TELLING[answer]).url))
    told = caplog.text + str(caught.value) + repr(caught.value)
    told += "".join(traceback.format_exception(caught.value))
    for secret in (SECRET, SECRET_QUERY, SECRET_QUERY.replace("@", "%40"), SECRET_ROW):
        assert secret not in told


def test_a_client_that_talks_freely_is_caught_by_the_test_above(
    vendor: Vendor, caplog: pytest.LogCaptureFixture
) -> None:
    with client(vendor.say(GOOD).url) as made:
        logging.getLogger("httpx").setLevel(logging.DEBUG)
        made.get("/rows", {"email": SECRET_QUERY}, Page)
    assert SECRET_QUERY.replace("@", "%40") in caplog.text


def test_errors_have_three_clauses(vendor: Vendor) -> None:
    make: Callable[[], list[int]] = lambda: ask(client(vendor.say(Answer(404)).url))  # noqa: E731
    with pytest.raises(RequestRefused) as caught:
        make()
    assert str(caught.value).split("; ") == [
        "acme: GET /rows answered status 404",
        "it would refuse the same request again",
        "check the settings of the source",
    ]
