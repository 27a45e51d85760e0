"""Zendesk's sample answers, through connector and staging, to the rows written by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from extract.lake import Manifest, landed_path
from extract.pull import Waiting, pull
from extract.zendesk import ZendeskSettings
from tests.dbt.warehouse import Warehouse
from tests.extract.northwind import day
from tests.extract.vendor import Answer, Vendor

SAMPLES = Path(__file__).parents[1] / "samples"
NOW = datetime(2026, 7, 2, 0, 10, tzinfo=UTC)
Begin = Callable[[Path], Warehouse]


def sample(name: str) -> Any:
    """Return the body of a sample's answer."""
    return json.loads((SAMPLES / f"zendesk_{name}.json").read_text())["response"]["body"]


def land(vendor: Vendor, lake: Path, stream: str, slept: list[float] | None = None) -> Manifest:
    settings = ZendeskSettings(base_url=vendor.url, email="ops@example.com", api_token="secret")
    waiting = Waiting(([] if slept is None else slept).append)
    return pull("zendesk", stream, settings, day(1), lake, lambda: NOW, "test", waiting=waiting)


@pytest.fixture
def staged(
    vendor: Vendor,
    tmp_path: Path,
    new_warehouse: Begin,
) -> Callable[[str, Any, str], list[tuple[Any, ...]]]:
    """Land an answer, let the file through the gate and into staging; give the columns."""

    def stage(stream: str, body: Any, columns: str) -> list[tuple[Any, ...]]:
        vendor.say(Answer(body=body))
        manifest = land(vendor, tmp_path / "lake", stream)
        assert (manifest.invalid_rows, manifest.note) == (0, "")
        landed = landed_path(tmp_path / "lake", "landing", "zendesk", stream, day(1))
        raw = landed_path(tmp_path / "lake", "raw", "zendesk", stream, day(1))
        raw.parent.mkdir(parents=True)
        landed.replace(raw)
        warehouse = new_warehouse(tmp_path)
        warehouse.build(f"stg_zendesk__{stream}", new_files={f"zendesk.{stream}": [str(raw)]})
        return warehouse.rows(f"select {columns} from staging.stg_zendesk__{stream} order by _pk")

    return stage


Stage = Callable[[str, Any, str], list[tuple[Any, ...]]]


def test_tickets_of_the_sample_become_their_rows(staged: Stage) -> None:
    columns = (
        "ticket_id, requester_id, assignee_id, organization_id, group_id, requester_phone,"
        " cast(created_at as text), cast(updated_at as text), cast(generated_at as text),"
        " channel_type, ticket_type, priority_type, status_type, contact_reason_type,"
        " satisfaction_type, is_deleted, subject, first_reply_minutes"
    )
    assert staged("tickets", sample("tickets_cursor"), columns) == [
        (
            48107, 903451200802, None, None, None, None, "2026-06-28 15:40:00",
            "2026-06-30 09:00:00", "2026-07-01 11:07:00", "web", None, None,
            "deleted", None, "unoffered", True, "SCRUBBED", None,
        ),
        (
            48211, 903451200771, 903451200019, 77120044, 360011, "+31205550147",
            "2026-07-01 08:14:09", "2026-07-01 11:02:44", "2026-07-01 11:03:11",
            "voice", "incident", "high", "solved", "invoice", "good", False,
            "Double charge on July invoice", None,
        ),
    ]  # fmt: skip


def test_user_of_the_sample_becomes_its_row(staged: Stage) -> None:
    columns = (
        "user_id, organization_id, customer_number, cast(created_at as text),"
        " cast(updated_at as text), role_type, is_suspended, is_deleted, user_name, email, phone"
    )
    assert staged("users", sample("users_cursor"), columns) == [
        (
            903451200771, 77120044, "cust-55120", "2024-02-11 10:00:00", "2026-07-01 08:14:09",
            "end-user", False, False, "Mirthe van Dael", "mirthe.vandael@example.net",
            "+31205550147",
        )
    ]  # fmt: skip


