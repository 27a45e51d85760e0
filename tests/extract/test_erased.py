"""What landing does with records of people who were erased."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pyarrow as pa
import pytest

from extract import find_source
from extract.erased import GONE, Guard, hashes_of, kept_record, without_erased
from extract.source import Batch

KEY = b"k" * 32
ANN = {
    ("email", "ann.vos@example.org"),
    ("phone", "655596508"),
    ("crm_contact_id", "50101"),
    ("zendesk_user_id", "903451200101"),
    ("x_username", "ann"),
    ("bluesky_did", "did:plc:ann123"),
    ("customer_number", "cust-50001"),
}
KNOWN = Guard(KEY, frozenset(hashes_of(KEY, ANN)))


def kept(name: str, record: dict[str, Any], **how: Any) -> Any:
    source, stream = name.split(".")
    raw = msgspec.Raw(json.dumps(record, **how).encode())
    left = kept_record(KNOWN, name, find_source(source).stream(stream), raw)
    assert left is None or left is raw or bytes(left) != bytes(raw)
    return left if left is None else json.loads(bytes(left))


@pytest.mark.parametrize(
    ("stream", "record"),
    [
        ("hubspot.contacts", {"id": "50101", "properties": {}}),
        ("hubspot.contacts", {"id": "9", "properties": {"email": "ANN.vos@example.org"}}),
        (
            "hubspot.deals",
            {"id": "7", "associations": {"contacts": {"results": [{"id": "50101"}]}}},
        ),
        ("zendesk.tickets", {"id": 1, "requester_id": 903451200101}),
        ("zendesk.tickets", {"id": 1, "via": {"source": {"from": {"phone": "06-55596508"}}}}),
        ("typeform.responses", {"response_id": "r", "hidden": {"customer_id": "cust-50001"}}),
        ("x.search_posts", {"id": "5", "author": {"id": "77", "username": "Ann"}}),
        ("search_console.by_query_page", {"date": "d", "query": "who is ann.vos@example.org"}),
        ("search_console.by_query_page", {"query": "q", "page": "/?mail=ann.vos%40example.org"}),
    ],
)
def test_a_record_of_the_erased_is_not_landed(stream: str, record: dict[str, Any]) -> None:
    assert kept(stream, record) is None


@pytest.mark.parametrize(
    "text",
    [
        "Ask ann.vos@example.org.",
        "first\nann.vos@example.org",
        "call +31 6 5559 6508 or (06) 5559-6508",
        "thanks @ann!",
        "at://did:plc:ann123/app.bsky.feed.post/3",
        "https://x.example/?a=1&email=Ann.Vos%40example.org",
        "account cust-50001, seen",
        "hubspot:50101 = zendesk:903451200101?",
    ],
)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_texts_of_others_lose_the_identifier_and_nothing_else(text: str, ascii_only: bool) -> None:
    record = {"id": 1, "requester_id": 5, "description": f"é {text} – end", "status": "open"}
    left = kept("zendesk.tickets", record, ensure_ascii=ascii_only)
    assert GONE in left["description"]
    assert not KNOWN.touches(left["description"].replace("hubspot", ""))
    assert left["description"].startswith("é ")
    assert left["description"].endswith(" – end")
    assert {**left, "description": 0} == {**record, "description": 0}


@pytest.mark.parametrize(
    "record",
    [
        {"id": 50101, "requester_id": 5, "description": "order 50101 of ann and Ann Vos"},
        {"id": 2, "requester_id": 903451200102, "description": "ann.vos@example.com"},
        {"id": 3, "requester_id": None, "via": {"source": {"from": {"phone": "+31655596509"}}}},
    ],
)
def test_what_only_looks_like_the_erased_stays_as_it_came(record: dict[str, Any]) -> None:
    assert kept("zendesk.tickets", record) == record


def test_one_of_several_is_taken_out_of_the_list() -> None:
    several = {"contacts": {"results": [{"id": "50101"}, {"id": "50102"}]}}
    left = {"contacts": {"results": [{"id": "50102"}]}}
    for stream in ("hubspot.companies", "hubspot.deals"):
        assert kept(stream, {"id": "7", "associations": several})["associations"] == left
    ticket = {"id": 1, "requester_id": 5, "collaborator_ids": [903451200101, 6]}
    assert kept("zendesk.tickets", ticket)["collaborator_ids"] == [6]


def test_a_company_whose_only_contact_is_erased_stays() -> None:
    alone = {"id": "7", "associations": {"contacts": {"results": [{"id": "50101"}]}}}
    assert kept("hubspot.companies", alone)["associations"]["contacts"]["results"] == []


def test_what_cannot_be_read_is_not_let_in_with_an_identifier() -> None:
    stream = find_source("zendesk").stream("tickets")
    for broken, is_kept in ((b'{"id": ann.vos@example.org', False), (b'{"id": bob', True)):
        assert (kept_record(KNOWN, "zendesk.tickets", stream, msgspec.Raw(broken)) is not None) == (
            is_kept
        )


def pages() -> Iterator[Batch]:
    yield Batch([msgspec.Raw(b'{"response_id":"a","hidden":{"customer_id":"cust-50001"}}')])
    yield Batch([msgspec.Raw(b'{"response_id":"b"}')], told=(10, 9))
    yield Batch(told=(4, 4))


def test_the_source_counts_less_by_those_who_are_left_out() -> None:
    stream = find_source("typeform").stream("responses")
    found = list(without_erased(pages(), KNOWN, "typeform.responses", stream))
    assert [len(batch.records) for batch in found] == [0, 1, 0]
    assert [batch.told for batch in found] == [None, (9, 8), (4, 4)]


def test_without_an_erasure_batches_pass_untouched() -> None:
    stream = find_source("typeform").stream("responses")
    nobody = Guard(b"", frozenset())
    for before, after in zip(
        pages(), without_erased(pages(), nobody, "typeform.responses", stream), strict=True
    ):
        assert before == after


def test_rows_in_columns_are_judged_like_records() -> None:
    stream = find_source("ga4").stream("events")
    rows = [
        {"user_id": "cust-50001", "user_pseudo_id": "1.1", "event_params": []},
        {"user_id": None, "user_pseudo_id": "2.2", "event_params": [{"key": "url"}]},
        {"user_id": None, "user_pseudo_id": "3.3", "event_params": [{"key": "cust-50001"}]},
    ]
    batch = Batch(columns=pa.RecordBatch.from_pylist(rows))
    [left] = without_erased([batch], KNOWN, "ga4.events", stream)
    assert left.columns is not None
    assert left.columns.schema == batch.columns.schema  # type: ignore[union-attr]
    assert [row["event_params"][0]["key"] for row in left.columns.to_pylist()] == ["url", GONE]


def test_hashes_tell_nothing_without_the_key() -> None:
    said = " ".join(hashes_of(KEY, ANN))
    assert not any(value in said for _, value in ANN)
    assert not hashes_of(KEY, ANN) & hashes_of(b"j" * 32, ANN)
