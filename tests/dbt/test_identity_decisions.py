"""Decisions by hand: they merge and split customers, can be taken back, and never touch a fact."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from ops import applied, reviews
from ops import settings as ops_settings
from ops.identity import decisions
from tests.dbt.tiny_lake import at, contact, deal, hit, user
from tests.dbt.warehouse import Warehouse

pytestmark = pytest.mark.slow
PARTS = ("intermediate", "marts")
FACTS = ("fct_web_sessions", "fct_tickets")
MODELS = (*(f"+{fact}" for fact in FACTS), "+dim_customers", "+int_identity_review_queue")
BEHIND_STAGING = tuple(f"{one},path:models/{part}" for one in MODELS for part in PARTS)
PAIR = ("hubspot:1", "hubspot:2")


@dataclass(frozen=True)
class Left:
    """What a build left: the bytes of facts and of customers, and whose the records are."""

    facts: dict[str, str]
    customers: str
    whose: dict[str, str]
    last_changes: set[tuple[str, str]]
    queue: list[tuple]


def rows_of(warehouse: Warehouse, table: str) -> str:
    rows = warehouse.rows(f"select * from cx_warehouse.marts.{table} order by all")
    return repr(rows)


def build(warehouse: Warehouse, models: tuple[str, ...] = BEHIND_STAGING) -> Left:
    """Rebuild everything: what a fact holds cannot come from the build before."""
    warehouse.build(*models, as_of="2026-07-10T00:00:00Z", full_refresh=True, new_files=None)
    whose = warehouse.rows(
        "select identifier_value, customer_key from intermediate.int_identifiers_resolved"
        " where identifier_type <> 'web_client_id'"
    )
    changes = warehouse.rows(
        "select change_type, reason from intermediate.int_identity_ledger"
        " where resolution_version = (select max(resolution_version)"
        " from intermediate.int_identity_ledger)"
    )
    queue = warehouse.rows(
        "select left_email, right_email, decision_type, decided_by, is_one_customer"
        " from intermediate.int_identity_review_queue"
    )
    facts = {fact: rows_of(warehouse, fact) for fact in FACTS}
    return Left(facts, rows_of(warehouse, "dim_customers"), dict(whose), set(changes), queue)


@pytest.fixture(scope="module")
def told(new_warehouse: Callable, tmp_path_factory: pytest.TempPathFactory) -> list[Left]:
    """Two customers; decided to be one; taken back; then one customer told apart by hand."""
    warehouse = new_warehouse(tmp_path_factory.mktemp("decided"))
    lake = warehouse.lake
    lake.land(
        "hubspot.contacts",
        [
            contact("1", "2026-07-01 08:00", email="a@x.nl", ga_client_id="b1"),
            contact("2", "2026-07-01 09:00", email="b@x.nl", ga_client_id="b2", phone="0205550102"),
        ],
    )
    lake.land(
        "hubspot.deals", [deal("9", "2", "2026-07-02 08:00", "2026-07-03 08:00", "closedwon")]
    )
    lake.land("zendesk.users", [user(901, "2026-07-01 12:00", email="b@x.nl")])
    lake.land_events(
        "2026-07-01", [hit("b1", 1, "2026-07-01 10:00"), hit("b2", 2, "2026-07-01 11:00")]
    )

    def decide(pair: tuple[str, str], kind: str, when: datetime) -> Left:
        decisions.decide(lake.root, pair, kind, "Ann", "she called", when)
        return build(warehouse)

    return [
        build(warehouse, MODELS),
        decide(PAIR, "same", at("2026-07-10 09:00")),
        decide(PAIR, "undecided", at("2026-07-10 10:00")),
        decide(("zendesk:901", "hubspot:2"), "different", at("2026-07-10 11:00")),
    ]


def test_merge_then_split_leaves_the_same_facts_byte_for_byte(told: list[Left]) -> None:
    apart, merged, again, _ = told
    browser = hashlib.md5(b"web_client_id|b2").hexdigest()  # noqa: S324  (a key, no secret)
    assert browser in apart.facts["fct_web_sessions"]
    assert apart.facts == merged.facts == again.facts


def test_a_decision_merges_and_its_withdrawal_restores_every_customer(told: list[Left]) -> None:
    apart, merged, again, _ = told
    assert merged.whose["a@x.nl"] == merged.whose["b@x.nl"] == apart.whose["a@x.nl"]
    assert merged.customers != apart.customers
    assert again.customers == apart.customers
    assert again.whose == apart.whose


def test_the_ledger_says_who_decided_and_why(told: list[Left]) -> None:
    _, merged, again, parted = told
    assert merged.last_changes == {
        ("by_hand", "Two customers are one: Ann decided that they are one: she called")
    }
    assert again.last_changes == {("split", "Nothing ties it to its former customer any more")}
    assert ("by_hand", "Ann told them apart: she called") in parted.last_changes


def test_records_told_apart_part_although_they_state_the_same(told: list[Left]) -> None:
    *_, again, parted = told
    assert again.whose["901"] == again.whose["2"]
    assert parted.whose["901"] != parted.whose["2"] == again.whose["2"]
    assert parted.whose["b@x.nl"] == "unknown"


def test_the_queue_shows_the_pair_with_both_sides_and_the_decision(told: list[Left]) -> None:
    _, merged, again, parted = told
    assert merged.queue == [("a@x.nl", "b@x.nl", "same", "Ann", True)]
    assert again.queue == []
    assert parted.queue == [("b@x.nl", "b@x.nl", "different", "Ann", False)]


def test_a_decision_that_names_no_pair_is_refused(tmp_path: Path) -> None:
    with pytest.raises(decisions.UnknownPair, match="cxw review list"):
        decisions.decide(tmp_path, ("hubspot:1", "hubspot:1"), "same", "Ann", "", at("2026-07-01"))


def test_the_newest_decision_counts(tmp_path: Path) -> None:
    for hour, kind in enumerate(("different", "same", "different", "undecided")):
        when = at(f"2026-07-01 0{hour}:00")
        decisions.decide(tmp_path, PAIR, kind, "Ann", "seen", when)
        standing = [one.decision_type for one in decisions.standing(tmp_path)]
        assert standing == ([] if kind == "undecided" else [kind])
    assert decisions.told_apart(tmp_path) == []


def test_answers_of_the_weekly_review_become_decisions(tmp_path: Path) -> None:
    settings = ops_settings.load({"CXW_DATA_DIR": str(tmp_path)}, working_dir=tmp_path)
    asked = [{"subject": f"hubspot:{n} = x:{n}?", "body": ""} for n in range(3)]
    said = [
        {"chosen_options": ["same"], "responded_by_user": {"id": "7", "name": "Ann"}},
        {"chosen_options": ["not now"], "responded_by_user": None},
        {"chosen_options": ["different"], "responded_by_user": {"id": "7", "name": "Ann"}},
    ]
    assert reviews.keep_pairs(settings, asked, said) == 2
    standing = {one.left_record_key: one for one in decisions.standing(settings.lake)}
    assert standing["hubspot:0"].decision_type == "same"
    assert standing["hubspot:0"].decided_by == "Ann"
    assert decisions.told_apart(settings.lake) == [("hubspot:2", "x:2")]


def test_decisions_are_applied_once(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    duckdb.connect(str(warehouse)).close()
    decisions.decide(tmp_path, PAIR, "same", "Ann", "she called", at("2026-07-01"))
    fresh = decisions.unread(tmp_path, warehouse)
    assert len(fresh) == 1
    for _ in range(2):  # a build writes all orders down, also those of an earlier one
        applied.record(warehouse, applied.DECISIONS, fresh)
    assert decisions.unread(tmp_path, warehouse) == []
    with duckdb.connect(str(warehouse), read_only=True) as con:
        assert con.execute("from operations.applied_decisions").fetchall() == [(fresh[0],)]