def test_call_of_the_sample_becomes_its_row(staged: Stage) -> None:
    columns = (
        "call_id, ticket_id, agent_id, cast(started_at as text), cast(updated_at as text),"
        " cast(started_on as text), direction_type, completion_type, is_callback, is_voicemail,"
        " has_exceeded_queue_time, is_deleted, ivr_seconds, wait_seconds, time_to_answer_seconds,"
        " talk_seconds, hold_seconds, wrap_up_seconds, duration_seconds,"
        " cast(call_charge_usd as text)"
    )
    assert staged("calls", sample("talk_calls"), columns) == [
        (
            7610021, 48211, 903451200019, "2026-07-01 08:10:31", "2026-07-01 08:19:58",
            "2026-07-01", "inbound", "completed", False, False, False, False,
            21, 59, 38, 420, 35, 57, 512, "0.0420",
        )
    ]  # fmt: skip


def test_leg_of_the_sample_becomes_its_row(staged: Stage) -> None:
    columns = (
        "leg_id, call_id, agent_id, user_id, cast(started_at as text), leg_type, completion_type,"
        " is_deleted, talk_seconds, hold_seconds, wrap_up_seconds, duration_seconds"
    )
    assert staged("legs", sample("talk_legs"), columns) == [
        (
            9900120, 7610021, 903451200019, 903451200019, "2026-07-01 08:10:31", "agent",
            "completed", False, 420, 35, 57, 474,
        )
    ]  # fmt: skip


def test_rating_of_the_sample_becomes_its_row(staged: Stage) -> None:
    columns = (
        "rating_id, ticket_id, requester_id, cast(created_at as text), cast(updated_at as text),"
        " cast(created_on as text), score_type, is_deleted, comment, reason"
    )
    assert staged("satisfaction_ratings", sample("satisfaction_ratings"), columns) == [
        (
            88120, 48211, 903451200771, "2026-07-01 10:55:02", "2026-07-01 10:58:40", "2026-07-01",
            "good", False, "Solved in one call", None,
        )
    ]  # fmt: skip


def test_survey_response_of_the_sample_becomes_its_row(staged: Stage) -> None:
    one = sample("csat_survey_response")["survey_response"]
    page = {"survey_responses": [one], "meta": {"has_more": False, "after_cursor": "MQ"}}
    columns = (
        "response_id, ticket_id, requester_id, survey_id, cast(created_at as text),"
        " cast(updated_at as text), cast(created_on as text), score_type, is_deleted, rating,"
        " comment, survey_version"
    )
    assert staged("survey_responses", page, columns) == [
        (
            "01J1W9QX2B", 48211, 903451200771, "01HZX", "2026-07-01 10:55:02",
            "2026-07-01 10:55:30", "2026-07-01", "good", False, 5, "Solved in one call", 3,
        )
    ]  # fmt: skip


def test_response_whose_rating_was_skipped_has_no_score(staged: Stage) -> None:
    one = sample("csat_survey_response")["survey_response"]
    [rating, text] = one["answers"]
    skipped = {key: rating[key] for key in ("created_at", "updated_at", "question")}
    answers = [{"type": "skipped", **skipped}, text]
    page = {"survey_responses": [{**one, "answers": answers}], "meta": {"has_more": False}}
    columns = "response_id, score_type, rating, created_at, comment"
    assert staged("survey_responses", page, columns) == [
        ("01J1W9QX2B", None, None, None, "Solved in one call")
    ]


