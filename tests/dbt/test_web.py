"""Web marts over real files: credits and keywords by hand, by day as anew, and ties that refuse."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.dbt.service_records import forked
from tests.dbt.tiny_lake import Record, Row, TinyLake, hit
from tests.dbt.warehouse import Warehouse

MODELS = (
    "+fct_attribution_credits",
    "+agg_keywords_daily",
    "+fct_web_sessions",
    "+agg_search_leads",
)
MARTS = ("fct_attribution_credits", "agg_keywords_daily", "fct_web_sessions")


def order(session: int, when: str, code: str = "T-1", *, medium: str = "organic") -> Record:
    """Make a purchase of 40 dollars."""
    paid = hit("a.1", session, when, "purchase", medium=medium)
    return {**paid, "ecommerce": {"transaction_id": code}, "event_value_in_usd": 40.0}


def found(day: str, query: str, impressions: int, clicks: int = 1) -> Row:
    """Make a row of Search Console."""
    place = {"page": "https://www.example.com/help", "country": "nld", "device": "MOBILE"}
    counts = {"clicks": clicks, "impressions": impressions, "position": 2.0}
    return Row(f"{day}|{query}", {"query": query, **place, **counts})


def total(day: str, impressions: int, clicks: int = 2) -> Row:
    return Row(day, {"clicks": clicks, "impressions": impressions, "position": 3.0})


def searched(session: int, when: str, text: str) -> Record:
    """Make a search on the site itself."""
    event = hit("b.1", session, when, "view_search_results")
    value = {"string_value": text, "int_value": None, "float_value": None, "double_value": None}
    return {
        **event,
        "event_params": [*event["event_params"], {"key": "search_term", "value": value}],
    }


def land(lake: TinyLake, day: str, events: list[Record], searches: list[Row], all_in: int) -> None:
    lake.land_events(day, events)
    lake.land("search_console.by_query_page", searches, day)
    lake.land("search_console.by_date", [total(day, all_in)], day)


@pytest.fixture(scope="module")
def both_ways(
    new_warehouse: Callable[[Path], Warehouse], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Warehouse, Warehouse]:
    """Build three days by day, the first of them restated with the last, and all anew."""
    warehouse = new_warehouse(tmp_path_factory.mktemp("web"))
    lake = warehouse.lake
    lake.scrub("refund", "Refund", "google", "organic", "cpc", "email", "(none)")
    first = [
        hit("a.1", 1, "2026-07-01 10:00", medium="cpc"),
        searched(9, "2026-07-01 11:00", "Refund"),
    ]
    land(lake, "2026-07-01", first, [found("2026-07-01", "refund", 60)], 100)
    warehouse.build(*MODELS)
    second = [
        hit("a.1", 2, "2026-07-08 10:00", medium="email"),
        order(2, "2026-07-08 10:00", medium="email"),
    ]
    land(lake, "2026-07-08", second, [found("2026-07-08", "refund", 60)], 90)
    warehouse.build(*MODELS)
    late = [*first, hit("a.1", 3, "2026-07-01 09:00", medium="(none)")]
    land(lake, "2026-07-01", late, [found("2026-07-01", "refund", 50)], 100)
    land(lake, "2026-07-09", [order(4, "2026-07-09 10:00")], [], 30)
    warehouse.build(*MODELS)
    anew = forked(warehouse, tmp_path_factory.mktemp("anew"))
    anew.build(*MODELS, full_refresh=True)
    return warehouse, anew


@pytest.mark.parametrize("mart", MARTS)
def test_web_marts_by_day_are_those_of_a_full_refresh(
    both_ways: tuple[Warehouse, Warehouse], mart: str
) -> None:
    stepwise, anew = (
        one.rows(f"select * from cx_warehouse.marts.{mart} order by all") for one in both_ways
    )
    assert stepwise == anew
    assert stepwise


def credits_by(warehouse: Warehouse, model: str) -> list[tuple[Any, ...]]:
    return warehouse.rows(
        "select traffic_medium_name, round(credit, 6), round(credited_usd, 4)"
        " from cx_warehouse.marts.fct_attribution_credits"
        f" where model_slug = '{model}' order by touched_at"
    )


def test_a_purchase_is_shared_out_by_the_models_as_computed_by_hand(
    both_ways: tuple[Warehouse, Warehouse],
) -> None:
    """Three visits, 7.04, 7 and 0 days before; the thanks page came again the next day."""
    warehouse = both_ways[0]
    assert credits_by(warehouse, "first") == [("(none)", 1.0, 40.0)]
    assert credits_by(warehouse, "last") == [("email", 1.0, 40.0)]
    assert credits_by(warehouse, "position") == [
        ("(none)", 0.4, 16.0),
        ("cpc", 0.2, 8.0),
        ("email", 0.4, 16.0),
    ]
    early = 2 ** (-(7 + 1 / 24) / 7)
    whole = early + 0.5 + 1
    assert [row[1] for row in credits_by(warehouse, "time_decay")] == [
        round(weight / whole, 6) for weight in (early, 0.5, 1)
    ]


def test_rare_queries_are_told_as_what_is_left(both_ways: tuple[Warehouse, Warehouse]) -> None:
    rows = both_ways[0].rows(
        "select cast(report_on as text), query_text, impression_count, site_search_count"
        " from cx_warehouse.marts.agg_keywords_daily order by 1, 2"
    )
    assert rows == [
        ("2026-07-01", "(unattributed)", 50, 0),
        ("2026-07-01", "refund", 50, 1),
        ("2026-07-08", "(unattributed)", 30, 0),
        ("2026-07-08", "refund", 60, 0),
        ("2026-07-09", "(unattributed)", 30, 0),
    ]


BROKEN = {
    "assert_a_search_lead_lies_in_its_interval": [
        "update cx_warehouse.marts.agg_search_leads set impression_count = -1",
        "delete from cx_warehouse.marts.agg_search_leads",
    ],
    "assert_no_session_abandons_more_forms_than_it_began": [
        "update cx_warehouse.marts.fct_web_sessions set form_abandoned_count = 1",
        "update cx_warehouse.marts.fct_web_sessions set has_friction = not has_friction",
    ],
    "assert_credits_of_a_conversion_sum_to_one_in_every_model": [
        "update cx_warehouse.marts.fct_attribution_credits set credit = 0.3 where credit = 1",
        "delete from cx_warehouse.marts.fct_attribution_credits",
        "update cx_warehouse.marts.fct_attribution_credits set credited_usd = credited_usd + 1",
    ],
    "assert_keywords_add_up_to_the_totals_of_search_console": [
        "delete from cx_warehouse.marts.agg_keywords_daily where keyword_type = 'unattributed'",
        "update cx_warehouse.marts.agg_keywords_daily set click_count = click_count + 1",
    ],
}


def test_the_ties_of_the_web_marts_hold(both_ways: tuple[Warehouse, Warehouse]) -> None:
    assert both_ways[0].failing(*BROKEN) == []


@pytest.mark.parametrize(
    ("test", "damage"), [(test, damage) for test, all_of in BROKEN.items() for damage in all_of]
)
def test_a_tie_of_the_web_marts_refuses_what_breaks_it(
    both_ways: tuple[Warehouse, Warehouse], tmp_path: Path, test: str, damage: str
) -> None:
    broken = both_ways[1].copied_to(_made(tmp_path))
    broken.execute(damage)
    assert broken.failing(test) == [test]


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder
