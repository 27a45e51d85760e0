"""The truth behind the vendors' records, as of a moment, for tests to judge the warehouse by.

It comes from the persons' lives and shares no code with any SQL. Only what a vendor's API could
show before the moment counts: rows whose first version is younger are not there yet, analytics
hits that arrived later neither.

Left out, as the marts leave it out: tickets that were deleted, contacts that were archived (a
merged one stays, its id is on the winner), ratings only offered, the company's own posts. A form
robot's contact counts until it is archived. Advertisements that name the company count as neutral
mentions. The call from a household's shared telephone belongs to whoever really called; the desk's
user that stands for such a telephone belongs to nobody. A duplicate contact adds identifiers to
its person and no event: the lead is the first true contact.

Times are cut as the vendors cut them: Zendesk to seconds and the first reply to whole minutes
after the creation, HubSpot and X to milliseconds, GA4 to microseconds.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sandbox import (
    truth_audits,
    truth_campaigns,
    truth_care,
    truth_incidents,
    truth_issues,
    truth_posts,
    truth_public,
    truth_search,
    truth_service,
    truth_social,
    truth_value,
    truth_web,
)
from sandbox.books import Session
from sandbox.company import Company
from sandbox.moments import SECOND, as_datetime, as_us
from sandbox.stages import periods
from sandbox.stories import parameters
from sandbox.world import World

_TEXT, _WHOLE, _AT = pa.string(), pa.int64(), pa.timestamp("us", tz="UTC")
TOPICS = (
    truth_audits,
    truth_campaigns,
    truth_care,
    truth_issues,
    truth_posts,
    truth_search,
    truth_service,
    truth_value,
    truth_web,
)
_CALL_NUMBERS = ("queue_seconds", "talk_seconds", "hold_seconds", "wrap_up_seconds")

SCHEMAS: dict[str, list[tuple[str, pa.DataType]]] = {
    "persons": [("person_id", _TEXT), ("customer_number", _TEXT)],
    "identifiers": [("person_id", _TEXT), ("identifier_type", _TEXT), ("identifier_value", _TEXT)],
    "calls": [
        ("call_id", _WHOLE),
        ("person_id", _TEXT),
        ("direction", _TEXT),
        ("started_at", _AT),
        ("answered_at", _AT),
        ("ended_at", _AT),
        *[(name, _WHOLE) for name in _CALL_NUMBERS],
        ("is_abandoned", pa.bool_()),
    ],
    "tickets": [
        ("ticket_id", _WHOLE),
        ("person_id", _TEXT),
        ("created_at", _AT),
        ("first_replied_at", _AT),
        ("solved_at", _AT),
    ],
    "sessions": [
        ("web_client_id", _TEXT),
        ("ga_session_id", _WHOLE),
        ("person_id", _TEXT),
        ("started_at", _AT),
    ],
    "survey_answers": [
        ("answer_id", _TEXT),
        ("source_slug", _TEXT),
        ("metric_slug", _TEXT),
        ("score", _WHOLE),
        ("person_id", _TEXT),
        ("submitted_at", _AT),
        ("is_follow_up", pa.bool_()),
    ],
    "posts": [
        ("post_id", _TEXT),
        ("person_id", _TEXT),
        ("created_at", _AT),
        ("true_sentiment", _TEXT),
        ("true_topic", _TEXT),
    ],
    "stage_periods": [
        ("person_id", _TEXT),
        ("stage_type", _TEXT),
        ("entered_at", _AT),
        ("left_at", _AT),
    ],
    "stories": [
        ("story_slug", _TEXT),
        ("started_at", _AT),
        ("ended_at", _AT),
        ("parameters", _TEXT),
    ],
    **truth_public.SCHEMAS,
    **truth_incidents.SCHEMAS,
    **{name: fields for topic in TOPICS for name, fields in topic.SCHEMAS.items()},
    **truth_social.SCHEMAS,
}


def write_truth(world: World, until: datetime, folder: Path) -> list[Path]:
    """Write the truth before `until` as one Parquet file a table; the same call gives the same."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, table in truth(world, until).items():
        paths.append(folder / f"{name}.parquet")
        pq.write_table(table, paths[-1], compression="zstd")
    return paths


def truth(world: World, until: datetime) -> dict[str, pa.Table]:
    """Give the truth before `until`, one table a subject."""
    world.advance(until)
    company, until_us = world.company, as_us(until)
    seen = _seen_sessions(company, until_us)
    rows: dict[str, Sequence[tuple[Any, ...]]] = {
        "identifiers": _identifiers(company, seen, until_us),
        "calls": _calls(company, until_us),
        "tickets": _tickets(company, until_us),
        "sessions": [
            (each.client_id, each.session_id, _name(each.person), as_datetime(us))
            for each, us, _ in seen
        ],
        "survey_answers": _answers(company, until_us),
        "posts": [
            (
                *(post.post_id, _name(post.person), as_datetime(post.created_us)),
                *(post.sentiment, post.topic),
            )
            for post in company.books.posts
            if post.created_us < until_us
        ],
        "stage_periods": _stages(company, seen, until_us),
        "stories": _stories(company, until_us),
        **truth_public.rows(world, until_us),
        **truth_incidents.rows(world, until_us),
        **truth_social.rows(world, until_us),
    }
    for topic in TOPICS:
        rows.update(topic.rows(company, until_us))
    rows["persons"] = _persons(rows)
    return {name: _table(name, rows[name]) for name in SCHEMAS}


