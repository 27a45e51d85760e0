"""Value of customers: SQL applies the fitted parameters as the reference in Python does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from ops import value, value_model
from tests.dbt.tiny_lake import contact, deal
from tests.dbt.warehouse import AS_OF, Warehouse

UNTIL = datetime.fromisoformat(AS_OF).astimezone(UTC)
PEOPLE = 120


@pytest.fixture(scope="module")
def valued(
    new_warehouse: Callable[[Path], Warehouse], tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    """Build over buyers of half a year, fitted where the build fits."""
    warehouse = new_warehouse(tmp_path_factory.mktemp("value"))
    rng, deals, contacts = np.random.default_rng(5), [], []
    for person in range(PEOPLE):
        day, often = UNTIL - timedelta(days=float(rng.uniform(40, 180))), rng.gamma(1.0, 1 / 40)
        contacts.append(contact(str(person), f"{day:%Y-%m-%d %H:%M}"))
        while day < UNTIL and rng.random() > 0.15:
            won = f"{day:%Y-%m-%d %H:%M}"
            number = str(1000 + len(deals))
            amount = f"{rng.gamma(4.0, 25.0):.2f}"
            deals.append(deal(number, str(person), won, won, "closedwon", amount=amount))
            day += timedelta(days=float(rng.exponential(1 / often)) + 0.01)
    warehouse.lake.land("hubspot.contacts", contacts, "2026-01-01", days=273)
    warehouse.lake.land("hubspot.deals", deals, "2026-01-01", days=273)
    warehouse.build("+int_purchases")
    enrichment = warehouse.lake.root / "enrichment"
    assert value.fit_value(warehouse.folder / "warehouse.duckdb", enrichment, UNTIL, UNTIL)
    warehouse.build("+path:models/marts/lifecycle")
    return warehouse


def test_the_mart_s_frequency_recency_and_age_are_those_that_were_fitted(
    valued: Warehouse,
) -> None:
    buyers, *_ = value.summary(valued.folder / "warehouse.duckdb", UNTIL, UNTIL)
    mart = valued.rows(
        "select frequency_count, recency_days, age_days, coalesce(mean_repeat_revenue_amount, -1)"
        " from cx_warehouse.marts.agg_customers_value order by customer_key"
    )
    spend = np.nan_to_num(buyers.spend, nan=-1)
    fitted = zip(buyers.frequency, buyers.recency, buyers.age, spend, strict=True)
    assert mart == [pytest.approx(row) for row in fitted]


def test_sql_gives_the_expectations_of_the_reference(valued: Warehouse) -> None:
    buyers, *_ = value.summary(valued.folder / "warehouse.duckdb", UNTIL, UNTIL)
    [given] = valued.rows(
        "select r_parameter, alpha_parameter, a_parameter, b_parameter, p_parameter, q_parameter,"
        " v_parameter from cx_warehouse.marts.fct_value_fits where is_newest"
    )
    buying, spending = np.array(given[:4]), np.array(given[4:])
    found = valued.rows(
        "select alive_rate, expected_purchase_count, expected_spend_amount, expected_revenue_amount"
        " from cx_warehouse.marts.agg_customers_value order by customer_key"
    )
    alive, count, spend, revenue = (np.array(column) for column in zip(*found, strict=True))
    assert np.ptp(alive) > 0.2
    assert alive == pytest.approx(value_model.alive(buying, buyers), rel=1e-9)
    expected = value_model.expected_purchases(buying, buyers, 90)
    assert count == pytest.approx(expected, rel=1e-6)
    assert spend == pytest.approx(value_model.expected_spend(spending, buyers), rel=1e-9)
    assert revenue == pytest.approx(count * spend)


def test_the_claims_hold_of_valued_customers(valued: Warehouse) -> None:
    assert (
        valued.failing(
            "assert_age_is_never_less_than_recency",
            "assert_cohorts_tie_to_purchases",
            "assert_value_is_the_same_in_customers_and_history",
            "assert_value_rests_on_the_newest_fit",
        )
        == []
    )


def test_customers_fall_into_segments_by_value(valued: Warehouse) -> None:
    known = dict(
        valued.rows(
            "select value_segment_type, count(*) from cx_warehouse.marts.dim_customers"
            " where customer_key <> 'unknown' group by value_segment_type"
        )
    )
    assert set(known) == {"never bought", "bought once", "at risk", "repeat buyer"}
    assert sum(known.values()) == PEOPLE
