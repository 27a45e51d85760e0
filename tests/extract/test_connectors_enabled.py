"""What an account may lack: only its own first request tells, and never after rows were read."""

from __future__ import annotations

import pytest

from extract.errors import CredentialsRefused
from extract.lake import Manifest
from tests.extract.northwind import Northwind, day

BEFORE, QUIET, LATER = day(4, 5), day(2), day(9)
LACKING = [  # a stream that an account may lack, the path that tells it, and with which status
    ("hubspot", "tickets", "/tickets/search", 403),
    ("hubspot", "subscriptions", "/communication-preferences/", 403),
    ("zendesk", "satisfaction_ratings", "/satisfaction_ratings", 404),
    ("servicenow", "sys_audit_delete", "/table/sys_audit_delete", 403),
]
EACH = pytest.mark.parametrize(("source", "stream", "path", "status"), LACKING)


def note(status: int) -> tuple[int, str]:
    return 0, f"not enabled: status {status}"


def told(manifest: Manifest) -> tuple[int, str]:
    return manifest.rows, manifest.note


@EACH
def test_part_that_had_rows_is_refused_when_it_is_refused_to_us(
    company: Northwind, source: str, stream: str, path: str, status: int
) -> None:
    rows = company.pull(source, stream, BEFORE).rows
    assert rows > 0
    company.accept(source, stream, BEFORE)
    company.fault(path, status=status, times=None)
    with pytest.raises(CredentialsRefused) as caught:
        company.pull(source, stream, LATER)
    held = f"the file of {BEFORE.name} holds {rows:,} rows"
    assert caught.value.seen == f"{source}.{stream}: not enabled: status {status}, but {held}"
    assert "--accept-shrink" in caught.value.next_step
    assert not list(company.lake.glob(f"landing/{source}/{stream}/dt=2026-07-09/*"))


@EACH
def test_part_that_is_given_up_is_accepted_once(
    company: Northwind, source: str, stream: str, path: str, status: int
) -> None:
    company.pull(source, stream, BEFORE)
    company.accept(source, stream, BEFORE)
    company.fault(path, status=status, times=None)
    given_up = day(9)
    assert told(company.pull(source, stream, given_up, accept_shrink=True)) == note(status)
    company.accept(source, stream, given_up)
    assert told(company.pull(source, stream, given_up)) == note(status)


@EACH
def test_part_that_never_had_rows_stays_a_note(
    company: Northwind, source: str, stream: str, path: str, status: int
) -> None:
    company.fault(path, status=status, times=None)
    for window in (QUIET, BEFORE):
        assert told(company.pull(source, stream, window)) == note(status)
        company.accept(source, stream, window)
    assert told(company.pull(source, stream, LATER)) == note(status)


def test_pipelines_of_tickets_that_were_read_before_are_not_lost_in_silence(
    company: Northwind,
) -> None:
    both = company.pull("hubspot", "pipelines", LATER)
    company.accept("hubspot", "pipelines", LATER)
    company.fault("/pipelines/tickets", status=403, times=None)
    with pytest.raises(CredentialsRefused, match=f"holds {both.rows} rows"):
        company.pull("hubspot", "pipelines", LATER)


def test_pipelines_of_deals_do_not_speak_for_those_of_tickets(company: Northwind) -> None:
    company.fault("/pipelines/tickets", status=403, times=None)
    for _ in range(2):
        assert told(company.pull("hubspot", "pipelines", LATER)) == (1, note(403)[1])
        company.accept("hubspot", "pipelines", LATER)


@pytest.mark.parametrize(
    ("stream", "path"),
    [
        ("companies", "/associations/"),
        ("companies", "archived=true"),
        ("subscriptions", "/contacts/search"),
    ],
)
def test_refusal_of_another_endpoint_is_no_absent_part(
    company: Northwind, stream: str, path: str
) -> None:
    company.fault(path, status=403, times=None)
    with pytest.raises(CredentialsRefused, match="status 403"):
        company.pull("hubspot", stream, BEFORE)


def test_refusal_of_the_archive_behind_an_empty_search_is_no_absent_part(
    company: Northwind,
) -> None:
    company.control("/__faults", [
        {"path_regex": "/tickets/search", "times": None, "status": 200,
         "body": {"total": 0, "results": []}},
        {"path_regex": "archived=true", "times": None, "status": 403},
    ])  # fmt: skip
    with pytest.raises(CredentialsRefused, match="status 403"):
        company.pull("hubspot", "tickets", BEFORE)


@pytest.mark.parametrize(
    ("source", "stream", "path", "size"),
    [
        ("hubspot", "subscriptions", "/communication-preferences/", 0),
        ("servicenow", "sys_audit_delete", "/table/sys_audit_delete", 1),
    ],
)
def test_refusal_of_a_later_request_is_no_absent_part(
    company: Northwind,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    stream: str,
    path: str,
    size: int,
) -> None:
    monkeypatch.setattr("extract.hubspot_reading.ADDRESSES", 2)
    company.fault(path, skip=1, status=403, times=None)
    with pytest.raises(CredentialsRefused, match="status 403"):
        company.pull(source, stream, BEFORE, **({"page_rows": size} if size else {}))
