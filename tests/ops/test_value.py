"""Customer value: closed forms against published numbers, fits that find what was true."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

from ops import value
from ops import value_model as model
from ops.value_model import Buyers

AS_OF = datetime(2026, 9, 29, tzinfo=UTC)
# Fader, Hardie and Lee 2005, table 2: the CDNOW sample, in weeks.
CDNOW = np.array([0.243, 4.414, 0.793, 2.426])

# What pymc-marketing 0.19.2 answers for these parameters and buyers (x, recency, T, spend).
LIBRARY = {
    "parameters": (0.66, 8.1, 0.39, 1.5),
    "spending": (4.0, 6.0, 300.0),
    "buyers": (
        *((0, 0, 10, np.nan), (0, 0, 175, np.nan), (1, 3, 89, 20.0)),
        *((2, 30, 38, 150.5), (5, 60, 170, 99.0), (12, 160, 165, 310.0)),
    ),
    "alive": (1.0, 1.0, 0.095079978, 0.794277842, 0.057595719, 0.956738510),
    "purchases": {
        30: (0.901466190, 0.105297462, 0.046370643, 1.245468029, 0.053288570, 2.034429747),
        90: (2.217302310, 0.301619971, 0.128510460, 3.275288814, 0.151820172, 5.784553040),
    },
    "spend": (240.0, 240.0, 142.222222, 184.923077, 127.2, 303.396226),
}


def buyers(*rows: tuple[float, ...]) -> Buyers:
    columns = [np.array(column, dtype=float) for column in zip(*rows, strict=True)]
    return Buyers(*columns, *[np.full(len(rows), np.nan)] * (4 - len(columns)))


def lived(seed: int, count: int, r: float, alpha: float, a: float, b: float) -> tuple:
    """Let buyers live as the model says; return them and what they bought in 30 days more."""
    rng = np.random.default_rng(seed)
    rates, leaving = rng.gamma(r, 1 / alpha, count), rng.beta(a, b, count)
    ages = rng.integers(10, 175, count).astype(float)
    rows, later = [], []
    for rate, leave, age in zip(rates, leaving, ages, strict=True):
        at, x, last, after = 0.0, 0, 0.0, 0
        while (at := at + rng.exponential(1 / rate)) < age + 30:
            if at < age:
                x, last = x + 1, at
            else:
                after += 1
            if rng.random() < leave:
                break
        rows.append((x, last, age))
        later.append(after)
    return buyers(*rows), np.array(later)


def test_expected_purchases_are_the_published_example() -> None:
    """Customer 1 of the paper's worked example: 1.226 purchases in the next 39 weeks."""
    found = model.expected_purchases(CDNOW, buyers((2, 30.43, 38.86)), 39)
    assert found == pytest.approx(1.226, abs=0.0005)


def test_closed_forms_equal_those_of_the_library() -> None:
    """Numbers that pymc-marketing 0.19.2 gave for these buyers with these parameters."""
    given = np.array(LIBRARY["parameters"])
    who = buyers(*LIBRARY["buyers"])
    assert model.alive(given, who) == pytest.approx(LIBRARY["alive"], rel=1e-6)
    for days, expected in LIBRARY["purchases"].items():
        found = model.expected_purchases(given, who, days)
        assert found == pytest.approx(expected, rel=1e-6)
    spend = model.expected_spend(np.array(LIBRARY["spending"]), who)
    assert spend == pytest.approx(LIBRARY["spend"], rel=1e-6)


def test_a_fit_finds_the_parameters_that_people_lived_by() -> None:
    true = np.array([1.0, 60.0, 1.0, 4.0])
    who, later = lived(1, 2000, *true)
    fit = model.fit_buying(who)
    errors = np.sqrt(np.diag(fit.covariance))
    assert np.all(np.abs(np.log(fit.values / true)) < 3 * errors)
    assert fit.log_likelihood >= model.buying_log_likelihood(true, who) - 0.5
    expected = model.expected_purchases(fit.values, who, 30)
    assert abs(later.sum() - expected.sum()) < 3 * np.sqrt(np.sum((later - expected) ** 2))


def test_who_never_drops_out_is_found_alive() -> None:
    who, _ = lived(2, 400, 1.0, 30.0, 1e-6, 1.0)
    assert model.alive(model.fit_buying(who).values, who).mean() > 0.95


