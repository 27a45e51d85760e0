"""How evidence is counted; that a biased analytic is told; that the page is what was measured."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import pytest

from benchmarks.evidence import Analytic, Connection, Estimate, Result, analytics, measure, rows
from benchmarks.evidence._page import PAGE, read_results, render


def analytic(estimate: Callable[[Connection], Estimate | None]) -> Analytic:
    """Make an analytic of a world whose truth is 5."""
    return Analytic("waits", "it_outage", "Extra wait", "seconds", lambda _: 5.0, estimate)


def worlds(one: Analytic, seeds: int = 20) -> list[Result]:
    with duckdb.connect() as connection:
        return [
            measure(one, connection, seed, is_placebo=is_placebo)
            for seed in range(seeds)
            for is_placebo in (False, True)
        ]


def result(seed: int, *, is_placebo: bool, low: float | None, high: float | None) -> Result:
    value = None if low is None or high is None else (low + high) / 2
    return Result("waits", seed, is_placebo, 0.0 if is_placebo else 5.0, value, low, high)


def test_an_interval_holds_what_lies_between_its_ends_both_included() -> None:
    held = [result(1, is_placebo=False, low=low, high=high).holds for low, high in ((5, 9), (1, 5))]
    missed = [
        result(1, is_placebo=False, low=low, high=high).holds for low, high in ((5.1, 9), (1, 4.9))
    ]
    assert (held, missed) == ([True, True], [False, False])


@pytest.mark.parametrize(("held", "is_met"), [(18, True), (17, False)])
def test_nine_of_ten_intervals_must_hold(held: int, is_met: bool) -> None:
    known = analytic(lambda _: None)
    results = [result(n, is_placebo=True, low=-1, high=1) for n in range(20)]
    results += [result(n, is_placebo=False, low=4, high=6) for n in range(held)]
    results += [result(n, is_placebo=False, low=6, high=7) for n in range(held, 20)]
    (row,) = rows([known], results)
    assert (row.held, row.placebo_held, row.is_met) == ((held, 20), (20, 20), is_met)


def test_an_analytic_that_finds_something_in_the_placebo_misses() -> None:
    biased = analytic(lambda _: Estimate(5.0, 4.0, 6.0))
    (row,) = rows([biased], worlds(biased))
    assert (row.held, row.placebo_held, row.is_met) == ((20, 20), (0, 20), False)
    assert "| missed |" in render([biased], worlds(biased))


def test_not_enough_to_tell_holds_nothing() -> None:
    silent = analytic(lambda _: None)
    (row,) = rows([silent], worlds(silent))
    assert (row.held, row.is_met) == ((0, 20), False)
    assert "not enough to tell" in render([silent], worlds(silent))


def test_of_a_world_measured_again_the_last_result_stands() -> None:
    results = [
        result(1, is_placebo=False, low=8, high=9),
        result(1, is_placebo=False, low=4, high=6),
    ]
    (row,) = rows([analytic(lambda _: None)], results)
    assert row.held == (1, 1)


def test_an_analytic_that_was_not_measured_does_not_count_as_met() -> None:
    known = analytic(lambda _: None)
    (row,) = rows([known], [])
    assert not row.is_met
    assert "| not measured |" in render([known], [])


def test_the_page_is_what_was_measured() -> None:
    assert PAGE.read_text() == render(analytics(), read_results()), "run `make evidence`"