def _table(name: str, rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    schema = pa.schema(SCHEMAS[name])
    columns = list(zip(*rows, strict=True)) or [() for _ in schema]
    arrays = [
        pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)
    ]
    return pa.table(arrays, schema=schema)


def _name(number: int) -> str:
    return f"person-{number:06d}"


def _at(us: int | None) -> datetime | None:
    return None if us is None else as_datetime(us)


def _seen_sessions(company: Company, until_us: int) -> list[tuple[Session, int, int | None]]:
    """Give the sessions that arrived, with their first hit and first use that arrived."""
    found = []
    for session in company.books.sessions:
        hits = [
            hit
            for hit in session.hits
            if hit.us < until_us and (hit.late_us is None or hit.late_us < until_us)
        ]
        if hits:
            uses = [hit.us for hit in hits if hit.name == "feature_use"]
            found.append((session, min(hit.us for hit in hits), min(uses, default=None)))
    return found


def _identifiers(
    company: Company, seen: list[tuple[Session, int, int | None]], until_us: int
) -> list[tuple[str, str, str]]:
    found = {
        (_name(fact.person), fact.kind, fact.value)
        for fact in company.books.identifiers.values()
        if fact.seen_us < until_us and (fact.gone_us is None or fact.gone_us >= until_us)
    }
    for session, _, _ in seen:
        found.add((_name(session.person), "web_client_id", session.client_id))
    return sorted(found)


def _persons(rows: dict[str, Sequence[tuple[Any, ...]]]) -> list[tuple[str, str | None]]:
    numbers = {row[0]: row[2] for row in rows["identifiers"] if row[1] == "customer_number"}
    place = {"identifiers": 0, "calls": 1, "posts": 1, "tickets": 1, "stage_periods": 0}
    known = {row[at] for name, at in place.items() for row in rows[name]}
    return [(person, numbers.get(person)) for person in sorted(known)]


def _calls(company: Company, until_us: int) -> list[tuple[Any, ...]]:
    return [
        (
            call.call_id,
            _name(call.person),
            call.direction,
            as_datetime(call.started_us),
            _at(call.started_us + call.wait_seconds * SECOND if call.is_answered else None),
            as_datetime(call.ended_us),
            call.queue_seconds,
            call.talk_seconds,
            call.hold_seconds,
            call.wrap_up_seconds,
            call.is_abandoned,
        )
        for call in sorted(company.books.calls, key=lambda each: each.call_id)
        if call.seen_us < until_us
    ]


def _tickets(company: Company, until_us: int) -> list[tuple[Any, ...]]:
    found = []
    for ticket in company.books.tickets:
        states = [state for state in ticket.states if state[0] < until_us]
        is_deleted = ticket.deleted_us is not None and ticket.deleted_us < until_us
        if states and not is_deleted:
            _, replied, solved = states[-1]
            created = as_datetime(ticket.created_us)
            person = _name(ticket.person)
            found.append((ticket.ticket_id, person, created, _at(replied), _at(solved)))
    return found


def _answers(company: Company, until_us: int) -> list[tuple[Any, ...]]:
    found = []
    for answer in company.books.answers:
        scores = [score for seen_us, score in answer.scores if seen_us < until_us]
        if scores:
            who, when = _name(answer.person), as_datetime(answer.submitted_us)
            said = (answer.source, answer.metric, scores[-1])
            found.append((str(answer.answer_id), *said, who, when, answer.is_follow_up))
    return found


def _stages(
    company: Company, seen: list[tuple[Session, int, int | None]], until_us: int
) -> list[tuple[Any, ...]]:
    lives: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for session, started_us, used_us in seen:
        lives[session.person].append((started_us, "visit"))
        if used_us is not None:
            lives[session.person].append((used_us, "use"))
    for contact in company.books.contacts:
        is_archived = contact.gone_us is not None and contact.gone_us < until_us
        if not contact.is_duplicate and not is_archived:
            lives[contact.person].append((contact.created_us, "lead"))
    for deal in company.books.deals:
        lives[deal.person].append((deal.opened_us, "deal_opened"))
        if deal.closed_us is not None:
            kind = "deal_won" if deal.is_won else "deal_lost"
            lives[deal.person].append((deal.closed_us, kind))
    return [
        (_name(person), each.stage, as_datetime(each.entered_us), _at(each.left_us))
        for person in sorted(lives)
        for each in periods(lives[person], until_us)
    ]


def _stories(company: Company, until_us: int) -> list[tuple[Any, ...]]:
    found = []
    for story in company.climate.stories:
        begins, ends = story.begins(company.start_us), story.ends(company.start_us)
        if begins < until_us:
            text = json.dumps(parameters(story), sort_keys=True)
            found.append((story.slug, as_datetime(begins), _at(ends), text))
    return found