def test_spending_finds_the_mean_of_a_customer() -> None:
    rng = np.random.default_rng(3)
    means = 300.0 * 4.0 * rng.gamma(6.0, 1.0, 800) ** -1.0 * 5.0 / 4.0
    x = rng.integers(1, 9, 800).astype(float)
    spend = means * rng.gamma(4.0 * x, 1 / (4.0 * x))
    who = Buyers(x, x, x + 1, spend)
    found = model.expected_spend(model.fit_spending(who).values, who)
    assert np.corrcoef(found, means)[0, 1] > np.corrcoef(spend, means)[0, 1]
    assert found.mean() == pytest.approx(means.mean(), rel=0.03)


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """Two hundred buyers of half a year, in the table that the fit reads."""
    path, rng = tmp_path / "warehouse.duckdb", np.random.default_rng(4)
    rows = []
    for number in range(200):
        day = AS_OF - timedelta(days=int(rng.integers(40, 170)))
        while day < AS_OF:
            rows.append((f"c{number}", day.date(), float(rng.gamma(4.0, 25.0))))
            day += timedelta(days=float(rng.exponential(40)))
            if rng.random() < 0.1:
                break
    with duckdb.connect(str(path)) as con:
        con.execute("create schema intermediate")
        con.execute(
            "create table intermediate.int_purchases"
            " (customer_key text, purchased_on date, revenue_amount double)"
        )
        con.executemany("insert into intermediate.int_purchases values (?, ?, ?)", rows)
    return path


def test_a_fit_is_kept_with_its_trial(warehouse: Path, tmp_path: Path) -> None:
    assert value.fit_value(warehouse, tmp_path, AS_OF, AS_OF)
    path = value.path_of(tmp_path, AS_OF)
    [row] = pq.read_table(path).to_pylist()
    assert path.parent.name == "bgnbd_gamma_gamma-2"
    assert row["status_type"] == "fitted"
    assert row["buyer_count"] == 200
    assert row["held_out_gap_low"] < 0 < row["held_out_gap_high"]
    assert row["held_out_spend_gap_low"] < 0 < row["held_out_spend_gap_high"]
    gap = row["held_out_purchase_count"] - row["held_out_expected_count"]
    assert row["held_out_gap_per_buyer"] == pytest.approx(gap / row["held_out_buyer_count"])


def test_who_spends_more_than_ever_is_seen_in_the_trial(warehouse: Path) -> None:
    """Purchases of the days held out are 30 dearer: the gap of spend tells it, of orders not."""
    before = value.held_out(warehouse, AS_OF)
    with duckdb.connect(str(warehouse)) as con:
        con.execute(
            "update intermediate.int_purchases set revenue_amount = revenue_amount + 30"
            " where purchased_on >= ?",
            [(AS_OF - timedelta(days=value.HELD_OUT_DAYS)).date()],
        )
    after = value.held_out(warehouse, AS_OF)
    dearer = after["held_out_spend_gap_amount"] - before["held_out_spend_gap_amount"]
    assert dearer == pytest.approx(30)
    assert after["held_out_spend_gap_low"] > 0
    assert after["held_out_gap_per_buyer"] == before["held_out_gap_per_buyer"]


def test_a_fit_stands_from_monday_to_sunday(warehouse: Path, tmp_path: Path) -> None:
    monday = datetime(2026, 9, 28, tzinfo=UTC)
    assert value.due(tmp_path, AS_OF) == monday
    value.fit_value(warehouse, tmp_path, monday, AS_OF)
    due = {n: value.due(tmp_path, monday + timedelta(days=n, hours=9)) for n in (-1, 0, 6, 7)}
    before, after = monday - timedelta(days=7), monday + timedelta(days=7)
    assert due == {-1: before, 0: None, 6: None, 7: after}


def test_too_few_repeat_buyers_give_no_parameters(warehouse: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(warehouse)) as con:
        con.execute("delete from intermediate.int_purchases where customer_key > 'c11'")
    assert not value.fit_value(warehouse, tmp_path, AS_OF, AS_OF)
    [row] = pq.read_table(value.path_of(tmp_path, AS_OF)).to_pylist()
    assert row["status_type"] == "too_few_repeat_buyers"
    assert row["alpha"] is None


def test_the_same_purchases_give_the_same_bytes(warehouse: Path, tmp_path: Path) -> None:
    contents = []
    for name in ("one", "two"):
        value.fit_value(warehouse, tmp_path / name, AS_OF, AS_OF)
        contents.append(value.path_of(tmp_path / name, AS_OF).read_bytes())
    assert contents[0] == contents[1]
