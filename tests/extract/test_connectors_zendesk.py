"""Zendesk's clocks, accounts, agents and both kinds of CSAT, against the simulated company."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from extract.errors import CredentialsRefused, MissingKey, RequestRefused
from extract.http import Client
from extract.lake import Manifest
from extract.source import Kind
from extract.zendesk import SOURCE, ZendeskSettings, access
from tests.extract.northwind import Northwind, day
from tests.extract.vendor import Answer, Vendor

WEEK = day(4, 6)
EVENTS = "ticket_metric_events"
RESPONSES = "survey_responses"


def pull(company: Northwind, stream: str, window: Any = WEEK, **changes: Any) -> Manifest:
    return company.pull("zendesk", stream, window, **changes)


def keys(company: Northwind, stream: str, window: Any = WEEK) -> set[str]:
    return set(company.table("zendesk", stream, window)["_pk"].to_pylist())


def records(company: Northwind, stream: str, window: Any = WEEK) -> list[dict[str, Any]]:
    return company.records("zendesk", stream, window)


def turn(company: Northwind, csat: str) -> None:
    company.control("/__options", {"zendesk_csat": csat})


def in_window(company: Northwind, name: str, stream: str) -> set[str]:
    """Return the keys whose newest version the company's own books date inside the window."""
    reach = SOURCE.stream(stream).reach(WEEK)
    last = {one.key: one for one in company.world.versions(name, company.clock.now())}
    return {key for key, one in last.items() if one.at in reach}


@pytest.mark.parametrize("stream", [EVENTS, "organizations"])
def test_time_based_export_lands_what_the_company_wrote_in_the_window(
    company: Northwind, stream: str
) -> None:
    pull(company, stream)
    landed = keys(company, stream)
    assert len(landed) > 3
    assert landed == in_window(company, f"zendesk.{stream}", stream)


def test_metric_events_are_events_whose_file_is_replaced(company: Northwind) -> None:
    assert SOURCE.stream(EVENTS).kind is Kind.EVENT
    pull(company, EVENTS)
    [breach, *_] = [one for one in records(company, EVENTS) if one["type"] == "breach"]
    change = {"name": f"zendesk.{EVENTS}", "key": str(breach["id"]), "set": {"deleted": True}}
    company.control("/__world/mutate", change)
    manifest = pull(company, EVENTS)
    [again] = [one for one in records(company, EVENTS) if one["id"] == breach["id"]]
    assert again == {**breach, "deleted": True}
    assert manifest.rows == len(keys(company, EVENTS))


def test_a_breach_that_is_withdrawn_within_two_days_arrives(company: Northwind) -> None:
    pull(company, EVENTS)
    found = [one for one in records(company, EVENTS) if one["type"] == "breach"]
    breach = next(
        one for one in found if one["time"] >= "2026-07-05" and one["time"] < "2026-07-08"
    )
    made = datetime.fromisoformat(breach["time"]).day
    change = {"name": f"zendesk.{EVENTS}", "key": str(breach["id"]), "set": {"deleted": True}}
    company.control("/__world/mutate", change)
    company.pull("zendesk", EVENTS, day(made + 2))
    landed = company.records("zendesk", EVENTS, day(made + 2))
    assert {**breach, "deleted": True} in landed


@pytest.mark.parametrize("size", [3, 11, 12, 40])
def test_pages_of_metric_events_lose_no_row_although_many_share_a_second(
    company: Northwind, size: int
) -> None:
    pull(company, EVENTS)
    whole = keys(company, EVENTS)
    company.control("/__options", {"page_size": size, "limits": "off"})
    manifest = pull(company, EVENTS)
    assert keys(company, EVENTS) == whole
    assert manifest.requests > 2
    assert manifest.duplicates > 0  # the rows of a seam's second come again


def test_reading_of_events_ends_behind_the_window(company: Northwind) -> None:
    company.control("/__options", {"page_size": 20, "limits": "off"})
    early = pull(company, EVENTS, day(2))
    pull(company, EVENTS, day(2, 8))
    assert early.outside_window <= 40
    assert early.requests < len(company.requests()) - early.requests


def test_export_that_names_no_next_page_is_over(vendor: Vendor) -> None:
    row = {"id": 1, "name": "Amstel Print", "external_id": None, "domain_names": [],
           "created_at": "2026-07-01T00:00:00Z", "updated_at": "2026-07-05T00:00:00Z"}  # fmt: skip
    vendor.say(Answer(body={"organizations": [row], "count": 1000, "next_page": None}))
    assert read(vendor, "organizations") == [[row]]
    assert len(vendor.seen) == 1


def read(vendor: Vendor, stream: str) -> list[list[Any]]:
    """Return the pages of records that a reader gives, without landing them."""
    settings = ZendeskSettings(base_url=vendor.url, email="a@example.com", api_token="secret")
    with Client(access(settings), now=lambda: WEEK.end) as client:
        pages = SOURCE.stream(stream).read(client, settings, WEEK)
        return [[msgspec.json.decode(one) for one in page.records] for page in pages]


def test_survey_responses_that_are_not_enabled_are_a_note(company: Northwind) -> None:
    manifest = pull(company, RESPONSES)
    assert (manifest.rows, manifest.note) == (0, "not enabled: status 404")
    assert pull(company, "satisfaction_ratings").rows > 0


