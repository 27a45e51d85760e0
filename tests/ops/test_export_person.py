"""What an access request is answered with."""

import json
from pathlib import Path

import pytest

from ops.erasure import export, person
from ops.erasure.person import UnknownPerson
from ops.settings import Settings
from tests.ops.erasure_lake import ANN, NOW, both, put


@pytest.fixture
def lake(settings: Settings) -> Path:
    put(settings.lake, both(), "raw")
    return settings.lake


@pytest.mark.parametrize(
    "named",
    [
        "ann.vos@example.org",
        "ANN.OLD@example.org",
        "06 5559 6508",
        "customer_number:cust-50001",
        "crm_contact_id:50101",
    ],
)
def test_a_person_is_found_by_any_identifier(settings: Settings, lake: Path, named: str) -> None:
    found = person.find(settings, [named])
    assert {one.stream for one in found.found if one.is_theirs} == set(ANN)
    assert ("email", "ann.old@example.org") in found.identifiers


def test_records_of_others_are_told_by_place_alone(settings: Settings, lake: Path) -> None:
    out = settings.data_dir / "ann.json"
    found = person.find(settings, ["ann.vos@example.org"])
    counted = export.export(settings, found, out, NOW)
    assert counted == dict.fromkeys(ANN, 1)
    said = json.loads(out.read_text())
    assert {one["key"] for one in said["records"]} == {
        *("50101", "903451200101", "48211", "7610021", "76100212", "d883"),
    }
    assert sorted(one["key"] for one in said["named_in"]) == ["48212", "7712"]
    assert "bob@example.org" not in out.read_text()
    assert said["records"][0]["interval_start"] == "2026-07-01T00:00:00+00:00"
    assert out.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("named", ["nobody@example.org", "50101", "+31201234567"])
def test_an_identifier_that_leads_to_nobody_is_refused(
    settings: Settings, lake: Path, named: str
) -> None:
    with pytest.raises(UnknownPerson) as refused:
        person.find(settings, [named])
    assert "say its kind" in refused.value.next_step
    assert named not in str(refused.value)


def test_an_older_version_of_a_record_leads_on(settings: Settings, lake: Path) -> None:
    """The graph holds the newest address; the lake holds the one that was given up."""
    found = person.find(settings, ["ann.old@example.org"])
    assert ("email", "ann.vos@example.org") in found.identifiers
