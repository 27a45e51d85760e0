"""Records of calls, tickets, ratings, survey answers and posts, with the few fields that matter."""

from __future__ import annotations

import shutil
from pathlib import Path

from ops.score import score_new_texts
from tests.dbt.tiny_lake import Row, TinyLake, at, iso, post
from tests.dbt.warehouse import Warehouse

SCORED_AT = at("2026-10-01")
BUILT = (
    "agg_experience_daily",
    "dim_channels",
    "dim_date",
    "dim_metrics",
    "fct_calls",
    "fct_mentions",
    "fct_post_snapshots",
    "fct_survey_responses",
    "fct_tickets",
    "fct_touchpoints",
    "fct_web_sessions",
)
MARTS = (*BUILT, *(f"path:models/intermediate,+{name}" for name in BUILT))
STAGED = tuple(f"tag:before_scoring,+{name}" for name in (*BUILT, "int_texts_to_score"))


def call(
    key: int,
    started: str,
    *,
    queue: int = 10,
    talk: int = 100,
    hold: int = 0,
    wrap_up: int = 20,
    status: str = "completed",
    direction: str = "inbound",
    ticket_id: int | None = None,
    changed: str | None = None,
    error: str | None = None,
) -> Row:
    """Make a call; its menu takes 5 s, and without an answer nobody speaks."""
    is_answered = status == "completed"
    payload = {
        "id": key,
        "ticket_id": ticket_id,
        "agent_id": 901 if is_answered else None,
        "direction": direction,
        "completion_status": status,
        "created_at": iso(started),
        "updated_at": iso(changed or started),
        "ivr_time_spent": 5,
        "wait_time": 5 + queue,
        "time_to_answer": queue if is_answered else None,
        "talk_time": talk if is_answered else 0,
        "hold_time": hold,
        "wrap_up_time": wrap_up if is_answered else 0,
        "call_charge": "0.0420",
    }
    return Row(str(key), payload, changed or started, error=error)


def ticket(
    key: int,
    created: str,
    *,
    channel: str = "email",
    reply_minutes: int | None = None,
    status: str = "open",
    changed: str | None = None,
    requester: int = 771,
) -> Row:
    """Make a ticket with its metric set."""
    payload = {
        "id": key,
        "via": {"channel": channel},
        "created_at": iso(created),
        "updated_at": iso(changed or created),
        "status": status,
        "description": f"Problem number {key}",
        "requester_id": requester,
        "metric_set": {
            "replies": 0 if reply_minutes is None else 1,
            "reply_time_in_minutes": {"calendar": reply_minutes},
        },
    }
    return Row(str(key), payload, changed or created, is_deleted=status == "deleted")


def rating(key: int, created: str, score: str, ticket_id: int, comment: str | None = None) -> Row:
    """Make a satisfaction rating of a ticket."""
    payload = {
        "id": key,
        "ticket_id": ticket_id,
        "requester_id": 771,
        "score": score,
        "comment": comment,
        "created_at": iso(created),
        "updated_at": iso(created),
    }
    return Row(str(key), payload, created)


def answer(
    key: str,
    submitted: str,
    survey: str,
    score: float | None,
    contact_id: str | None = None,
    *,
    changed: str | None = None,
    comment: str | None = None,
) -> Row:
    """Make an answer to a HubSpot survey; values are text there."""
    contacts = [{"id": contact_id, "type": "feedback_submission_to_contact"}] if contact_id else []
    payload = {
        "id": key,
        "properties": {
            "hs_survey_type": survey.upper(),
            "hs_survey_channel": "EMAIL",
            "hs_survey_name": f"Quarterly {survey}",
            "hs_value": None if score is None else f"{score:g}",
            "hs_content": comment,
            "hs_submission_timestamp": iso(submitted),
            "hs_lastmodifieddate": iso(changed or submitted),
        },
        "associations": {"contacts": {"results": contacts}},
    }
    return Row(key, payload, changed or submitted)


def reply(key: str, created: str, to: str) -> Row:
    """Make a reply of the company's account to a post."""
    row = post(key, "111", "northwind", created, "We are sorry.")
    row.payload["referenced_tweets"] = [{"type": "replied_to", "id": to}]
    row.payload["in_reply_to_user_id"] = "222"
    return row


def reading(key: str, posted: str, likes: int | None) -> Row:
    """Make the counters of an own post as a look-up shows them."""
    counters = {"like_count": likes, "retweet_count": 0, "reply_count": 0, "quote_count": 0}
    return Row(key, {"id": key, "created_at": iso(posted), "public_metrics": counters})


def build_scored(warehouse: Warehouse, *selected: str, **options: object) -> None:
    """Build staging, score the texts, build what is selected: the three steps of a real build."""
    files = warehouse.lake.take_new_files()
    if not warehouse.build_id:
        warehouse.run(command="seed")
    staged = STAGED if not selected else ("tag:before_scoring",)
    warehouse.build(*staged, new_files=files, **options)
    enrichment = warehouse.lake.root / "enrichment"
    score_new_texts(warehouse.folder / "warehouse.duckdb", enrichment, SCORED_AT)
    warehouse.build_id -= 1
    warehouse.build(*(selected or MARTS), new_files=files, **options)


def forked(warehouse: Warehouse, folder: Path) -> Warehouse:
    """Copy build and lake: what a test lands or breaks there, no other test sees."""
    twin = warehouse.copied_to(folder / "build")
    twin.lake = TinyLake(folder / "lake")
    shutil.copytree(warehouse.lake.root, twin.lake.root)
    return twin