def test_metric_events_become_their_rows(staged: Stage) -> None:
    """The forms are those of the vendor's reference."""
    common = {"ticket_id": 155, "time": "2026-07-01T12:53:12Z", "metric": "reply_time"}
    events = [
        {"id": 1, **common, "instance_id": 0, "type": "measure"},
        {"id": 2, **common, "instance_id": 1, "type": "apply_sla", "sla": {
            "target": 300, "business_hours": False, "target_in_seconds": 18000,
            "policy": {"id": 3, "title": "Incidents", "description": None}}},
        {"id": 3, **common, "instance_id": 1, "type": "breach", "deleted": True},
        {"id": 4, **common, "instance_id": 1, "type": "update_status",
         "status": {"calendar": 61, "business": 20}},
        {"id": 5, **common, "instance_id": 1, "type": "apply_group_sla", "group_sla": {
            "target": 1440, "policy": {"id": "01HABC", "title": "Group"}}},
    ]  # fmt: skip
    page = {"ticket_metric_events": events, "count": 5, "end_time": 1782910392,
            "next_page": "https://x.zendesk.com/a.json?start_time=1782910392"}  # fmt: skip
    columns = (
        "event_id, ticket_id, instance_id, policy_id, cast(event_at as text), metric_type,"
        " event_type, is_target_in_business_hours, is_withdrawn, policy_name, target_minutes,"
        " calendar_minutes, business_minutes"
    )
    when = "2026-07-01 12:53:12"
    assert staged("ticket_metric_events", page, columns) == [
        (1, 155, 0, None, when, "reply_time", "measure", None, False, None, None, None, None),
        (2, 155, 1, "3", when, "reply_time", "apply_sla", False, False, "Incidents", 300, None,
         None),
        (3, 155, 1, None, when, "reply_time", "breach", None, True, None, None, None, None),
        (4, 155, 1, None, when, "reply_time", "update_status", None, False, None, None, 61, 20),
        (5, 155, 1, None, when, "reply_time", "apply_group_sla", None, False, None, None, None,
         None),
    ]  # fmt: skip


def test_organizations_become_their_rows(staged: Stage) -> None:
    rows = [
        {"id": 77120044, "name": "Amstel Print", "external_id": "acct-1", "tags": ["team"],
         "domain_names": ["amstel.example", "print.example"], "details": "", "notes": None,
         "created_at": "2024-02-11T10:00:00Z", "updated_at": "2026-07-01T08:00:00Z"},
        {"id": 77120045, "name": "Delta Foods", "external_id": None, "domain_names": [],
         "created_at": "2025-02-11T10:00:00Z", "updated_at": "2026-07-01T09:00:00Z",
         "deleted_at": "2026-07-01T09:00:00Z"},
    ]  # fmt: skip
    page = {"organizations": rows, "count": 2, "next_page": None, "end_of_stream": True}
    columns = (
        "organization_id, account_number, cast(created_at as text), cast(updated_at as text),"
        " cast(deleted_at as text), is_deleted, organization_name, domain_name"
    )
    assert staged("organizations", page, columns) == [
        (77120044, "acct-1", "2024-02-11 10:00:00", "2026-07-01 08:00:00", None, False,
         "Amstel Print", "amstel.example"),
        (77120045, None, "2025-02-11 10:00:00", "2026-07-01 09:00:00", "2026-07-01 09:00:00",
         True, "Delta Foods", None),
    ]  # fmt: skip


def test_agent_s_activity_becomes_its_row(staged: Stage) -> None:
    agent = {
        "name": "Daan Bos", "agent_id": 903451200019, "via": "client", "avatar_url": None,
        "forwarding_number": None, "calls_accepted": 12, "calls_denied": 1, "calls_missed": 2,
        "online_time": 28800, "available_time": 20000, "away_time": 1800,
        "total_call_duration": 5400, "total_talk_time": 5000, "total_hold_time": 400,
        "total_wrap_up_time": 900, "average_talk_time": 416, "call_status": None,
        "agent_state": "online",
    }  # fmt: skip
    columns = (
        "agent_id, cast(snapshot_at as text), cast(snapshot_on as text), is_deleted, agent_name,"
        " accepted_count, denied_count, missed_count, online_seconds, available_seconds,"
        " away_seconds, call_seconds, talk_seconds, hold_seconds, wrap_up_seconds,"
        " average_talk_seconds"
    )
    assert staged("agent_activity", {"agents_activity": [agent]}, columns) == [
        (
            903451200019, "2026-07-02 00:10:00", "2026-07-01", False, "Daan Bos", 12, 1, 2,
            28800, 20000, 1800, 5400, 5000, 400, 900, 416,
        )
    ]  # fmt: skip


def test_limit_of_the_sample_is_waited_for_as_it_says(vendor: Vendor, tmp_path: Path) -> None:
    told = json.loads((SAMPLES / "zendesk_429.json").read_text())["response"]
    slept: list[float] = []
    refusal = Answer(told["status"], told["body"], told["headers"])
    vendor.say(refusal, Answer(body=sample("tickets_cursor")))
    manifest = land(vendor, tmp_path, "tickets", slept)
    assert slept == [41.0]
    assert (manifest.rows, manifest.retries) == (2, 1)
