"""Who is whose: exact evidence, the guard, merges, and keys that stay."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.dbt.tiny_lake import Row, archived_contact, contact, hit, post, user
from tests.dbt.warehouse import Warehouse

IDENTITY = ("+int_identifiers_resolved",)
DAY = "2026-07-01"


def customers(warehouse: Warehouse) -> dict[tuple[str, str], str]:
    """Whose each identifier is."""
    found = warehouse.rows(
        "select identifier_type, identifier_value, customer_key"
        " from intermediate.int_identifiers_resolved"
    )
    return {(kind, value): customer for kind, value, customer in found}


@pytest.fixture(scope="module")
def resolved(
    new_warehouse: Callable[[Path], Warehouse], tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    """One build over a lake with a case of every kind."""
    warehouse = new_warehouse(tmp_path_factory.mktemp("identity"))
    one_person = {"email": "Ann@X.nl", "phone": "+31 20 555 0101"}
    warehouse.lake.land(
        "hubspot.contacts",
        [
            contact("1", "2026-07-01 08:00", ga_client_id="b1", twitterhandle="@Ann", **one_person),
            contact("2", "2026-07-01 08:30", email="dup@x.nl", hs_merged_object_ids="21;22"),
            archived_contact("21", "2026-07-01 07:00", "2026-07-01 08:30"),
            # A household: two customers, one telephone.
            contact("3", "2026-07-01 09:00", email="c@x.nl", phone="0205550103"),
            contact("4", "2026-07-01 09:30", email="d@x.nl", phone="+31205550103"),
            archived_contact("5", "2026-07-01 10:00", "2026-07-01 11:00"),
        ],
        DAY,
    )
    warehouse.lake.land(
        "zendesk.users",
        [
            user(901, "2026-07-01 12:00", email="ann@x.nl ", external_id="cust-1"),
            user(902, "2026-07-01 12:00", phone="+31205550103"),
            user(999, "2026-07-01 12:00", role="agent", email="c@x.nl", external_id="cust-9"),
        ],
        DAY,
    )
    warehouse.lake.land_events(
        DAY,
        [
            hit("b1", 1, "2026-07-01 06:00"),
            hit("b2", 2, "2026-07-01 13:00", customer="cust-1"),
            # Two customers sign in on one browser: it belongs to neither.
            hit("b3", 3, "2026-07-01 14:00", customer="cust-1"),
            hit("b3", 4, "2026-07-01 15:00", customer="cust-2"),
            hit("b4", 5, "2026-07-01 16:00"),
        ],
    )
    warehouse.lake.land("x.mentions", [post("100", "77", "ANN", "2026-07-01 17:00")], DAY)
    warehouse.lake.land(
        "x.search_posts",
        [
            post("101", "77", "Ann", "2026-07-01 18:00"),
            post("102", "111", "northwind", "2026-07-01 18:30"),
        ],
        DAY,
    )
    warehouse.lake.land("x.own_posts", [post("102", "111", "northwind", "2026-07-01 18:30")], DAY)
    warehouse.build(*IDENTITY)
    return warehouse


def test_exact_identifiers_tie_all_systems_together(resolved: Warehouse) -> None:
    whose = customers(resolved)
    ann = {
        ("crm_contact_id", "1"),
        ("email", "ann@x.nl"),
        ("phone", "+31205550101"),
        ("web_client_id", "b1"),
        ("x_username", "ann"),
        ("x_user_id", "77"),
        ("zendesk_user_id", "901"),
        ("customer_number", "cust-1"),
        ("web_client_id", "b2"),
    }
    assert {whose[identifier] for identifier in ann} == {whose["crm_contact_id", "1"]}
    assert {one for one, key in whose.items() if key == whose["crm_contact_id", "1"]} == ann


def test_a_customer_bears_the_key_of_its_earliest_identifier(resolved: Warehouse) -> None:
    [(earliest,)] = resolved.rows(
        "select identifier_key from intermediate.int_identifiers_resolved"
        " where identifier_value = 'b1'"
    )
    assert customers(resolved)["crm_contact_id", "1"] == earliest


def test_a_merge_in_the_crm_ties_the_loser_s_id_to_the_winner(resolved: Warehouse) -> None:
    whose = customers(resolved)
    assert whose["crm_contact_id", "21"] == whose["crm_contact_id", "2"]
    assert whose["crm_contact_id", "22"] == whose["crm_contact_id", "2"]


def test_a_shared_phone_ties_nobody(resolved: Warehouse) -> None:
    whose = customers(resolved)
    household = [("crm_contact_id", "3"), ("crm_contact_id", "4"), ("zendesk_user_id", "902")]
    assert len({whose[one] for one in household}) == 3
    assert whose["phone", "+31205550103"] == "unknown"


def test_a_browser_of_two_customers_ties_nobody(resolved: Warehouse) -> None:
    whose = customers(resolved)
    assert whose["web_client_id", "b3"] == "unknown"
    assert whose["customer_number", "cust-1"] != whose["customer_number", "cust-2"]


def test_employees_and_the_brand_s_own_account_are_no_customers(resolved: Warehouse) -> None:
    whose = customers(resolved)
    assert ("zendesk_user_id", "999") not in whose
    assert ("customer_number", "cust-9") not in whose
    assert ("x_user_id", "111") not in whose


def test_an_archived_contact_states_nothing(resolved: Warehouse) -> None:
    assert ("crm_contact_id", "5") not in customers(resolved)


def test_a_visitor_who_never_signs_in_is_a_customer_too(resolved: Warehouse) -> None:
    whose = customers(resolved)
    assert [one for one, key in whose.items() if key == whose["web_client_id", "b4"]] == [
        ("web_client_id", "b4")
    ]


def test_each_link_says_its_reason(resolved: Warehouse) -> None:
    reasons = {
        reason for (reason,) in resolved.rows("select reason from intermediate.int_identity_edges")
    }
    assert "CRM contact 1 states this e-mail address" in reasons
    assert "CRM contact 2 took in this contact when two were merged" in reasons
    assert "Browser b2 was signed in with this customer number" in reasons
    assert "X account 77 states this X user name" in reasons


def shuffled(things: Iterable[Any]) -> list[Any]:
    """Give an order that has nothing to do with the things, the same each time."""
    return sorted(things, key=lambda one: hashlib.sha256(repr(one).encode()).digest())


def people(count: int) -> list[Row]:
    """Contacts of whom every two neighbours share an address or a phone."""
    return [
        contact(
            str(number),
            f"2026-07-01 08:{number:02d}",
            email=f"e{number // 2}@x.nl",
            customer_number=f"cust-{number // 4}",
        )
        for number in range(count)
    ]


def test_keys_are_the_same_in_any_order_and_on_every_run(
    new_warehouse: Callable[[Path], Warehouse], tmp_path: Path
) -> None:
    seen = []
    for number in range(2):
        early, late = people(12)[:6], people(12)[6:]
        warehouse = new_warehouse(tmp_path / str(number))
        warehouse.lake.land("hubspot.contacts", early if number else shuffled(early))
        if number:
            warehouse.build(*IDENTITY)
        warehouse.lake.land("hubspot.contacts", late if number else shuffled(late), "2026-07-02")
        warehouse.build(*IDENTITY)
        seen.append(customers(warehouse))
    warehouse.build(*IDENTITY, full_refresh=True)
    assert len(set(seen[0].values())) == 3
    assert seen[0] == seen[1] == customers(warehouse)


def test_a_key_stays_when_evidence_is_added(warehouse: Warehouse) -> None:
    warehouse.lake.land("hubspot.contacts", [contact("1", "2026-07-01 08:00", email="a@x.nl")])
    warehouse.build(*IDENTITY)
    before = customers(warehouse)
    warehouse.lake.land(
        "hubspot.contacts",
        [
            contact("2", "2026-07-02 08:00", email="b@x.nl"),
            contact("3", "2026-07-02 09:00", email="a@x.nl", twitterhandle="ann"),
        ],
        "2026-07-02",
    )
    warehouse.build(*IDENTITY)
    after = customers(warehouse)
    assert {one: after[one] for one in before} == before
    assert after["crm_contact_id", "3"] == before["crm_contact_id", "1"]
    assert after["crm_contact_id", "2"] != before["crm_contact_id", "1"]


@pytest.fixture(scope="module")
def chain(
    new_warehouse: Callable[[Path], Warehouse], tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    """Build a chain of 500 identifiers in no order: each contact merged with the next."""
    warehouse = new_warehouse(tmp_path_factory.mktemp("chain"))
    numbers = shuffled(range(500))
    rows = [
        contact(
            str(one), f"2026-07-01 {one // 60:02d}:{one % 60:02d}", hs_merged_object_ids=str(other)
        )
        for one, other in pairwise(numbers)
    ]
    warehouse.lake.land("hubspot.contacts", rows)
    warehouse.build(*IDENTITY)
    return warehouse


def test_a_chain_of_five_hundred_becomes_one_customer(chain: Warehouse) -> None:
    whose = customers(chain)
    assert len(whose) == 500
    assert len(set(whose.values())) == 1


def test_too_few_rounds_are_caught(chain: Warehouse, tmp_path: Path) -> None:
    hasty = chain.copied_to(tmp_path)
    models = ("int_identity_components", "int_identity_keys", "int_identity_changes")
    models += ("int_identity_keys_held", "int_identity_ledger", "int_identifiers_resolved")
    hasty.build(*models, identity_rounds=2)
    assert "assert_identity_components_have_converged" in hasty.failing(
        "assert_identity_components_have_converged"
    )


def test_a_link_through_a_shared_identifier_is_caught(resolved: Warehouse, tmp_path: Path) -> None:
    broken = resolved.copied_to(tmp_path)
    test = "assert_shared_identifiers_link_nobody"
    assert broken.failing(test) == []
    broken.execute(
        "insert into intermediate.int_identity_edges (left_identifier_key, right_identifier_key)"
        " select identifier_key, identifier_key from intermediate.int_identifiers where is_shared"
    )
    assert broken.failing(test) == [test]
