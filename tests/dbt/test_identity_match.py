"""Probable identity: the sandbox's planted truth judges what Splink and the guards find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from ops.identity import match
from tests.dbt.conftest import Warehouse
from tests.dbt.identity_world import Persons, agreement, true_identifiers

MODELS = ("+int_identity_records", "+identity_resolution")
WHOSE = (
    "select identifier_type, identifier_value, customer_key from intermediate.identity_resolution"
)


@dataclass(frozen=True)
class Found:
    """What identity made of a company, before and after matching."""

    persons: Persons
    warehouse: Warehouse
    matched: match.Matched
    exact: dict[tuple[str, str], str]

    @property
    def whose(self) -> dict[tuple[str, str], str]:
        return _whose(self.warehouse)


def _whose(warehouse: Warehouse) -> dict[tuple[str, str], str]:
    return {(kind, value): key for kind, value, key in warehouse.rows(WHOSE)}


@pytest.fixture(scope="module")
def found(
    new_warehouse: Callable[[Path], Warehouse], tmp_path_factory: pytest.TempPathFactory
) -> Found:
    folder = tmp_path_factory.mktemp("persons")
    persons = Persons.living(7, 400, 45)
    warehouse = new_warehouse(folder)
    persons.land(warehouse.lake)
    warehouse.build(*MODELS, as_of=persons.as_of)
    exact = _whose(warehouse)
    matched = match.match_records(
        warehouse.folder / "warehouse.duckdb", folder / "enrichment", persons.until
    )
    resolution = "int_identity_pairs+ int_identity_before+"
    inner = [f"{one},+identity_resolution" for one in resolution.split()]
    warehouse.build(*inner, as_of=persons.as_of, matched_pairs=str(matched.path))
    return Found(persons, warehouse, matched, exact)


def test_persons_are_found_and_not_melted(found: Found) -> None:
    true = true_identifiers(found.persons)
    _, exact_recall, _ = agreement(true, found.exact)
    precision, recall, pairs = agreement(true, found.whose)
    print(f"identity: precision {precision:.4f}, recall {recall:.4f} over {pairs:,} true pairs")
    assert pairs > 5000
    assert precision >= 0.995
    assert recall >= 0.95 > exact_recall


def test_the_same_records_are_not_compared_twice(found: Found) -> None:
    place = found.warehouse.folder / "warehouse.duckdb"
    assert found.matched.path is not None
    enrichment = found.matched.path.parents[3]
    before = sorted(enrichment.rglob("*"))
    again = match.match_records(place, enrichment, found.persons.until)
    assert (again.path, again.is_trained) == (found.matched.path, False)
    assert sorted(enrichment.rglob("*")) == before


def test_the_model_is_kept_with_its_parameters_under_its_version(found: Found) -> None:
    assert found.matched.path is not None
    [model] = (found.matched.path.parents[2] / "models").glob("*.json")
    assert f"model={model.stem}" == found.matched.path.parent.name
    assert '"m_probability"' in model.read_text()


def test_a_probable_edge_says_in_what_the_records_agree(found: Found) -> None:
    reasons = found.warehouse.rows(
        "select distinct reason from intermediate.int_identity_edges"
        " where rule_slug = 'probable_match'"
    )
    assert ("Two records state the same name",) in reasons
