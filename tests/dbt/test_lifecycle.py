"""From behaviour to stages, spells and the funnel, on one tiny company."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dbt.tiny_lake import Row, contact, deal, hit, post
from tests.dbt.warehouse import Warehouse

ANN = (
    "customer_key = (select customer_key from cx_warehouse.marts.pii_customers"
    " where customer_number = 'cust-1')"
)
AREA = ("+path:models/marts/lifecycle",)
MARTS = (
    "agg_cohorts_monthly",
    "agg_customers_value",
    "agg_lifecycle_funnel_daily",
    "dim_customers",
    "dim_customers_history",
    "fct_lifecycle_journeys",
    "fct_lifecycle_stage_periods",
    "pii_customers",
)
LIFECYCLE_TESTS = (
    "assert_a_stage_differs_from_the_one_before",
    "assert_age_is_never_less_than_recency",
    "assert_cohorts_tie_to_purchases",
    "assert_every_customer_has_one_journey",
    "assert_lifecycle_stages_do_not_overlap",
    "assert_no_customer_closed_more_deals_than_were_opened",
    "assert_personal_data_belongs_to_customers_that_are_there",
    "assert_standing_today_is_standing_yesterday_plus_entered_minus_left",
    "assert_the_funnel_counts_each_customer_once_in_every_segment_type",
    "assert_the_milestones_of_a_journey_are_in_order",
    "assert_the_unknown_customer_is_a_row",
    "assert_value_is_the_same_in_customers_and_history",
    "assert_value_rests_on_the_newest_fit",
)


def days() -> list[tuple[str, dict[str, list[Row]], list]]:
    """Tell the company's life by day: rows by stream, and the day's events."""
    ann = {"email": "ann@x.nl", "ga_client_id": "b1"}
    first, second = ("31", "1", "2026-07-03 09:00"), ("32", "1", "2026-07-06 09:00")
    return [
        ("2026-07-01", {}, [hit("b1", 1, "2026-07-01 10:00"), hit("b2", 2, "2026-07-01 23:50")]),
        (
            "2026-07-02",
            {"hubspot.contacts": [contact("1", "2026-07-02 09:00", lifecyclestage="lead", **ann)]},
            [hit("b2", 2, "2026-07-02 00:10"), hit("b2", 2, "2026-07-02 00:20", "feature_use")],
        ),
        ("2026-07-03", {"hubspot.deals": [deal(*first)]}, []),
        (
            "2026-07-04",
            {
                "hubspot.deals": [deal(*first, "2026-07-04 12:00", "closedwon")],
                "hubspot.contacts": [
                    contact(
                        *("1", "2026-07-02 09:00", "2026-07-04 12:00"),
                        lifecyclestage="customer",
                        customer_number="cust-1",
                        **ann,
                    )
                ],
            },
            [],
        ),
        (
            "2026-07-05",
            # A duplicate of Ann: found by the address, it starts nothing anew.
            {"hubspot.contacts": [contact("9", "2026-07-05 08:00", email="ANN@x.nl")]},
            [
                hit("b1", 5, "2026-07-05 10:00", customer="cust-1"),
                hit("b1", 5, "2026-07-05 10:05", "feature_use", customer="cust-1"),
                hit("b1", 5, "2026-07-05 10:06", "feature_use", customer="cust-1"),
            ],
        ),
        ("2026-07-06", {"hubspot.deals": [deal(*second)]}, []),
        (
            "2026-07-07",
            {
                "hubspot.deals": [deal(*second, "2026-07-07 12:00", "closedwon")],
                "x.mentions": [post("100", "77", "somebody", "2026-07-07 12:00")],
            },
            [],
        ),
    ]


def live(warehouse: Warehouse, building_after: tuple[str, ...] = ()) -> Warehouse:
    """Land the company's life and build it: after the days named, and at the end."""
    warehouse.lake.scrub("google", "organic")
    for day, streams, events in days():
        for stream, rows in streams.items():
            warehouse.lake.land(stream, rows, day)
        warehouse.lake.land_events(day, events)
        if day in building_after:
            next_day = f"2026-07-{int(day[-2:]) + 1:02d}T00:00:00Z"
            warehouse.build(*AREA, as_of=next_day)
    warehouse.build(*AREA)
    return warehouse


