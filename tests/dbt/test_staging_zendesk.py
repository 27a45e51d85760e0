"""Zendesk's staging: days of events and readings that replace each other, and two kinds of CSAT."""

from __future__ import annotations

from typing import Any

from tests.dbt.tiny_lake import Row, iso
from tests.dbt.warehouse import Warehouse

EVENTS = "stg_zendesk__ticket_metric_events"
ACTIVITY = "stg_zendesk__agent_activity"
ANSWERS = "int_survey_answers_unioned"


def event(key: int, when: str, **more: Any) -> Row:
    payload = {"id": key, "ticket_id": 7, "metric": "reply_time", "instance_id": 1,
               "type": "breach", "time": iso(when), "deleted": False, **more}  # fmt: skip
    return Row(str(key), payload, when)


def agent(key: int, accepted: int) -> Row:
    return Row(str(key), {"agent_id": key, "calls_accepted": accepted})


def response(key: str, changed: str, category: str | None, comment: str | None = None) -> Row:
    rated = {"created_at": iso("2026-07-01 10:00"), "updated_at": iso("2026-07-01 10:00")}
    answers: list[dict[str, Any]] = [{"type": "skipped", **rated}]
    if category:
        answers = [{"type": "rating_scale", "rating": 4, "rating_category": category, **rated}]
    if comment:
        answers.append({"type": "open_ended", "value": comment, "created_at": iso(changed)})
    payload = {
        "id": key,
        "responder_id": 5,
        "subjects": [{"id": "C1", "type": "conversation"}, {"id": "48211", "type": "ticket"}],
        "survey": {"id": "S", "version": 1},
        "answers": answers,
        "changed_at": iso(changed),
    }
    return Row(key, payload, changed)


def test_a_day_of_metric_events_that_is_read_again_replaces_the_day(warehouse: Warehouse) -> None:
    warehouse.lake.land(
        "zendesk.ticket_metric_events",
        [event(1, "2026-07-01 09:00"), event(2, "2026-07-01 10:00")],
    )
    warehouse.build(EVENTS)
    withdrawn = event(2, "2026-07-01 10:00", deleted=True)
    warehouse.lake.land("zendesk.ticket_metric_events", [withdrawn], extracted_at="2026-07-05")
    warehouse.build(EVENTS)
    assert warehouse.rows(f"select event_id, is_withdrawn from staging.{EVENTS}") == [(2, True)]


def test_an_event_of_the_overlap_stands_once(warehouse: Warehouse) -> None:
    late = event(1, "2026-07-01 23:59:30")
    warehouse.lake.land("zendesk.ticket_metric_events", [late])
    warehouse.lake.land(
        "zendesk.ticket_metric_events", [late, event(2, "2026-07-02 08:00")], "2026-07-02"
    )
    warehouse.build(EVENTS)
    assert warehouse.rows(f"select event_id from staging.{EVENTS} order by 1") == [(1,), (2,)]


def test_a_breach_that_a_later_day_s_file_withdraws_is_withdrawn(warehouse: Warehouse) -> None:
    when = "2026-07-01 10:00"
    warehouse.lake.land("zendesk.ticket_metric_events", [event(2, when)])
    warehouse.build(EVENTS)
    rows = [event(2, when, deleted=True), event(3, "2026-07-03 08:00")]
    warehouse.lake.land(
        "zendesk.ticket_metric_events", rows, "2026-07-03", extracted_at="2026-07-04"
    )
    warehouse.build(EVENTS)
    query = f"select event_id, is_withdrawn from staging.{EVENTS} order by 1"
    assert warehouse.rows(query) == [(2, True), (3, False)]


def test_each_day_s_reading_of_an_agent_stays(warehouse: Warehouse) -> None:
    warehouse.lake.land("zendesk.agent_activity", [agent(11, 4), agent(12, 1)])
    warehouse.build(ACTIVITY)
    warehouse.lake.land("zendesk.agent_activity", [agent(11, 6)], "2026-07-02")
    warehouse.build(ACTIVITY)
    assert warehouse.rows(
        f"select agent_id, cast(snapshot_on as text), accepted_count from staging.{ACTIVITY}"
        " order by 2, 1"
    ) == [(11, "2026-07-01", 4), (12, "2026-07-01", 1), (11, "2026-07-02", 6)]


def test_a_reading_that_comes_again_replaces_its_day(warehouse: Warehouse) -> None:
    warehouse.lake.land("zendesk.agent_activity", [agent(11, 4), agent(12, 1)])
    warehouse.build(ACTIVITY)
    warehouse.lake.land("zendesk.agent_activity", [agent(11, 5)], extracted_at="2026-07-02 03:00")
    warehouse.build(ACTIVITY)
    assert warehouse.rows(f"select agent_id, accepted_count from staging.{ACTIVITY}") == [(11, 5)]


def test_a_response_that_changed_is_its_newest_version(warehouse: Warehouse) -> None:
    warehouse.lake.land("zendesk.survey_responses", [response("01J", "2026-07-01 10:00", "good")])
    changed = response("01J", "2026-07-03 11:00", "bad", "On second thought")
    warehouse.lake.land("zendesk.survey_responses", [changed], "2026-07-03")
    warehouse.build("stg_zendesk__survey_responses")
    assert warehouse.rows(
        "select response_id, ticket_id, score_type, comment, cast(created_at as text),"
        " cast(updated_at as text) from staging.stg_zendesk__survey_responses"
    ) == [("01J", 48211, "bad", "On second thought", "2026-07-01 10:00:00", "2026-07-03 11:00:00")]


def test_both_kinds_of_csat_are_answers_to_one_question(warehouse: Warehouse) -> None:
    rating = {"id": 88120, "ticket_id": 48211, "requester_id": 5, "score": "good",
              "comment": "Solved", "created_at": iso("2026-07-01 10:00"),
              "updated_at": iso("2026-07-01 10:05")}  # fmt: skip
    warehouse.lake.land("zendesk.satisfaction_ratings", [Row("88120", rating, "2026-07-01 10:05")])
    warehouse.lake.land(
        "zendesk.survey_responses",
        [
            response("01A", "2026-07-01 10:05", "good", "Solved"),
            response("01B", "2026-07-01 10:00", "neutral"),
            response("01C", "2026-07-01 10:05", None, "No stars from me"),
        ],
    )
    warehouse.build("+" + ANSWERS)
    shared = "respondent_key, ticket_id, cast(submitted_at as text), survey_type, survey_name"
    rows = warehouse.rows(
        f"select answer_id, score, comment, identifier_key, {shared}"
        f" from intermediate.{ANSWERS} order by answer_id"
    )
    legacy = {row[0]: row[1:] for row in rows}["88120"]
    assert legacy[:2] == (1.0, "Solved")
    assert legacy[3:] == ("user 5", 48211, "2026-07-01 10:00:00", "csat_good_bad", "Ticket rating")
    assert {row[0]: row[1:] for row in rows} == {
        "88120": legacy,
        "01A": legacy,
        "01B": (None, None, *legacy[2:]),
    }
