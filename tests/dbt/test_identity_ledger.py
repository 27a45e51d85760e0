"""The ledger of identity: keys that stay, merges, splits, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.dbt.tiny_lake import archived_contact, contact, user
from tests.dbt.warehouse import Warehouse

IDENTITY = ("+int_identifiers_resolved",)
LEDGER = """
    select nodes.identifier_type || ' ' || nodes.identifier_value, ledger.customer_key,
        ledger.resolution_version, ledger.change_type, ledger.reason, ledger.valid_to_at is null
    from intermediate.int_identity_ledger as ledger
    inner join intermediate.int_identity_nodes as nodes using (identifier_key)
    order by 1, 3"""


@dataclass(frozen=True)
class Told:
    """What one build left: whose each identifier is, and the whole ledger."""

    whose: dict[str, str]
    ledger: list[tuple]

    def changes(self, version: int) -> dict[str, tuple[str, str]]:
        return {row[0]: (row[3], row[4]) for row in self.ledger if row[2] == version}


def build(warehouse: Warehouse, day: str) -> Told:
    warehouse.build(*IDENTITY, as_of=f"{day}T00:00:00Z")
    ledger = warehouse.rows(LEDGER)
    return Told({row[0]: row[1] for row in ledger if row[5]}, ledger)


@pytest.fixture(scope="module")
def life(
    new_warehouse: Callable, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Warehouse, list[Told]]:
    """Four days: two customers; what is older comes late; they are merged; the merge is undone."""
    warehouse = new_warehouse(tmp_path_factory.mktemp("life"))
    lake = warehouse.lake
    one = {"email": "a@x.nl"}
    two = {"email": "b@x.nl", "phone": "+31205550102", "twitterhandle": "bee"}
    lake.land(
        "hubspot.contacts",
        [contact("1", "2026-07-01 08:00", **one), contact("2", "2026-07-01 09:00", **two)],
    )
    told = [build(warehouse, "2026-07-02")]
    lake.land("zendesk.users", [user(901, "2026-06-01 08:00", email="a@x.nl")], "2026-06-01")
    told.append(build(warehouse, "2026-07-02"))
    lake.land(
        "hubspot.contacts",
        [
            archived_contact("1", "2026-07-01 08:00", "2026-07-02 10:00"),
            contact("2", "2026-07-01 09:00", "2026-07-02 10:00", hs_merged_object_ids="1;3", **two),
            contact("3", "2026-07-02 09:00", "2026-07-02 09:00", email="a@x.nl"),
        ],
        "2026-07-02",
    )
    told.append(build(warehouse, "2026-07-03"))
    lake.land(
        "hubspot.contacts",
        [
            contact("1", "2026-07-01 08:00", "2026-07-03 10:00", **one),
            contact("2", "2026-07-01 09:00", "2026-07-03 10:00", **two),
        ],
        "2026-07-03",
    )
    told.append(build(warehouse, "2026-07-04"))
    return warehouse, told


A, B = "email a@x.nl", "email b@x.nl"


def test_what_is_older_and_comes_late_takes_the_key_that_is_there(
    life: tuple[Warehouse, list[Told]],
) -> None:
    first, late, *_ = life[1]
    assert late.whose["zendesk_user_id 901"] == first.whose[A]
    assert {name: late.whose[name] for name in first.whose} == first.whose


def test_a_merge_keeps_the_older_key_and_says_why(life: tuple[Warehouse, list[Told]]) -> None:
    first, _, merged, _ = life[1]
    assert merged.whose[A] == merged.whose[B] == first.whose[A] != first.whose[B]
    assert merged.changes(3)[B] == (
        "merge",
        "Two customers are one: CRM contact 2 took in this contact when two were merged",
    )
    assert A not in merged.changes(3)


def test_a_merge_undone_gives_both_their_keys_back(life: tuple[Warehouse, list[Told]]) -> None:
    first, *_, split = life[1]
    assert {name: split.whose[name] for name in first.whose} == first.whose
    assert split.changes(4)[B] == ("split", "Nothing ties it to its former customer any more")


def test_versions_of_an_identifier_follow_each_other(life: tuple[Warehouse, list[Told]]) -> None:
    versions = life[0].rows(
        "select resolution_version, valid_from_at, valid_to_at, change_type"
        " from intermediate.int_identity_ledger where identifier_key ="
        " (select identifier_key from intermediate.int_identity_nodes"
        " where identifier_value = 'b@x.nl') order by 1"
    )
    assert [row[0] for row in versions] == [1, 3, 4]
    assert [row[3] for row in versions] == ["new", "merge", "split"]
    assert [row[2] for row in versions] == [*(row[1] for row in versions[1:]), None]


def test_a_build_without_news_writes_nothing_and_a_full_refresh_forgets_nothing(
    life: tuple[Warehouse, list[Told]], tmp_path: Path
) -> None:
    twin = life[0].copied_to(tmp_path)
    twin.build(*IDENTITY, as_of="2026-07-05T00:00:00Z", full_refresh=True)
    assert twin.rows(LEDGER) == life[1][-1].ledger