@pytest.fixture(scope="module")
def lived(
    new_warehouse: Callable[[Path], Warehouse], tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    """Build the whole life at once, as of 1 October."""
    return live(new_warehouse(tmp_path_factory.mktemp("lifecycle")))


def spells(warehouse: Warehouse, identifier: str) -> list[tuple]:
    """Return the spells of whoever holds the identifier, in order."""
    return warehouse.rows(
        "select stage_type, strftime(entered_at, '%m-%d %H:%M'), strftime(left_at, '%m-%d %H:%M'),"
        " reason_type from cx_warehouse.marts.fct_lifecycle_stage_periods"
        " where customer_key = (select customer_key from intermediate.int_identifiers_resolved"
        f" where identifier_value = '{identifier}') order by entered_at"
    )


def test_a_buyer_goes_from_considering_to_loyal_and_lapses_in_silence(lived: Warehouse) -> None:
    assert spells(lived, "cust-1") == [
        ("considering", "07-01 10:00", "07-03 09:00", "visit"),
        ("purchasing", "07-03 09:00", "07-05 10:05", "deal_opened"),
        ("using", "07-05 10:05", "07-07 12:00", "use"),
        ("loyal", "07-07 12:00", "08-06 12:00", "deal_won"),
        ("lapsed", "08-06 12:00", "09-05 12:00", "silence"),
        ("lost", "09-05 12:00", None, "silence"),
    ]


def test_a_visitor_who_never_comes_again_is_lost_after_thirty_days(lived: Warehouse) -> None:
    assert spells(lived, "b2") == [
        ("considering", "07-01 23:50", "08-01 00:20", "visit"),
        ("lost", "08-01 00:20", None, "silence"),
    ]


def test_a_session_over_midnight_is_one_visit(lived: Warehouse) -> None:
    assert lived.rows(
        "select event_type, strftime(event_at, '%m-%d %H:%M')"
        " from intermediate.int_lifecycle_web_events"
        " where source_record_key = 'b2|2' order by event_at"
    ) == [("visit", "07-01 23:50"), ("use", "07-02 00:20")]


def test_a_duplicate_contact_does_not_become_a_lead_again(lived: Warehouse) -> None:
    assert lived.rows(
        "select source_record_key from intermediate.int_lifecycle_events where event_type = 'lead'"
    ) == [("1",)]


def test_a_customer_row_tells_stage_label_and_disagreement(lived: Warehouse) -> None:
    assert lived.rows(
        "select stage_type, crm_stage_type, has_stage_disagreement, crm_contact_count, visit_count,"
        " use_count, won_deal_count, acquisition_medium_name"
        f" from cx_warehouse.marts.dim_customers where {ANN}"
    ) == [("lost", "customer", True, 2, 2, 1, 2, "organic")]


def test_a_journey_tells_when_each_milestone_was_reached(lived: Warehouse) -> None:
    moments = ("considered", "purchased", "first_value", "repeat", "lapsed")
    asked = ", ".join(f"strftime({moment}_at, '%m-%d %H:%M')" for moment in moments)
    assert lived.rows(
        f"select {asked}, advocate_at, returned_at, lapse_count, return_count, stage_type,"
        " purchased_to_first_value_seconds"
        f" from cx_warehouse.marts.fct_lifecycle_journeys where {ANN}"
    ) == [
        (
            *("07-01 10:00", "07-04 12:00", "07-05 10:05", "07-07 12:00", "08-06 12:00"),
            *(None, None, 1, 0, "lost", 22 * 3600 + 5 * 60),
        )
    ]


def test_a_cohort_tells_who_came_back_and_who_bought_again(lived: Warehouse) -> None:
    assert lived.rows(
        "select month_number, customer_count, retained_count, buyer_count, repeat_rate,"
        " purchase_count, is_provisional from cx_warehouse.marts.agg_cohorts_monthly"
        " order by month_number"
    ) == [(0, 1, 1, 1, 1.0, 2, False), (1, 1, 0, 0, 1.0, 0, False), (2, 1, 0, 0, 1.0, 0, False)]


def test_the_history_tells_stage_and_purchases_at_any_moment(lived: Warehouse) -> None:
    history = lived.rows(
        "select strftime(valid_from_at, '%m-%d %H:%M'), stage_type, purchase_count"
        f" from cx_warehouse.marts.dim_customers_history where {ANN} order by valid_from_at"
    )
    assert history == [
        ("07-01 10:00", "considering", 0),
        ("07-03 09:00", "purchasing", 0),
        ("07-04 12:00", "purchasing", 1),
        ("07-05 10:05", "using", 1),
        ("07-07 12:00", "loyal", 2),
        ("08-06 12:00", "lapsed", 2),
        ("09-05 12:00", "lost", 2),
    ]


def test_value_speaks_the_literature_s_terms(lived: Warehouse) -> None:
    """Bought on 4 and 7 July, known up to 1 October: one repeat, three days old at the last."""
    assert lived.rows(
        "select frequency_count, recency_days, age_days, silence_days, alive_rate,"
        " value_segment_type from cx_warehouse.marts.agg_customers_value"
    ) == [(1, 3, 89, 86, None, "unknown")]


def test_personal_data_stands_apart(lived: Warehouse) -> None:
    assert lived.rows(
        "select customer_number, email, x_username from cx_warehouse.marts.pii_customers"
        " order by customer_number nulls last"
    ) == [("cust-1", "ann@x.nl", None), (None, None, "somebody")]


def test_an_author_on_x_is_a_customer_without_a_stage(lived: Warehouse) -> None:
    assert lived.rows(
        "select stage_type, acquisition_medium_name from cx_warehouse.marts.dim_customers"
        " where is_on_x"
    ) == [("none", "no visit")]


def test_the_funnel_counts_who_came_went_and_stands(lived: Warehouse) -> None:
    assert lived.rows(
        "select strftime(stage_on, '%m-%d'), entered_count, left_count, standing_count"
        " from cx_warehouse.marts.agg_lifecycle_funnel_daily"
        " where stage_type = 'considering' and segment_type = 'all' and stage_on < '2026-07-05'"
        " order by stage_on"
    ) == [("07-01", 2, 0, 2), ("07-02", 0, 0, 2), ("07-03", 0, 1, 1), ("07-04", 0, 0, 1)]


def test_the_funnel_ends_with_the_last_whole_day(lived: Warehouse) -> None:
    assert lived.rows(
        "select cast(min(stage_on) as text), cast(max(stage_on) as text)"
        " from cx_warehouse.marts.agg_lifecycle_funnel_daily"
    ) == [("2026-07-01", "2026-09-30")]


def test_nothing_among_the_marts_is_a_view(lived: Warehouse) -> None:
    assert (
        lived.rows(
            "select view_name from duckdb_views() where database_name = 'cx_warehouse'"
            " and not internal"
        )
        == []
    )


@pytest.mark.slow
def test_builds_in_steps_give_the_rows_of_one_build(
    lived: Warehouse, new_warehouse: Callable[[Path], Warehouse], tmp_path: Path
) -> None:
    # The first step parts a session that runs over midnight.
    stepwise = live(new_warehouse(tmp_path), ("2026-07-01", "2026-07-03", "2026-07-05"))
    for mart in MARTS:
        query = f"select * from cx_warehouse.marts.{mart} order by all"
        assert stepwise.rows(query) == lived.rows(query), mart
    query = "select * exclude (_build_id) from staging.{} order by all"
    for model in ("stg_ga4__events", "stg_hubspot__contacts", "stg_hubspot__deals"):
        assert stepwise.rows(query.format(model)) == lived.rows(query.format(model)), model


def test_the_claims_of_the_area_hold(lived: Warehouse) -> None:
    assert lived.failing(*LIFECYCLE_TESTS, "path:models/marts/lifecycle,test_type:generic") == []


BREAKS = {
    "assert_age_is_never_less_than_recency": (
        "update cx_warehouse.marts.agg_customers_value set recency_days = age_days + 1"
    ),
    "assert_cohorts_tie_to_purchases": (
        "delete from cx_warehouse.marts.agg_cohorts_monthly where month_number = 0"
    ),
    "assert_value_is_the_same_in_customers_and_history": (
        f"update cx_warehouse.marts.dim_customers set revenue_amount = 1 where {ANN}"
    ),
    "assert_value_rests_on_the_newest_fit": (
        "update cx_warehouse.marts.agg_customers_value set alive_rate = 0.5"
    ),
    "assert_every_customer_has_one_journey": (
        f"delete from cx_warehouse.marts.fct_lifecycle_journeys where {ANN}"
    ),
    "assert_personal_data_belongs_to_customers_that_are_there": (
        f"delete from cx_warehouse.marts.pii_customers where {ANN}"
    ),
    "assert_the_milestones_of_a_journey_are_in_order": (
        "update cx_warehouse.marts.fct_lifecycle_journeys"
        f" set repeat_at = purchased_at - interval 1 second where {ANN}"
    ),
    "assert_a_stage_differs_from_the_one_before": (
        "update cx_warehouse.marts.fct_lifecycle_stage_periods set stage_type = 'purchasing'"
        " where stage_type = 'using'"
    ),
    "assert_lifecycle_stages_do_not_overlap": (
        "update cx_warehouse.marts.fct_lifecycle_stage_periods"
        " set left_at = left_at + interval 1 second where stage_type = 'using'"
    ),
    "assert_no_customer_closed_more_deals_than_were_opened": (
        f"update cx_warehouse.marts.dim_customers set lost_deal_count = 1 where {ANN}"
    ),
    "assert_standing_today_is_standing_yesterday_plus_entered_minus_left": (
        "delete from cx_warehouse.marts.agg_lifecycle_funnel_daily where stage_on = '2026-07-03'"
    ),
    "assert_the_funnel_counts_each_customer_once_in_every_segment_type": (
        "update cx_warehouse.marts.agg_lifecycle_funnel_daily"
        " set standing_count = standing_count + 1 where stage_type = 'lost'"
        " and segment_type = 'all' and stage_on = '2026-09-30'"
    ),
    "assert_the_unknown_customer_is_a_row": (
        "delete from cx_warehouse.marts.dim_customers where customer_key = 'unknown'"
    ),
}


def test_every_claim_is_shown_failing(lived: Warehouse, tmp_path: Path) -> None:
    assert set(BREAKS) == set(LIFECYCLE_TESTS)
    for name, statement in BREAKS.items():
        broken = lived.copied_to(tmp_path / name)
        broken.execute(statement)
        assert broken.failing(name) == [name]


def test_a_gap_between_spells_is_caught(lived: Warehouse, tmp_path: Path) -> None:
    broken = lived.copied_to(tmp_path)
    broken.execute(
        "delete from cx_warehouse.marts.fct_lifecycle_stage_periods where stage_type = 'using'"
    )
    name = "assert_lifecycle_stages_do_not_overlap"
    assert broken.failing(name) == [name]


def test_two_customer_numbers_in_one_customer_give_a_warning(
    lived: Warehouse, tmp_path: Path
) -> None:
    broken = lived.copied_to(tmp_path)
    broken.execute(
        "insert into intermediate.int_identifiers_resolved"
        " select * replace ('k' as identifier_key, 'cust-2' as identifier_value)"
        " from intermediate.int_identifiers_resolved where identifier_value = 'cust-1'"
    )
    result = broken.run("assert_no_customer_holds_two_customer_numbers", command="test")
    assert [str(one.status) for one in result.result] == ["warn"]


def test_a_mart_whose_columns_leave_the_contract_is_refused(
    lived: Warehouse, tmp_path: Path
) -> None:
    broken = lived.copied_to(tmp_path)
    broken.parsed = lived.parsed.deepcopy()
    node = broken.parsed.nodes["model.cx_warehouse.fct_lifecycle_stage_periods"]
    node.raw_code = node.raw_code.replace("is_current,", "is_current, 1 as surprise,")
    result = broken.run("fct_lifecycle_stage_periods")
    [message] = [str(one.message) for one in result.result]
    assert not result.success
    assert "enforced contract" in message
    assert "surprise" in message
