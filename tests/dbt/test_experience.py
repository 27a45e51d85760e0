"""Facts by day over real files: what moves, what leaves a day, and what each tie refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from ops.score import SCHEMA, write_rows
from tests.dbt.service_records import (
    MARTS,
    SCORED_AT,
    answer,
    build_scored,
    call,
    forked,
    rating,
    reading,
    reply,
    ticket,
)
from tests.dbt.tiny_lake import Row, TinyLake, hit, post
from tests.dbt.warehouse import Warehouse

FACTS = (
    "agg_experience_daily",
    "fct_calls",
    "fct_mentions",
    "fct_post_snapshots",
    "fct_survey_responses",
    "fct_tickets",
    "fct_touchpoints",
    "fct_web_sessions",
)
SOCIAL = ("path:models/marts/social", "path:models/intermediate,+path:models/marts/social")


def fill(lake: TinyLake) -> None:
    """Land the first of July: something on every channel, also what the marts must leave out."""
    lake.land(
        "zendesk.calls",
        [
            call(1, "2026-07-01 08:00", queue=10, ticket_id=10),
            call(2, "2026-07-01 09:00", queue=40),
            call(3, "2026-07-01 10:00", queue=60, status="abandoned_in_queue"),
            call(4, "2026-07-01 10:30", queue=3, status="abandoned_in_queue"),
            call(5, "2026-07-01 11:00", status="abandoned_in_ivr", queue=0),
            call(6, "2026-07-01 12:00", direction="outbound"),
            call(7, "2026-07-01 13:00", error="talk_time is negative: -5"),
            call(8, "2026-07-01 23:58", queue=20, talk=300),
        ],
    )
    lake.land(
        "zendesk.tickets",
        [
            ticket(10, "2026-07-01 08:05", channel="voice"),
            ticket(11, "2026-07-01 09:00", reply_minutes=30),
            ticket(12, "2026-07-01 23:30", reply_minutes=60, channel="chat"),
            ticket(13, "2026-07-01 10:00", status="deleted", reply_minutes=5),
        ],
    )
    lake.land(
        "zendesk.satisfaction_ratings",
        [
            rating(21, "2026-07-01 12:00", "good", 11, "Great help, thank you"),
            rating(22, "2026-07-01 12:00", "bad", 12),
            rating(23, "2026-07-01 12:00", "offered", 11),
        ],
    )
    lake.land(
        "hubspot.feedback_submissions",
        [
            answer("n1", "2026-07-01 08:00", "nps", 10, "c1"),
            answer("n2", "2026-07-01 08:30", "nps", 8, "c2"),
            answer("n3", "2026-07-01 09:00", "nps", 0, "c3"),
            answer("s1", "2026-07-01 08:00", "csat", 2, "c1"),
            answer("s2", "2026-07-01 08:00", "csat", 1, "c2"),
            answer("e1", "2026-07-01 08:00", "ces", 6, "c1"),
        ],
    )
    lake.land_events(
        "2026-07-01",
        [
            hit("a.1", 5, "2026-07-01 10:00"),
            hit("a.1", 5, "2026-07-01 10:01"),
            hit("b.1", 6, "2026-07-01 23:59"),
        ],
    )
    lake.land(
        "x.search_posts",
        [
            mention(),
            post("2", "333", "bob", "2026-07-01 09:10", "@northwind this is terrible, I hate it"),
            post("3", "111", "northwind", "2026-07-01 09:20", "northwind is the best"),
        ],
    )
    lake.land(
        "x.mentions",
        [post("2", "333", "bob", "2026-07-01 09:10", "@northwind this is terrible, I hate it")],
    )
    lake.land(
        "x.own_posts",
        [
            post("3", "111", "northwind", "2026-07-01 09:20", "northwind is the best"),
            reply("4", "2026-07-01 10:10", to="2"),
        ],
    )
    lake.land("x.post_metrics", [reading("3", "2026-07-01 09:20", 10)], day="2026-07-02")


@pytest.fixture(scope="module")
def first_day(
    new_warehouse: Callable[[Path], Warehouse], tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    """Build the marts of the first day once for all tests of this file."""
    warehouse = new_warehouse(tmp_path_factory.mktemp("first_day"))
    fill(warehouse.lake)
    build_scored(warehouse, *MARTS, *SOCIAL)
    return warehouse


def content(warehouse: Warehouse, mart: str) -> list[tuple[object, ...]]:
    """Return all rows of a mart in a fixed order."""
    return warehouse.rows(f"select * from cx_warehouse.marts.{mart} order by all")


def metric(warehouse: Warehouse, slug: str, segment: str = "all") -> list[tuple[object, ...]]:
    """Return (day, n, value) of a metric in a segment."""
    return warehouse.rows(
        "select cast(booked_on as text), sample_count, value"
        " from cx_warehouse.marts.agg_experience_daily"
        f" where metric_slug = '{slug}' and segment_slug = '{segment}' order by 1"
    )


def test_marts_hold_neither_quarantined_nor_deleted_nor_own_records(first_day: Warehouse) -> None:
    keys = {
        mart: {row[0] for row in first_day.rows(f"select {key} from cx_warehouse.marts.{mart}")}
        for mart, key in [
            ("fct_calls", "call_id"),
            ("fct_tickets", "ticket_id"),
            ("fct_mentions", "post_id"),
            ("fct_survey_responses", "answer_id"),
        ]
    }
    assert keys == {
        "fct_calls": {1, 2, 3, 4, 5, 6, 8},
        "fct_tickets": {10, 11, 12},
        "fct_mentions": {"1", "2"},
        "fct_survey_responses": {"n1", "n2", "n3", "s1", "s2", "e1", "21", "22"},
    }


def test_a_call_without_a_ticket_belongs_to_the_unknown_member(first_day: Warehouse) -> None:
    rows = first_day.rows(
        "select call_id, identifier_key = 'unknown' from cx_warehouse.marts.fct_calls"
        " where call_id in (1, 2) order by 1"
    )
    assert rows == [(1, False), (2, True)]


def test_each_headline_number_of_the_day_is_the_one_computed_by_hand(first_day: Warehouse) -> None:
    assert metric(first_day, "asa_seconds") == [("2026-07-01", 3, (10 + 40 + 20) / 3)]
    assert metric(first_day, "aht_seconds") == [("2026-07-01", 2, 120.0), ("2026-07-02", 1, 320.0)]
    assert metric(first_day, "abandonment_rate") == [("2026-07-01", 5, 2 / 5)]
    assert metric(first_day, "service_level") == [("2026-07-01", 4, 50.0)]
    assert metric(first_day, "first_response_minutes") == [
        ("2026-07-01", 1, 30.0),
        ("2026-07-02", 1, 60.0),
    ]
    assert metric(first_day, "nps") == [("2026-07-01", 3, 0.0)]
    assert metric(first_day, "nps_strict") == [("2026-07-01", 3, -100 / 3)]
    assert metric(first_day, "csat") == [("2026-07-01", 2, 50.0)]
    assert metric(first_day, "csat_mean") == [("2026-07-01", 2, 4.0)]
    assert metric(first_day, "csat_good_bad") == [("2026-07-01", 2, 50.0)]
    assert metric(first_day, "ces_mean") == [("2026-07-01", 1, 6.0)]
    assert metric(first_day, "net_sentiment") == [("2026-07-01", 2, 0.0)]


def test_a_rating_counts_for_the_channel_of_its_ticket(first_day: Warehouse) -> None:
    assert metric(first_day, "csat_good_bad", "chat") == [("2026-07-01", 1, 0.0)]
    assert metric(first_day, "csat_good_bad", "email") == [("2026-07-01", 1, 100.0)]


def second_day(lake: TinyLake) -> None:
    """Land the second of July: every way in which a day of the past can change."""
    day = {"day": "2026-07-02"}
    lake.land(
        "zendesk.calls",
        [
            call(
                3, "2026-07-01 10:00", queue=61, status="abandoned_in_queue", changed="2026-07-02"
            ),
            call(9, "2026-07-02 09:00", queue=5),
        ],
        **day,
    )
    lake.land(
        "zendesk.tickets",
        [
            ticket(11, "2026-07-01 09:00", status="deleted", changed="2026-07-02 08:00"),
            ticket(12, "2026-07-01 23:30", reply_minutes=90, channel="chat", changed="2026-07-02"),
            ticket(14, "2026-07-02 08:00"),
        ],
        **day,
    )
    lake.land(
        "hubspot.feedback_submissions",
        [
            answer("n3", "2026-07-02 07:00", "nps", 9, "c3", changed="2026-07-02 07:00"),
            answer("n4", "2026-07-02 08:00", "nps", 3, "c1"),
            answer("e1", "2026-07-02 09:00", "ces", 7, "c1", changed="2026-07-02 09:00"),
        ],
        **day,
    )
    lake.land_events(
        "2026-07-01",
        [
            hit("a.1", 5, "2026-07-01 10:00"),
            hit("a.1", 5, "2026-07-01 10:01"),
            hit("a.1", 5, "2026-07-01 10:02", "purchase"),
            hit("b.1", 6, "2026-07-01 23:59"),
            hit("c.1", 7, "2026-07-01 23:50"),
        ],
    )
    lake.land_events(
        "2026-07-02",
        [hit("b.1", 6, "2026-07-02 00:01", customer="cust-1"), hit("d.1", 8, "2026-07-02 09:00")],
    )
    lake.land("x.own_posts", [reply("5", "2026-07-02 09:00", to="1")], **day)
    lake.land("x.post_metrics", [reading("3", "2026-07-01 09:20", 14)], day="2026-07-04")


@pytest.fixture(scope="module")
def both_ways(
    first_day: Warehouse, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Warehouse, Warehouse]:
    """Build the second day twice: on top of the first, and all anew."""
    stepwise = forked(first_day, tmp_path_factory.mktemp("stepwise"))
    second_day(stepwise.lake)
    build_scored(stepwise)
    anew = forked(stepwise, tmp_path_factory.mktemp("anew"))
    build_scored(anew, full_refresh=True)
    return stepwise, anew


@pytest.mark.parametrize("mart", FACTS)
def test_a_build_by_day_gives_the_rows_of_a_full_refresh(
    both_ways: tuple[Warehouse, Warehouse], mart: str
) -> None:
    stepwise, anew = both_ways
    assert content(stepwise, mart) == content(anew, mart)
    assert content(stepwise, mart)


@pytest.mark.slow
def test_posts_that_were_withdrawn_leave_every_mart_as_a_full_refresh_would(
    first_day: Warehouse, tmp_path: Path
) -> None:
    """The reply came on the 2nd: its file, read again, changes a mention of the 1st."""
    stepwise = forked(first_day, tmp_path / "stepwise")
    stepwise.lake.land("x.own_posts", [reply("5", "2026-07-02 09:00", to="1")], "2026-07-02")
    stepwise.lake.land("x.post_metrics", [reading("3", "2026-07-01 09:20", 14)], "2026-07-04")
    build_scored(stepwise)
    for stream in ("search_posts", "mentions"):
        stepwise.lake.land(f"x.{stream}", [mention()] if stream == "search_posts" else [])
    stepwise.lake.land("x.own_posts", [], "2026-07-02")
    stepwise.lake.land("x.post_metrics", [], "2026-07-04")
    build_scored(stepwise)
    anew = forked(stepwise, tmp_path / "anew")
    build_scored(anew, full_refresh=True)
    assert stepwise.rows("select post_id, has_reply from cx_warehouse.marts.fct_mentions") == [
        ("1", False)
    ]
    assert metric(stepwise, "net_sentiment") == [("2026-07-01", 1, 100.0)]
    for mart in FACTS:
        assert content(stepwise, mart) == content(anew, mart), mart


@pytest.mark.slow
def test_a_mention_that_x_wants_deleted_leaves_every_mart_as_a_full_refresh_would(
    first_day: Warehouse, tmp_path: Path
) -> None:
    stepwise = forked(first_day, tmp_path / "stepwise")
    before = metric(stepwise, "net_sentiment")
    verdict = {"id": "1", "action": "delete", "reason": "deleted"}
    stepwise.lake.land("x.compliance", [Row("1", verdict, is_deleted=True)], "2026-07-09")
    build_scored(stepwise)
    anew = forked(stepwise, tmp_path / "anew")
    build_scored(anew, full_refresh=True)
    assert stepwise.rows("select post_id from cx_warehouse.marts.fct_mentions") == [("2",)]
    assert metric(stepwise, "net_sentiment") != before
    texts = "select count(*) from {} where text like '%great service%'"
    for model in ("staging.stg_x__search_posts", "intermediate.int_texts_to_score"):
        assert stepwise.rows(texts.format(model)) == [(0,)]
    for mart in FACTS:
        assert content(stepwise, mart) == content(anew, mart), mart


def mention() -> Row:
    """Make the one mention that stays, as `fill` lands it."""
    return post("1", "222", "ann", "2026-07-01 09:00", "I love @northwind, great service!")


def test_a_day_that_lost_its_last_row_does_not_keep_it(
    first_day: Warehouse, both_ways: tuple[Warehouse, Warehouse]
) -> None:
    """The only effort answer moved from the 1st to the 2nd; the 1st has no other."""
    assert metric(first_day, "ces_mean") == [("2026-07-01", 1, 6.0)]
    assert metric(both_ways[0], "ces_mean") == [("2026-07-02", 1, 7.0)]


def test_a_deleted_ticket_takes_its_reply_out_of_the_closed_day(
    both_ways: tuple[Warehouse, Warehouse],
) -> None:
    assert metric(both_ways[0], "first_response_minutes") == [("2026-07-02", 1, 90.0)]


def test_a_session_over_midnight_is_joined_when_the_second_day_comes(
    both_ways: tuple[Warehouse, Warehouse],
) -> None:
    rows = both_ways[0].rows(
        "select web_client_id, cast(started_on as text), event_count, customer_number"
        " from intermediate.int_web_sessions order by 1"
    )
    assert rows == [
        ("a.1", "2026-07-01", 3, None),
        ("b.1", "2026-07-01", 2, "cust-1"),
        ("c.1", "2026-07-01", 1, None),
        ("d.1", "2026-07-02", 1, None),
    ]


def test_a_late_reply_of_the_company_reaches_the_mention_of_the_day_before(
    first_day: Warehouse, both_ways: tuple[Warehouse, Warehouse]
) -> None:
    query = "select post_id, has_reply from cx_warehouse.marts.fct_mentions order by 1"
    assert first_day.rows(query) == [("1", False), ("2", True)]
    assert both_ways[0].rows(query) == [("1", True), ("2", True)]


def test_an_untouched_day_is_left_alone(first_day: Warehouse, tmp_path: Path) -> None:
    """Damage in a day that nothing new belongs to stays: the build never looked at it."""
    twin = forked(first_day, tmp_path)
    twin.execute("update cx_warehouse.marts.fct_calls set talk_seconds = 7 where call_id = 1")
    twin.lake.land("zendesk.calls", [call(50, "2026-07-05 09:00")], day="2026-07-05")
    twin.build("stg_zendesk__calls+,+fct_calls")
    rows = twin.rows(
        "select call_id, talk_seconds from cx_warehouse.marts.fct_calls"
        " where call_id in (1, 50) order by 1"
    )
    assert rows == [(1, 7), (50, 100)]


def test_a_restated_web_day_that_came_empty_loses_its_sessions_everywhere(
    first_day: Warehouse, tmp_path: Path
) -> None:
    twin = forked(first_day, tmp_path)
    twin.lake.land_events("2026-07-01", [])
    twin.build(*(f"stg_ga4__events+,+{mart}" for mart in ("fct_web_sessions", "fct_touchpoints")))
    assert content(twin, "fct_web_sessions") == []
    assert twin.rows(
        "select count(*) from cx_warehouse.marts.fct_touchpoints"
        " where touchpoint_type = 'web_session'"
    ) == [(0,)]


def test_a_new_version_of_the_model_renews_the_days_of_its_texts(
    first_day: Warehouse, tmp_path: Path
) -> None:
    """No new file has come; the texts are those of yesterday, only the scores are others."""
    twin = forked(first_day, tmp_path)
    rows = twin.rows("select text_sha from intermediate.int_texts_to_score")
    scores = [
        {
            "text_sha": sha,
            "sentiment_score": 0.9,
            "sentiment_type": "positive",
            "model_name": "vader",
            "model_version": "9.0",
        }
        for (sha,) in rows
    ]
    folder = twin.lake.root / "enrichment" / "sentiment" / "vader-9.0"
    write_rows(pa.Table.from_pylist(scores, SCHEMA), folder, SCORED_AT)
    twin.build(*MARTS)
    assert metric(twin, "net_sentiment") == [("2026-07-01", 2, 100.0)]
    assert twin.rows(
        "select distinct sentiment_model_slug from cx_warehouse.marts.fct_mentions"
    ) == [("vader-9.0",)]


def test_a_build_that_is_repeated_changes_nothing(
    both_ways: tuple[Warehouse, Warehouse], tmp_path: Path
) -> None:
    twin = forked(both_ways[0], tmp_path)
    twin.build_id -= 1
    twin.build(*MARTS)
    for mart in FACTS:
        assert content(twin, mart) == content(both_ways[0], mart)


def test_web_days_are_provisional_until_three_days_have_passed(
    first_day: Warehouse, tmp_path: Path
) -> None:
    """A day that closed without a new file of its own is settled all the same."""
    query = "select distinct is_provisional from cx_warehouse.marts.fct_web_sessions"
    twin = forked(first_day, tmp_path)
    twin.build("+fct_web_sessions", as_of="2026-07-04T00:00:00Z", full_refresh=True)
    assert twin.rows(query) == [(True,)]
    twin.build("+fct_web_sessions", as_of="2026-07-05T00:00:00Z")
    assert twin.rows(query) == [(False,)]


TIES = {
    "a_crisis_begins_before_its_peak_and_crises_do_not_overlap": """
        insert into marts.fct_crisis_episodes by name select
            'k' as crisis_key, timestamp '2026-07-02' as onset_at, date '2026-07-02' as onset_on,
            timestamp '2026-07-01' as onset_earliest_at, timestamp '2026-07-02' as onset_latest_at,
            timestamp '2026-07-05' as peak_at, timestamp '2026-07-03' as ended_at,
            'unknown' as cause_type, 'minor' as severity_type, 9 as negative_count,
            9 as peak_negative_count, 1 as usual_negative_count, 0 as own_post_share_rate,
            0 as price_share_rate""",
    "corrected_sentiment_lies_between_its_strata": """
        update marts.agg_social_sentiment_weekly set voice_count = voice_count + 1
        where segment_type = 'all'""",
    "each_post_of_the_brand_has_its_risk_once": """
        delete from marts.agg_brand_post_risk""",
    "promoters_passives_and_detractors_make_all_nps_answers": """
        update marts.fct_survey_responses set score_group_type = 'neutral'
        where answer_id = 'n2'""",
    "nps_less_nps_strict_is_the_passive_share": """
        update marts.agg_experience_daily set value = value + 1e-6
        where metric_slug = 'nps_strict' and segment_type = 'all'""",
    "answered_and_abandoned_make_all_offered_calls": """
        update marts.fct_calls set is_answered = false where call_id = 1""",
    "calls_in_the_mart_are_those_landed_less_quarantined_and_deleted": """
        delete from marts.fct_calls where call_id = 6""",
    "every_touchpoint_has_a_known_channel": """
        update marts.fct_touchpoints set channel_slug = 'pigeon' where touchpoint_type = 'call'""",
    "touchpoints_of_each_kind_are_as_many_as_their_facts": """
        delete from marts.fct_touchpoints where touchpoint_type = 'mention'""",
    "channels_add_up_to_all": """
        delete from marts.agg_experience_daily
        where metric_slug = 'csat_good_bad' and segment_slug = 'chat'""",
    "headline_numbers_equal_what_the_facts_say": """
        update marts.agg_experience_daily set score_sum = score_sum + 1
        where metric_slug = 'asa_seconds'""",
    "a_value_is_its_sum_over_its_count": """
        update marts.agg_experience_daily set value = value + 1 where metric_slug = 'csat'""",
    "every_metric_has_one_definition_in_force": """
        update marts.dim_metrics set is_current = false where metric_slug = 'nps'""",
    "the_calendar_has_every_day_once": """
        delete from marts.dim_date where date_on = date '2026-07-01'""",
    "no_mention_is_written_by_the_company": """
        update marts.fct_mentions set identifier_key = md5('x_user_id|111')
        where post_id = '1'""",
    "the_first_reading_and_its_changes_make_the_last": """
        update marts.fct_post_snapshots set like_delta_count = 1""",
    "every_own_post_is_a_brand_post_or_a_reply": """
        delete from marts.fct_brand_posts where post_id = '3'""",
    "followers_of_the_last_day_are_the_first_and_the_changes": """
        update marts.fct_account_snapshots set follower_delta_count = 1""",
    "every_message_to_the_company_belongs_to_one_talk": """
        update marts.agg_social_care_daily set message_count = message_count + 1""",
    "shares_of_voice_of_a_day_make_one": """
        update marts.agg_share_of_voice_daily set share_rate = share_rate / 2 where is_own""",
    "the_moments_of_a_call_are_in_order": """
        update marts.fct_calls set answered_at = started_at - interval 1 second
        where call_id = 1""",
    "a_ticket_is_answered_and_solved_after_it_was_opened": """
        update marts.fct_tickets set first_response_minutes = -1 where ticket_id = 11""",
    "sessions_hold_every_event_that_names_one": """
        delete from marts.fct_web_sessions where event_count = 2""",
}


def test_no_tie_is_broken_in_a_sound_build(first_day: Warehouse) -> None:
    assert first_day.failing(*(f"assert_{tie}" for tie in TIES)) == []


@pytest.mark.parametrize("tie", TIES)
def test_a_broken_tie_is_found(first_day: Warehouse, tmp_path: Path, tie: str) -> None:
    twin = forked(first_day, tmp_path)
    twin.execute(f"use cx_warehouse; {TIES[tie]}")
    assert twin.failing(f"assert_{tie}") == [f"assert_{tie}"]


def test_a_mention_without_a_score_is_a_warning_and_not_a_failure(
    first_day: Warehouse, tmp_path: Path
) -> None:
    twin = forked(first_day, tmp_path)
    twin.execute("use cx_warehouse; update marts.fct_mentions set sentiment_type = null")
    result = twin.run("assert_every_mention_was_scored", command="test")
    assert [str(one.status) for one in result.result] == ["warn"]


def test_a_call_that_staging_does_not_know_is_found(first_day: Warehouse, tmp_path: Path) -> None:
    twin = forked(first_day, tmp_path)
    twin.execute("use cx_warehouse; update marts.fct_calls set call_id = 999 where call_id = 2")
    tie = "assert_calls_in_the_mart_are_those_landed_less_quarantined_and_deleted"
    assert twin.failing(tie) == [tie]
