"""The truth: stages by hand, and everything in it recoverable from what the vendors show."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from sandbox.books import ContactFact, DealFact, Hit, Session
from sandbox.moments import DAY, HOUR, as_us
from sandbox.people import founder
from sandbox.stages import periods
from sandbox.truth import SCHEMAS, truth, write_truth
from sandbox.world import World
from tests.sandbox import observed
from tests.sandbox.observed import START, day, lived, lives_of, newest

UNTIL = "2026-09-29"
ZERO = 20_000 * DAY


def told(*events: tuple[int, str], until: int = 300) -> list[tuple[str, int, int | None]]:
    """Tell a life given in days and get its spells in days."""
    spells = periods([(ZERO + at * DAY, kind) for at, kind in events], ZERO + until * DAY)
    return [
        (
            spell.stage,
            (spell.entered_us - ZERO) // DAY,
            None if spell.left_us is None else (spell.left_us - ZERO) // DAY,
        )
        for spell in spells
    ]


def test_a_visitor_who_stays_away_is_lost_after_thirty_days() -> None:
    assert told((0, "visit")) == [("considering", 0, 30), ("lost", 30, None)]


def test_a_customer_goes_through_all_stages() -> None:
    life = told(
        *((0, "visit"), (1, "lead"), (3, "deal_opened"), (9, "deal_won"), (10, "use")),
        *((20, "deal_opened"), (21, "deal_won"), (70, "visit"), (75, "use")),
        until=80,
    )
    assert life == [
        ("considering", 0, 3),
        ("purchasing", 3, 10),
        ("using", 10, 21),
        ("loyal", 21, 51),
        ("lapsed", 51, 70),
        ("loyal", 70, None),
    ]


def test_a_silent_customer_lapses_and_is_then_lost() -> None:
    life = told((0, "lead"), (1, "deal_opened"), (2, "deal_won"))
    assert life[1:] == [("purchasing", 1, 32), ("lapsed", 32, 62), ("lost", 62, None)]


def test_use_before_the_first_order_does_not_count() -> None:
    life = told((0, "use"), (1, "deal_opened"), (2, "deal_won"), until=3)
    assert [stage for stage, _, _ in life] == ["considering", "purchasing"]


def test_a_lost_deal_leads_back_to_considering() -> None:
    life = told((0, "lead"), (1, "deal_opened"), (5, "deal_lost"), until=6)
    assert life == [("considering", 0, 1), ("purchasing", 1, 5), ("considering", 5, None)]


def test_a_deal_opened_and_won_at_one_moment_is_opened_first() -> None:
    assert told((0, "deal_won"), (0, "deal_opened"), until=2) == [("purchasing", 0, None)]


def test_silence_that_ends_at_the_moment_itself_is_not_told_yet() -> None:
    assert told((0, "visit"), until=30) == [("considering", 0, None)]


def tiny() -> World:
    """Make a world of one person whose few facts are written by hand."""
    world = World(1, 1, START, ())
    world.advance(day("2026-06-30"))  # nobody lives yet
    company = world.company
    company.add(founder(1, 0, company.start_us))
    zero = company.start_us
    company.books.contacts.append(ContactFact(1, 0, zero + HOUR, is_duplicate=False))
    company.books.contacts.append(ContactFact(2, 0, zero + 40 * DAY, is_duplicate=True))
    deal = DealFact(5, 0, zero + 2 * HOUR, closed_us=zero + DAY, is_won=True)
    company.books.deals.append(deal)
    start = zero + 2 * DAY
    session = Session(0, "1.2", start // 1_000_000, 1, start, "cust-1", 0, 0, start)
    for minutes, name in enumerate(("session_start", "page_view", "feature_use")):
        hit = Hit(start + minutes * 60_000_000, name, "/", 0, True, None, None, None)
        session.hits.append(hit)
    late = Session(0, "1.2", start // 1_000_000 + 9, 2, start + 5 * DAY, None, 0, 0, start)
    late.hits.append(
        Hit(late.start_us, "session_start", "/", 0, False, start + 7 * DAY, None, None)
    )
    company.books.sessions += [session, late]
    company.books.identify(0, "crm_contact_id", "1", zero + HOUR)
    return world


def spells(world: World, until: str) -> list[tuple[str, str]]:
    world._next_us = as_us(day(until)) + 1  # the hand-written days are over
    rows = truth(world, day(until))["stage_periods"].to_pylist()
    return [(row["stage_type"], f"{row['entered_at']:%m-%d %H:%M}") for row in rows]


def test_the_truth_of_one_person_is_what_was_written_by_hand() -> None:
    assert spells(tiny(), "2026-07-07") == [
        ("considering", "07-01 01:00"),
        ("purchasing", "07-01 02:00"),
        ("using", "07-03 00:02"),
    ]
    # silence counts from the late session of 8 July, which arrived on the 10th; the duplicate
    # contact of 10 August is no event
    assert spells(tiny(), "2026-08-20")[3:] == [("lapsed", "08-07 00:00")]


def test_late_sessions_are_true_only_after_they_arrived() -> None:
    world = tiny()
    world._next_us = as_us(day("2026-08-01"))
    assert truth(world, day("2026-07-09"))["sessions"].num_rows == 1
    assert truth(world, day("2026-07-11"))["sessions"].num_rows == 2


@pytest.mark.parametrize(("seed", "until"), [(7, UNTIL), (3, "2026-08-16")])
@pytest.mark.parametrize("with_duplicates", [False, True])
def test_stages_are_exactly_recoverable_from_the_vendors_records(
    seed: int, until: str, with_duplicates: bool
) -> None:
    world, moment = lived(seed, 400, until), day(until)
    tables = truth(world, moment)
    true: defaultdict[str, list[tuple[str, datetime]]] = defaultdict(list)
    for row in tables["stage_periods"].to_pylist():
        true[row["person_id"]].append((row["stage_type"], row["entered_at"]))
    known: defaultdict[str, set[observed.Node]] = defaultdict(set)
    for row in tables["identifiers"].to_pylist():
        known[row["person_id"]].add((row["identifier_type"], row["identifier_value"]))
    links, lives = lives_of(world, moment, with_duplicates=with_duplicates)
    assert len(true) > 400
    for person, changes in true.items():
        parts = {
            links.find(n) for n in known[person] if n[0] in ("crm_contact_id", "web_client_id")
        }
        first = max(parts, key=lambda part: len(lives.get(part, [])))
        assert observed.stages(lives[first], moment) == changes, person


@pytest.mark.parametrize("until", ["2026-07-20", UNTIL])
def test_exact_identifiers_never_join_two_persons(until: str) -> None:
    world, moment = lived(7, 400, until), day(until)
    links, _ = lives_of(world, moment, with_duplicates=False)
    owners: defaultdict[observed.Node, set[str]] = defaultdict(set)
    for row in truth(world, moment)["identifiers"].to_pylist():
        if row["identifier_type"] != "phone":
            node = (row["identifier_type"], row["identifier_value"])
            owners[links.find(node)].add(row["person_id"])
    assert all(len(persons) == 1 for persons in owners.values())


def test_a_shared_telephone_stands_in_the_crm_with_all_its_holders_before_any_use() -> None:
    world = lived(7, 400, UNTIL)
    holders: defaultdict[str, list[Any]] = defaultdict(list)
    for person in world.company.people:
        holders[person.phone].append(person)
    shared = {phone: each for phone, each in holders.items() if len(each) > 1}
    assert shared
    first = {
        version.key: version for version in reversed(world.versions("hubspot.contacts", day(UNTIL)))
    }
    for phone, persons in shared.items():
        for person in persons:
            version = first[str(person.contact_id)]
            assert observed.e164(version.record["properties"]["phone"]) == phone
            assert version.at < day("2026-07-01") + timedelta(hours=1)
    assert any(
        call.person in {p.number for each in shared.values() for p in each}
        for call in world.company.books.calls
    )


def test_second_browsers_are_used_signed_in_only() -> None:
    world = lived(7, 400, UNTIL)
    second = {p.devices[1].client_id for p in world.company.people if len(p.devices) > 1}
    sessions = [s for s in world.company.books.sessions if s.client_id in second]
    assert len(sessions) > 20
    assert all(hit.is_signed_in for session in sessions for hit in session.hits)


def test_sessions_that_tie_a_browser_to_a_person_end_before_midnight_and_on_time() -> None:
    tying = {"generate_lead", "purchase"}
    for session in lived(7, 400, UNTIL).company.books.sessions:
        names = {hit.name for hit in session.hits}
        if names & tying:
            assert session.late_us is None
            assert session.hits[-1].us // DAY == session.start_us // DAY


def test_misspelt_addresses_belong_to_nobody_else() -> None:
    world = lived(7, 400, UNTIL)
    real = {person.email for person in world.company.people}
    contacts = newest(world, "hubspot.contacts", day(UNTIL))
    duplicates = {str(c.contact_id): c for c in world.company.books.contacts if c.is_duplicate}
    assert len(duplicates) > 8
    for key, fact in duplicates.items():
        email = contacts[key]["properties"]["email"]
        assert email is None or email not in real
        first = min(c.created_us for c in world.company.books.contacts if c.person == fact.person)
        assert fact.created_us > first
    with_deals = {
        deal["associations"]["contacts"]["results"][0]["id"]
        for deal in newest(world, "hubspot.deals", day(UNTIL)).values()
    }
    assert not with_deals & set(duplicates)


def test_truth_agrees_with_the_records_of_the_service_desk() -> None:
    world, moment = lived(7, 400, UNTIL), day(UNTIL)
    tables = truth(world, moment)
    tickets = newest(world, "zendesk.tickets", moment - timedelta(microseconds=1))
    alive = {key: r for key, r in tickets.items() if r["status"] != "deleted"}
    true = {str(row["ticket_id"]): row for row in tables["tickets"].to_pylist()}
    assert set(true) == set(alive)
    assert len(tickets) > len(alive)
    for key, record in alive.items():
        row, created = true[key], datetime.fromisoformat(record["created_at"])
        minutes = record["metric_set"]["reply_time_in_minutes"]["calendar"]
        replied = None if minutes is None else created + timedelta(minutes=minutes)
        assert (row["created_at"], row["first_replied_at"]) == (created, replied)
        solved = record["metric_set"]["solved_at"]
        assert row["solved_at"] == (datetime.fromisoformat(solved) if solved else None)


def test_truth_agrees_with_the_records_of_the_telephone() -> None:
    world, moment = lived(7, 400, UNTIL), day(UNTIL)
    calls = newest(world, "zendesk.calls", moment - timedelta(microseconds=1))
    true = {str(row["call_id"]): row for row in truth(world, moment)["calls"].to_pylist()}
    assert set(true) == set(calls)
    for key, call in calls.items():
        row, started = true[key], datetime.fromisoformat(call["created_at"])
        wait = timedelta(seconds=call["wait_time"])
        is_answered = call["time_to_answer"] is not None
        assert row["started_at"] == started
        assert row["answered_at"] == (started + wait if is_answered else None)
        assert row["ended_at"] == started + timedelta(seconds=call["duration"])
        assert row["is_abandoned"] == (call["completion_status"] == "abandoned_in_queue")
        if is_answered or row["is_abandoned"]:
            assert row["queue_seconds"] == call["wait_time"] - call["ivr_time_spent"]


def test_truth_agrees_with_the_answers_shown() -> None:
    world, moment = lived(7, 400, UNTIL), day(UNTIL)
    just_before = moment - timedelta(microseconds=1)
    shown = {
        ("hubspot", key): int(record["properties"]["hs_value"])
        for key, record in newest(world, "hubspot.feedback_submissions", just_before).items()
    }
    ratings = newest(world, "zendesk.satisfaction_ratings", just_before)
    assert {r["score"] for r in ratings.values()} == {"good", "bad", "offered"}
    for key, rating in ratings.items():
        if rating["score"] != "offered":
            shown["zendesk", key] = int(rating["score"] == "good")
    rows = truth(world, moment)["survey_answers"].to_pylist()
    assert {(r["source_slug"], r["answer_id"]): r["score"] for r in rows} == shown


def test_truth_is_the_same_whatever_horizon_follows(tmp_path: Path) -> None:
    until = datetime(2026, 8, 1, tzinfo=UTC)
    early = truth(World(7, 80, START), until)
    world = World(7, 80, START)
    world.advance(day("2026-09-29"))
    late = truth(world, until)
    assert all(early[name].equals(late[name]) for name in SCHEMAS)
    paths = write_truth(world, until, tmp_path / "truth")
    assert sorted(path.stem for path in paths) == sorted(SCHEMAS)
    assert pq.read_table(paths[0]).equals(early[paths[0].stem])
