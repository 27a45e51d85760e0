"""Typeform's staging: one row per score, and responses that vanish are found by two sweeps."""

from __future__ import annotations

from typing import Any

from tests.dbt.tiny_lake import Record, Row, iso
from tests.dbt.warehouse import Warehouse

MODEL = "stg_typeform__responses"
SCORES = [
    {"ref": "ease", "metric": "ces", "scale_min": 1, "scale_max": 7, "comment_ref": "ease_why"},
    {"ref": "happy", "metric": "csat", "scale_min": 1, "scale_max": 5},
]


def answer(ref: str, kind: str, value: Any) -> Record:
    return {"field": {"id": ref, "ref": ref, "type": kind}, "type": kind, kind: value}


def response(key: str, submitted: str, *answers: Record, **more: Any) -> Row:
    given = list(answers) or [answer("ease", "number", 6)]
    payload = {"response_id": key, "submitted_at": iso(submitted), "answers": given, **more}
    return Row(key, {**payload, "form_id": "F", "questions": SCORES}, submitted)


def sweep(warehouse: Warehouse, day: str, *keys: str) -> None:
    """Land a reading of all ids; without any it was not due."""
    rows = [Row(key, {"response_id": key, "form_id": "F"}) for key in keys]
    warehouse.lake.land("typeform.responses_ids", rows, day)


def deleted(warehouse: Warehouse) -> dict[str, bool]:
    rows = warehouse.rows(f"select response_id, is_deleted from staging.{MODEL}")
    assert len(rows) == len(dict(rows))
    return dict(rows)


def test_each_answered_score_is_a_row_with_its_own_comment(warehouse: Warehouse) -> None:
    answers = (
        answer("ease", "number", 2),
        answer("ease_why", "text", "Cable was missing"),
        answer("happy", "number", 4),
    )
    warehouse.lake.land(
        "typeform.responses",
        [response("r", "2026-07-01 10:00", *answers, hidden={"email": "a@example.net"})],
    )
    warehouse.build(MODEL)
    assert warehouse.rows(
        "select answer_id, metric_slug, score_raw, scale_min, scale_max, comment,"
        f" respondent_email, customer_number from staging.{MODEL} order by 1"
    ) == [
        ("r|ease", "ces", 2.0, 1, 7, "Cable was missing", "a@example.net", None),
        ("r|happy", "csat", 4.0, 1, 5, None, "a@example.net", None),
    ]


def test_a_question_that_was_skipped_is_no_row_and_a_zero_is_one(warehouse: Warehouse) -> None:
    rows = [
        response("r", "2026-07-01 10:00", answer("happy", "number", 0)),
        response("s", "2026-07-01 11:00", answer("other", "number", 3)),
    ]
    warehouse.lake.land("typeform.responses", rows)
    warehouse.build(MODEL)
    assert warehouse.rows(f"select answer_id, score_raw from staging.{MODEL}") == [("r|happy", 0.0)]


def test_a_response_that_two_sweeps_in_a_row_lack_is_deleted(warehouse: Warehouse) -> None:
    rows = [response("r", "2026-07-01 10:00"), response("s", "2026-07-01 11:00")]
    warehouse.lake.land("typeform.responses", rows)
    sweep(warehouse, "2026-07-05", "s")
    warehouse.build(MODEL)
    assert deleted(warehouse) == {"r": False, "s": False}
    sweep(warehouse, "2026-07-06")
    warehouse.build(MODEL)
    assert deleted(warehouse) == {"r": False, "s": False}
    sweep(warehouse, "2026-07-12", "s")
    warehouse.build(MODEL)
    assert deleted(warehouse) == {"r": True, "s": False}
    assert warehouse.rows(
        f"select response_id, _build_id from staging.{MODEL} order by 1"
    ) == [("r", 3), ("s", 1)]  # fmt: skip


def test_a_response_that_one_of_two_sweeps_names_is_there(warehouse: Warehouse) -> None:
    warehouse.lake.land("typeform.responses", [response("r", "2026-07-01 10:00")])
    sweep(warehouse, "2026-07-05", "x")
    sweep(warehouse, "2026-07-12", "r", "x")
    warehouse.build(MODEL)
    assert deleted(warehouse) == {"r": False}


def test_a_response_that_is_named_again_is_there_again(warehouse: Warehouse) -> None:
    warehouse.lake.land("typeform.responses", [response("r", "2026-07-01 10:00")])
    sweep(warehouse, "2026-07-05", "x")
    sweep(warehouse, "2026-07-12", "x")
    warehouse.build(MODEL)
    assert deleted(warehouse) == {"r": True}
    sweep(warehouse, "2026-07-19", "r", "x")
    warehouse.build(MODEL)
    assert deleted(warehouse) == {"r": False}


def test_a_response_younger_than_the_older_sweep_is_not_judged(warehouse: Warehouse) -> None:
    warehouse.lake.land("typeform.responses", [response("r", "2026-07-08 10:00")], "2026-07-08")
    sweep(warehouse, "2026-07-05", "x")
    sweep(warehouse, "2026-07-12", "x")
    warehouse.build(MODEL)
    assert deleted(warehouse) == {"r": False}


def test_a_day_read_again_without_a_response_lets_it_go(warehouse: Warehouse) -> None:
    rows = [response("r", "2026-07-01 10:00"), response("s", "2026-07-01 11:00")]
    warehouse.lake.land("typeform.responses", rows)
    warehouse.build(MODEL)
    warehouse.lake.land("typeform.responses", rows[1:], extracted_at="2026-07-09")
    warehouse.build(MODEL)
    assert deleted(warehouse) == {"s": False}


def test_a_full_refresh_gives_the_same_rows(warehouse: Warehouse) -> None:
    rows = [response("r", "2026-07-01 10:00"), response("s", "2026-07-01 11:00")]
    warehouse.lake.land("typeform.responses", rows)
    warehouse.build(MODEL)
    for day in ("2026-07-05", "2026-07-12"):
        sweep(warehouse, day, "s")
        warehouse.build(MODEL)
    shown = f"select * exclude (_build_id) from staging.{MODEL} order by all"
    built = warehouse.rows(shown)
    warehouse.build(MODEL, full_refresh=True)
    assert warehouse.rows(shown) == built


def test_a_sweep_tells_when_each_response_was_seen_last(warehouse: Warehouse) -> None:
    sweep(warehouse, "2026-07-05", "r", "s")
    warehouse.build("stg_typeform__responses_ids")
    sweep(warehouse, "2026-07-12", "s")
    warehouse.build("stg_typeform__responses_ids")
    assert warehouse.rows(
        "select response_id, form_id, cast(cast(last_seen_at as date) as text)"
        " from staging.stg_typeform__responses_ids order by 1"
    ) == [("r", "F", "2026-07-06"), ("s", "F", "2026-07-13")]