def test_ratings_that_are_not_enabled_are_a_note(company: Northwind) -> None:
    turn(company, RESPONSES)
    manifest = pull(company, "satisfaction_ratings")
    assert (manifest.rows, manifest.note) == (0, "not enabled: status 403")
    assert pull(company, RESPONSES).rows > 0


@pytest.mark.parametrize("stream", [RESPONSES, "satisfaction_ratings"])
def test_refusal_of_a_later_page_is_no_absent_feature(company: Northwind, stream: str) -> None:
    turn(company, "both")
    company.control("/__options", {"page_size": 1})
    company.fault(stream, skip=1, status=403, times=None)
    with pytest.raises(CredentialsRefused, match="status 403"):
        pull(company, stream)


@pytest.mark.parametrize(("status", "error"), [(401, CredentialsRefused), (400, RequestRefused)])
@pytest.mark.parametrize("stream", [RESPONSES, "satisfaction_ratings"])
def test_other_refusals_fail(
    company: Northwind, stream: str, status: int, error: type[Exception]
) -> None:
    turn(company, "both")
    company.fault(stream, status=status, times=None)
    with pytest.raises(error, match=f"status {status}"):
        pull(company, stream)


def test_both_features_tell_the_same_answers(company: Northwind) -> None:
    turn(company, "both")
    pull(company, "satisfaction_ratings")
    pull(company, RESPONSES)
    legacy = {
        (one["ticket_id"], one["score"], one["comment"], one["updated_at"])
        for one in records(company, "satisfaction_ratings")
        if one["score"] != "offered"
    }
    newer = set()
    for one in records(company, RESPONSES):
        [rating, *text] = one["answers"]
        comment = text[0]["value"] if text else None
        ticket = int(one["subjects"][0]["id"])
        newer.add((ticket, rating["rating_category"], comment, one["changed_at"]))
    assert newer == legacy
    assert len(newer) > 2


def test_response_that_changes_weeks_later_is_read_again(company: Northwind) -> None:
    turn(company, RESPONSES)
    books = company.world.versions("zendesk.satisfaction_ratings", company.clock.now())
    first = next(one for one in books if one.record["score"] == "good")
    text, when = "Later I thought of it", "2026-07-24T12:00:00Z"
    change: dict[str, Any] = {"key": first.key, "at": when, "set": {"comment": text}}
    change["name"] = "zendesk.satisfaction_ratings"
    company.control("/__world/mutate", change)
    company.after(day(24))
    pull(company, RESPONSES, day(24))
    [found] = [
        one
        for one in records(company, RESPONSES, day(24))
        if one["answers"][-1].get("value") == text
    ]
    assert found["changed_at"] == when
    assert found["answers"][0]["created_at"] == first.record["created_at"]


def test_response_without_answers_is_left_out(vendor: Vendor) -> None:
    answer = {"type": "rating_scale", "updated_at": "2026-07-05T10:00:00Z"}
    rows = [{"id": "A", "answers": []}, {"id": "B", "answers": [answer]}]
    vendor.say(Answer(body={RESPONSES: rows, "meta": {"has_more": False}}))
    [page] = read(vendor, RESPONSES)
    assert page == [{**rows[1], "changed_at": "2026-07-05T10:00:00Z"}]


def test_responses_are_asked_for_by_their_creation_in_milliseconds(vendor: Vendor) -> None:
    vendor.say(Answer(body={RESPONSES: [], "meta": {"has_more": False}}))
    read(vendor, RESPONSES)
    [seen] = vendor.seen
    asked = {name: int(values[0]) for name, values in seen.query.items()}
    since = WEEK.start - timedelta(days=28)
    assert asked == {
        "filter[created_at_start]": int(since.timestamp() * 1000),
        "filter[created_at_end]": int(WEEK.end.timestamp() * 1000),
        "page[size]": 100,
    }


def test_response_whose_answers_tell_no_moment_refuses_the_window(company: Northwind) -> None:
    turn(company, RESPONSES)
    company.fault(RESPONSES, times=None, drop_field=["answers[*].updated_at"], rows=1)
    with pytest.raises(MissingKey, match=re.escape("no usable cursor (changed_at)")):
        pull(company, RESPONSES)


def test_activity_is_a_snapshot_of_every_agent(company: Northwind) -> None:
    company.after(day(9))
    manifest = pull(company, "agent_activity", day(9))
    shown = {one["agent_id"]: one for one in records(company, "agent_activity", day(9))}
    assert manifest.rows == len(shown) == len(company.world.company.agent_ids)
    calls = dict.fromkeys(shown, 0)
    rows = {one.key: one for one in company.world.versions("zendesk.calls", company.clock.now())}
    for call in (one.record for one in rows.values()):
        begins = datetime.fromisoformat(call["created_at"])
        if begins in day(9) and begins.hour >= 7 and call["direction"] == "inbound":
            for agent in filter(None, [call["agent_id"]]):  # the account's day begins at 7 UTC
                calls[agent] += 1
    assert {key: one["calls_accepted"] for key, one in shown.items()} == calls
    assert sum(calls.values()) > 0
    assert any(one["online_time"] > 8 * 3600 for one in shown.values())
