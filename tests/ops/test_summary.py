"""The headline numbers of a run: rolled up exactly from daily sums."""

import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest

from ops import summary


def test_a_month_rolls_up_from_sums_and_not_from_daily_values(tmp_path: Path) -> None:
    marts = tmp_path / "cx_warehouse.duckdb"
    with duckdb.connect(str(marts)) as con:
        con.execute("create schema marts")
        con.execute(
            """create table marts.agg_experience_daily as
            select 'nps' as metric_slug, segment_type, booked_on, sample_count, score_sum,
                score_squared_sum
            from (values
                ('all', date '2026-09-01', 1, 100.0, 10000.0),
                ('all', date '2026-09-02', 9, -100.0, 50000.0),
                ('channel', date '2026-09-02', 9, -100.0, 50000.0),
                ('all', date '2026-10-01', 5, 500.0, 50000.0)
            ) as t(segment_type, booked_on, sample_count, score_sum, score_squared_sum)"""
        )
    (nps,) = summary.headlines(marts, date(2026, 9, 1), date(2026, 10, 1))
    assert (nps.sample_count, nps.value) == (10, 0.0)
    # ten scores with squares summing to 60,000: variance 60,000 / 10, margin 1.96 x sqrt(v / 10)
    assert nps.margin == pytest.approx(48.010, abs=0.001)


def test_the_margin_is_that_of_the_example_in_the_definition() -> None:
    # docs/metrics.md: five promoters, three passives, two detractors, margin 48.41
    assert summary.headline("nps", 10, 300.0, 70000.0).margin == pytest.approx(48.41, abs=0.005)


def test_a_program_is_named_as_the_shell_finds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    beside = Path(sys.executable).parent
    monkeypatch.setenv("PATH", str(beside))
    assert summary.command("cxw") == "cxw"
    monkeypatch.setenv("PATH", "/nowhere")
    assert Path(summary.command("cxw")).resolve() == (beside / "cxw").resolve()


def test_one_answer_has_no_margin() -> None:
    assert summary.headline("nps", 1, 100.0, 10000.0).margin is None


@pytest.mark.parametrize(
    ("as_of", "first", "until"),
    [
        (date(2026, 9, 29), date(2026, 9, 1), date(2026, 10, 1)),
        (date(2026, 10, 1), date(2026, 9, 1), date(2026, 10, 1)),
        (date(2027, 1, 1), date(2026, 12, 1), date(2027, 1, 1)),
    ],
)
def test_the_last_month_holds_the_last_whole_day(as_of: date, first: date, until: date) -> None:
    assert summary.last_month(as_of) == (first, until)
