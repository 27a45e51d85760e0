"""Probable identity: the sandbox's planted truth judges what Splink and the guards find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from ops.identity import match
from sandbox.stories import PLANTED, dialled
from tests.dbt.identity_world import Persons, agreement, true_identifiers
from tests.dbt.warehouse import Warehouse

MODELS = ("+int_identity_records", "+int_identifiers_resolved")
WHOSE = (
    "select identifier_type, identifier_value, customer_key"
    " from intermediate.int_identifiers_resolved"
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


def find(begun: Warehouse, persons: Persons) -> Found:
    """Resolve a company by exact evidence, then match it."""
    persons.land(begun.lake)
    begun.build(*MODELS, as_of=persons.as_of)
    exact = _whose(begun)
    enrichment = begun.folder.parent / "enrichment"
    matched = match.match_records(begun.folder / "warehouse.duckdb", enrichment, persons.until)
    resolution = "int_identity_pairs+ int_identity_before+"
    inner = [f"{one},+int_identifiers_resolved" for one in resolution.split()]
    begun.build(*inner, as_of=persons.as_of, matched_pairs=str(matched.path))
    return Found(persons, begun, matched, exact)


@pytest.fixture(scope="module")
def found(
    new_warehouse: Callable[[Path], Warehouse], tmp_path_factory: pytest.TempPathFactory
) -> Found:
    return find(new_warehouse(tmp_path_factory.mktemp("persons")), Persons.living(7, 400, 45))


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


CURVES = {  # values of a dial, with the least recall that is accepted there; precision never falls
    "duplicate_factor": {"0": 0.95, "1": 0.95, "2": 0.93, "4": 0.9},
    "typing_errors": {"0": 0.95, "2": 0.93, "3": 0.93},
    "shared_phone_share": {"0": 0.95, "0.15": 0.92, "0.3": 0.85},
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("dial", "value", "least_recall"),
    [(dial, value, least) for dial, points in CURVES.items() for value, least in points.items()],
)
def test_precision_holds_while_the_crm_grows_untidy(
    warehouse: Warehouse, dial: str, value: str, least_recall: float
) -> None:
    """Prints a row of the table in docs/analytics/identity.md: run with -s to see it."""
    stories = dialled(PLANTED, {f"crm_noise.{dial}": value})
    untidy = find(warehouse, Persons.living(7, 400, 45, stories))
    true = true_identifiers(untidy.persons)
    exact_precision, exact_recall, _ = agreement(true, untidy.exact)
    precision, recall, pairs = agreement(true, untidy.whose)
    found = (exact_precision, exact_recall, precision, recall)
    print(f"| {dial} | {value} | {pairs:,} |" + "".join(f" {each:.4f} |" for each in found))
    assert precision >= 0.995
    assert recall >= least_recall
