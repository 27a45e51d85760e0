"""The simulated company: the same bytes always, sane volumes, records that hold together."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.faces import view
from sandbox.world import World
from tests.sandbox.observed import START, day, lived, newest

UNTIL = "2026-09-29"
STREAMS = (
    "hubspot.contacts",
    "hubspot.deals",
    "hubspot.feedback_submissions",
    "hubspot.owners",
    "zendesk.calls",
    "zendesk.legs",
    "zendesk.satisfaction_ratings",
    "zendesk.tickets",
    "zendesk.users",
)


@pytest.fixture(scope="module")
def world() -> World:
    return lived(7, 400, UNTIL)


def digest(world: World, now: datetime) -> str:
    """Give one hash of all that the vendors show at a moment."""
    seen = hashlib.sha256()
    for name in STREAMS:
        for version in world.versions(name, now):
            row = [version.at.isoformat(), version.key, version.record]
            seen.update(json.dumps(row).encode())
    seen.update(json.dumps(world.x_posts(now)).encode())
    for passed in range((now.date() - START).days):
        table = world.ga4_day(START + timedelta(passed), now)
        seen.update(json.dumps(table.to_pylist() if table is not None else None).encode())
    return seen.hexdigest()


def test_world_gives_the_same_bytes_in_another_process() -> None:
    now = datetime(2026, 7, 20, 13, 0, tzinfo=UTC)
    here = World(7, 60, START)
    here.advance(now)
    script = (
        "from datetime import UTC, datetime\n"
        "from tests.sandbox.test_world import START, World, digest\n"
        "now = datetime(2026, 7, 20, 13, 0, tzinfo=UTC)\n"
        "world = World(7, 60, START); world.advance(now); print(digest(world, now))\n"
    )
    out = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "4711", "PYTHONPATH": "."},
    )
    assert out.stdout.strip() == digest(here, now)


def test_world_shows_the_same_past_whatever_horizon_follows() -> None:
    now = datetime(2026, 8, 12, 9, 30, tzinfo=UTC)
    short, long, stepped = (World(7, 60, START) for _ in range(3))
    short.advance(now)
    long.advance(day("2026-09-29"))
    for passed in range((now.date() - START).days + 1):
        stepped.advance(day("2026-07-01") + timedelta(days=passed))
    stepped.advance(now)
    assert digest(short, now) == digest(long, now) == digest(stepped, now)


def test_world_differs_when_the_seed_differs() -> None:
    now = day("2026-07-10")
    one, other = World(7, 60, START), World(8, 60, START)
    one.advance(now)
    other.advance(now)
    assert digest(one, now) != digest(other, now)


def test_world_is_as_busy_as_a_company_of_its_size(world: World) -> None:
    now, size = day(UNTIL), 400 / 2000
    books = world.company.books
    bands = {
        "sessions": (len(books.sessions), 15_000),
        "hits": (sum(map(len, books.hits.values())), 85_000),
        "calls": (len(books.calls), 4_400),
        "tickets": (len(books.tickets), 3_300),
        "answers": (len(books.answers), 2_500),
        "mentions": (len(books.posts), 3_000),  # a campaign, a rumour and a clumsy post among them
    }
    for name, (found, wanted) in bands.items():
        assert 0.6 * wanted * size < found < 1.5 * wanted * size, (name, found)
    own = Counter(
        post["created_at"][:10]
        for post in world.x_posts(now)
        if post["author_id"] == "111" and "in_reply_to_user_id" not in post
    )
    assert len(own) == 90
    assert sum(1 <= number <= 3 for number in own.values()) >= 86  # four days have their stories


@pytest.mark.parametrize("customers", [10, 400])
def test_world_knows_at_least_the_promised_customers_by_day_90(customers: int) -> None:
    world = lived(7, customers, UNTIL)
    contacts = world.company.books.contacts
    assert len({c.person for c in contacts if not c.is_duplicate}) >= customers


def test_every_book_that_the_world_keeps_can_be_changed_by_hand(world: World) -> None:
    assert set(world.company.books.versions) == set(view.STREAMS)


def test_versions_are_ordered_and_none_is_from_the_future(world: World) -> None:
    now = datetime(2026, 8, 3, 11, 11, 11, tzinfo=UTC)
    for name in STREAMS:
        rows = world.versions(name, now)
        assert rows
        assert [(v.at, v.key) for v in rows] == sorted((v.at, v.key) for v in rows)
        assert rows[-1].at <= now
        assert rows[0].at >= day("2026-07-01")


def test_every_version_carries_the_moment_at_which_it_shows(world: World) -> None:
    for name in STREAMS:
        for version in world.versions(name, day(UNTIL)):
            record = version.record
            if name == "zendesk.tickets":
                shown = datetime.fromtimestamp(record["generated_timestamp"], UTC)
            elif name == "hubspot.owners":
                continue
            else:
                stamp = record.get("updated_at") or record["updatedAt"]
                shown = datetime.fromisoformat(stamp)
            assert shown == version.at, (name, version.key)


def test_entities_have_several_versions_over_time(world: World) -> None:
    now = day(UNTIL)
    calls = Counter(version.key for version in world.versions("zendesk.calls", now))
    assert set(calls.values()) <= {1, 2}
    assert calls.most_common(1)[0][1] == 2
    states: defaultdict[str, list[str]] = defaultdict(list)
    for version in world.versions("zendesk.tickets", now):
        states[version.key].append(version.record["status"])
    wanted = {"new", "open", "pending", "solved", "closed", "deleted"}
    assert wanted == {state for each in states.values() for state in each}
    assert any(each.count("solved") > 1 for each in states.values())
    labels = {r["properties"]["lifecyclestage"] for r in _records(world, "hubspot.contacts")}
    assert labels == {"lead", "opportunity", "customer"}


def _records(world: World, name: str) -> list[dict[str, Any]]:
    return [version.record for version in world.versions(name, day(UNTIL))]


def test_some_tickets_are_touched_without_moving_updated_at(world: World) -> None:
    silent = [
        record
        for record in _records(world, "zendesk.tickets")
        if datetime.fromisoformat(record["updated_at"]).timestamp() < record["generated_timestamp"]
    ]
    assert silent


def test_call_charges_come_a_day_later(world: World) -> None:
    by_key: defaultdict[str, list[Any]] = defaultdict(list)
    for version in world.versions("zendesk.calls", day(UNTIL)):
        by_key[version.key].append(version)
    first, second = next(rows for rows in by_key.values() if len(rows) == 2)
    assert first.record["call_charge"] is None
    assert second.record["call_charge"]
    assert timedelta(hours=19) < second.at - first.at < timedelta(hours=26)


def test_first_replies_are_whole_minutes_and_wait_for_office_hours(world: World) -> None:
    minutes = [
        record["metric_set"]["reply_time_in_minutes"]
        for record in newest(world, "zendesk.tickets", day(UNTIL)).values()
    ]
    answered = [m for m in minutes if m["calendar"] is not None]
    assert len(answered) < len(minutes)
    assert all(m["business"] <= m["calendar"] for m in answered)
    assert any(m["calendar"] > 10 * 60 + m["business"] for m in answered)


def test_talk_rows_add_up(world: World) -> None:
    for call in newest(world, "zendesk.calls", day(UNTIL)).values():
        spoken = call["talk_time"] + call["hold_time"]
        queue = call["time_to_answer"]
        if queue is not None:
            assert call["completion_status"] == "completed"
            assert call["wait_time"] == call["ivr_time_spent"] + queue
            assert call["duration"] == call["wait_time"] + spoken
        elif call["direction"] == "inbound":
            assert spoken == 0
    legs = newest(world, "zendesk.legs", day(UNTIL)).values()
    calls = newest(world, "zendesk.calls", day(UNTIL))
    assert {str(leg["call_id"]) for leg in legs} == set(calls)


def test_crm_holds_duplicates_merges_and_archives(world: World) -> None:
    contacts = newest(world, "hubspot.contacts", day(UNTIL))
    archived = {key for key, record in contacts.items() if record["archived"]}
    merged = {key for key in archived if "mergedInto" in contacts[key]}
    assert merged
    assert archived - merged
    for key in merged:
        winner = contacts[contacts[key]["mergedInto"]]
        assert key in winner["properties"]["hs_merged_object_ids"].split(";")
        assert not winner["archived"]


def test_analytics_days_come_after_midnight_and_fill_up_for_three_days() -> None:
    world = lived(7, 400, UNTIL)
    midnight = day("2026-08-05")
    assert world.ga4_day(midnight.date(), midnight + timedelta(hours=24, minutes=4)) is None
    grown = 0
    for passed in range(40):
        begins = midnight + timedelta(days=passed)
        sizes = []
        for days in (1, 2, 3, 4, 30):
            table = world.ga4_day(begins.date(), begins + timedelta(days=days, minutes=10))
            assert table is not None
            sizes.append(table.num_rows)
        assert sizes == sorted(sizes)
        assert sizes[3] == sizes[4], "nothing may come after the last day on which it is re-read"
        grown += sizes[3] > sizes[0]
    assert grown > 5


def test_analytics_rows_have_keys_of_their_own(world: World) -> None:
    keys = Counter(
        (
            row["user_pseudo_id"],
            row["event_timestamp"],
            row["event_name"],
            row["event_bundle_sequence_id"],
            row["batch_page_id"],
            row["batch_ordering_id"],
            row["batch_event_index"],
        )
        for passed in range(20)
        for row in world.ga4_day(START + timedelta(passed), day(UNTIL)).to_pylist()  # type: ignore[union-attr]
    )
    assert keys.most_common(1)[0][1] == 1


def test_post_counts_grow_with_age_and_never_fall(world: World) -> None:
    early, late = day("2026-08-10"), day("2026-08-17")
    before = {post["id"]: post["public_metrics"] for post in world.x_posts(early)}
    after = {post["id"]: post["public_metrics"] for post in world.x_posts(late)}
    stayed = {key: shown for key, shown in before.items() if key in after}
    assert all(after[key][name] >= n for key, shown in stayed.items() for name, n in shown.items())
    assert any(after[key] != shown for key, shown in stayed.items())


def test_withdrawn_posts_were_shown_for_a_day_and_are_others_posts(world: World) -> None:
    until = day("2026-08-20")
    gone = {one["id"]: one for one in world.x_withdrawn(until)}
    assert 0.02 < len(gone) / (len(gone) + len(world.x_posts(until))) < 0.06
    assert not gone.keys() & {post["id"] for post in world.x_posts(until)}
    for one in gone.values():
        made, taken = (datetime.fromisoformat(one[n]) for n in ("created_at", "redacted_at"))
        assert timedelta(hours=30) <= taken - made <= timedelta(days=10)
        (shown,) = (p for p in world.x_posts(taken - timedelta(hours=1)) if p["id"] == one["id"])
        assert shown["author_id"] != "111"


def test_posts_name_the_company_and_have_authors(world: World) -> None:
    users = world.x_users()
    for post in world.x_posts(day(UNTIL)):
        assert post["author_id"] in users
        named = any(name in post["text"].lower() for name in ("northwind", "voltara", "brightgrid"))
        assert post["author_id"] == "111" or named
    ids = [int(post["id"]) for post in world.x_posts(day(UNTIL))]
    assert len(set(ids)) == len(ids)


def test_nobody_who_means_to_come_is_forgotten(world: World) -> None:
    company = world.company
    planned = {
        act[3]
        for acts in company._agenda.values()
        for act in acts
        if act[2] in ("routine", "settle")
    }
    waiting = {p.number for p in company.people if p.has_visit_due and not p.is_gone}
    assert len(waiting) > 100
    assert waiting <= planned
