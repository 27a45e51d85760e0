"""Consent, audiences and their uplift over real files; nobody is listed without consent."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from ops.audiences import AudienceRefused, export, purpose_of
from tests.dbt.tiny_lake import Row, TinyLake, contact, deal, iso
from tests.dbt.warehouse import PROJECT, Warehouse

AS_OF = "2026-09-25T00:00:00Z"
MARTS = "cx_warehouse.marts"
WRITTEN_TO, HELD_OUT = "101", "100"  # by their hashes with newsletter_offer: 0.43 and 0.07
NO_BASIS, LEFT, DOUBLE, LATE = "103", "104", "105", "107"
SEED = PROJECT / "seeds" / "audiences.csv"


def consent(key: str, changed: str, *said: tuple[str, str | None]) -> Row:
    """Make a contact's answers about the newsletter: status and basis, decided on that day."""
    statuses = [
        {
            "subscriptionId": 1,
            "subscriptionName": "Newsletter",
            "status": status,
            "source": "Form",
            "timestamp": iso(changed),
            "businessUnitId": 0,
            "legalBasis": basis,
        }
        for status, basis in said
    ]
    return Row(key, {"id": key, "statuses": statuses}, changed)


def yes(key: str, changed: str = "2026-07-01") -> Row:
    return consent(key, changed, ("SUBSCRIBED", "CONSENT_WITH_NOTICE"))


def fill(lake: TinyLake) -> None:
    people = [WRITTEN_TO, HELD_OUT, NO_BASIS, LEFT, DOUBLE, LATE]
    contacts = [contact(key, "2026-07-01", email=f"{key}@x.nl") for key in people]
    twin = contact("106", "2026-07-01", email=f"{DOUBLE}@x.nl")
    lake.land("hubspot.contacts", [*contacts, twin])
    lake.land(
        "hubspot.subscriptions",
        [
            *(yes(key) for key in (WRITTEN_TO, HELD_OUT, LEFT, DOUBLE)),
            consent(NO_BASIS, "2026-07-01", ("SUBSCRIBED", None)),
            consent("106", "2026-07-02", ("UNSUBSCRIBED", None)),
        ],
    )
    gone = consent(LEFT, "2026-08-01", ("UNSUBSCRIBED", None))
    lake.land("hubspot.subscriptions", [gone], "2026-08-01")
    lake.land("hubspot.subscriptions", [yes(LATE, "2026-09-06")], "2026-09-06")
    won = deal("d1", WRITTEN_TO, "2026-09-07", "2026-09-08", "closedwon")
    lake.land("hubspot.deals", [won], "2026-09-08")


@pytest.fixture(scope="module")
def engaged(
    new_warehouse: Callable[[Path], Warehouse], tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    warehouse = new_warehouse(tmp_path_factory.mktemp("engage"))
    fill(warehouse.lake)
    models = ("+agg_audience_members", "+agg_audience_uplift", "+fct_consent_periods")
    warehouse.build(*models, as_of=AS_OF)
    return warehouse


def test_only_who_permits_it_on_a_basis_belongs(engaged: Warehouse) -> None:
    """Left out: no basis, withdrawn before, withdrawn on a second contact, consented later."""
    rows = engaged.rows(
        f"select contact_id, is_held_out, contact_budget_count from {MARTS}.agg_audience_members"
        " where audience_slug = 'newsletter_offer' order by 1"
    )
    assert rows == [(HELD_OUT, True, 4), (WRITTEN_TO, False, 4)]


def test_periods_follow_what_was_said(engaged: Warehouse) -> None:
    rows = engaged.rows(
        "select status_type, cast(started_at as date)::text, cast(ended_at as date)::text,"
        f" is_permitted from {MARTS}.fct_consent_periods where contact_id = '{LEFT}' order by 2"
    )
    assert rows == [
        ("granted", "2026-07-01", "2026-08-01", True),
        ("withdrawn", "2026-08-01", None, False),
    ]


def test_uplift_is_the_difference_with_its_interval(engaged: Warehouse) -> None:
    """1 of 1 against 0 of 1: (2/3 - 1/3) -+ 1.96 x sqrt(2 x (2/9) / 3)."""
    (row,) = engaged.rows(
        "select member_count, holdout_count, uplift_rate, uplift_low_rate, uplift_high_rate,"
        f" is_provisional from {MARTS}.agg_audience_uplift"
    )
    margin = 1.96 * (4 / 27) ** 0.5
    assert row[:3] == (1, 1, 1.0)
    assert row[3:5] == (pytest.approx(1 / 3 - margin), pytest.approx(1 / 3 + margin))
    assert row[5] is False


BROKEN = {
    "assert_no_audience_member_lacks_consent": [
        f"delete from {MARTS}.fct_consent_periods",
        f"update {MARTS}.fct_consent_periods set is_permitted = false, status_type = 'withdrawn'",
        f"update {MARTS}.agg_audience_members set contact_id = '{NO_BASIS}'",
    ],
    "assert_consent_periods_of_a_contact_do_not_overlap": [
        f"update {MARTS}.fct_consent_periods set ended_at = null",
        f"update {MARTS}.fct_consent_periods set basis_type = null",
    ],
    "assert_members_and_hold_out_are_the_whole_audience": [
        f"delete from {MARTS}.agg_audience_members where is_held_out",
    ],
}


def test_the_ties_of_the_audiences_hold(engaged: Warehouse) -> None:
    assert engaged.failing(*BROKEN) == []


@pytest.mark.parametrize(
    ("test", "damage"), [(test, damage) for test, all_of in BROKEN.items() for damage in all_of]
)
def test_a_tie_of_the_audiences_refuses_what_breaks_it(
    engaged: Warehouse, tmp_path: Path, test: str, damage: str
) -> None:
    (tmp_path / "build").mkdir()
    broken = engaged.copied_to(tmp_path / "build")
    broken.execute(damage)
    assert broken.failing(test) == [test]


def test_a_list_names_neither_who_is_held_out_nor_who_withdrew_since(
    engaged: Warehouse, tmp_path: Path
) -> None:
    out = tmp_path / "lists" / "offer.csv"
    with engaged.opened() as connection:
        connection.execute("use cx_warehouse")
        assert export(connection, "newsletter_offer", "newsletter", out) == 1
        with out.open() as file:
            assert [row["contact_id"] for row in csv.DictReader(file)] == [WRITTEN_TO]
        connection.execute("begin")
        connection.execute("update marts.fct_consent_periods set is_permitted = false")
        with pytest.raises(AudienceRefused, match="nobody is left who permits"):
            export(connection, "newsletter_offer", "newsletter", tmp_path / "other.csv")
        connection.execute("rollback")
    assert not (tmp_path / "other.csv").exists()


def test_an_audience_that_is_not_declared_is_refused() -> None:
    assert purpose_of(SEED, "win_back") == "newsletter"
    with pytest.raises(AudienceRefused, match="use one of newsletter_offer"):
        purpose_of(SEED, "everybody")
