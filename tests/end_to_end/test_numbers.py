"""The published numbers equal the planted truth, which shares no code with the models."""

from collections import Counter, defaultdict
from itertools import combinations

import pytest

from tests.end_to_end.conftest import Company

ANSWERED = "direction = 'inbound' and answered_at is not null and not is_abandoned"
HANDLED = "talk_seconds + hold_seconds + wrap_up_seconds"
EXPECTED = {
    "asa_seconds": f"""
        select cast(answered_at as date), count(*), avg(queue_seconds)
        from truth_calls where {ANSWERED} group by 1""",
    "aht_seconds": f"""
        select cast(ended_at + to_seconds(wrap_up_seconds) as date), count(*), avg({HANDLED})
        from truth_calls where {ANSWERED} group by 1""",
    "abandonment_rate": """
        select cast(started_at as date), count(*), avg(cast(is_abandoned as int))
        from truth_calls
        where direction = 'inbound' and (is_abandoned or answered_at is not null) group by 1""",
    "service_level": """
        select
            cast(started_at as date), count(*),
            100 * avg(cast(not is_abandoned and queue_seconds <= 20 as int))
        from truth_calls
        where direction = 'inbound'
            and (answered_at is not null or is_abandoned and queue_seconds > 5)
        group by 1""",
    "first_response_minutes": """
        select
            cast(first_replied_at as date), count(*),
            avg(date_diff('minute', created_at, first_replied_at))
        from truth_tickets where first_replied_at is not null group by 1""",
    "nps": """
        select cast(submitted_at as date), count(*),
            100 * (avg(cast(score >= 9 as int)) - avg(cast(score <= 6 as int)))
        from truth_survey_answers where metric_slug = 'nps' and not is_follow_up group by 1""",
    "nps_strict": """
        select cast(submitted_at as date), count(*),
            100 * (avg(cast(score >= 9 as int)) - avg(cast(score <= 8 as int)))
        from truth_survey_answers where metric_slug = 'nps' and not is_follow_up group by 1""",
    "csat": """
        select cast(submitted_at as date), count(*), 100 * avg(cast(score = 2 as int))
        from truth_survey_answers where metric_slug = 'csat' group by 1""",
    "csat_mean": """
        select cast(submitted_at as date), count(*), avg(1 + 2 * score)
        from truth_survey_answers where metric_slug = 'csat' group by 1""",
    "ces_mean": """
        select cast(submitted_at as date), count(*), avg(score)
        from truth_survey_answers where metric_slug = 'ces' group by 1""",
}


@pytest.mark.parametrize("metric", EXPECTED)
def test_every_day_of_a_metric_equals_the_truth(company: Company, metric: str) -> None:
    expected = {day: (n, value) for day, n, value in company.query(EXPECTED[metric])}
    published = {
        day: (n, value)
        for day, n, value in company.query(
            f"""select booked_on, sample_count, value from agg_experience_daily
            where metric_slug = '{metric}' and segment_type = 'all'"""
        )
    }
    assert len(expected) > 20
    assert published.keys() == expected.keys()
    assert {day: n for day, (n, _) in published.items()} == {
        day: n for day, (n, _) in expected.items()
    }
    for day, (_, value) in expected.items():
        assert published[day][1] == pytest.approx(value, abs=1e-9), day


def test_the_definition_without_passives_lies_below_by_the_share_of_passives(
    company: Company,
) -> None:
    [(difference, passives)] = company.query(
        """select
            (select sum(score_sum) / sum(sample_count) from agg_experience_daily
             where metric_slug = 'nps' and segment_type = 'all')
            - (select sum(score_sum) / sum(sample_count) from agg_experience_daily
               where metric_slug = 'nps_strict' and segment_type = 'all'),
            (select 100 * avg(cast(score in (7, 8) as int))
             from truth_survey_answers where metric_slug = 'nps' and not is_follow_up)"""
    )
    assert difference == pytest.approx(passives, abs=1e-9)
    assert passives > 0


def test_nps_and_the_answers_asked_again_are_all_answers(company: Company) -> None:
    """Who is asked again after a low mark is counted apart; nobody is lost or counted twice."""
    [published] = company.query(
        """select
            sum(sample_count), sum(score_sum) / sum(sample_count),
            sum(sample_count) filter (metric_slug = 'nps_follow_up'),
            sum(score_sum) filter (metric_slug = 'nps_follow_up')
        from agg_experience_daily
        where metric_slug in ('nps', 'nps_follow_up') and segment_type = 'all'"""
    )
    [expected] = company.query(
        """select
            count(*), 100 * (avg(cast(score >= 9 as int)) - avg(cast(score <= 6 as int))),
            count(*) filter (is_follow_up),
            100 * sum(cast(score >= 9 as int) - cast(score <= 6 as int)) filter (is_follow_up)
        from truth_survey_answers where metric_slug = 'nps'"""
    )
    assert published == pytest.approx(expected, abs=1e-9)
    assert expected[2] > 3


def test_sessions_of_every_day_equal_the_truth(company: Company) -> None:
    expected = company.query(
        "select cast(started_at as date), count(*) from truth_sessions group by 1 order by 1"
    )
    published = company.query(
        "select started_on, count(*) from fct_web_sessions group by 1 order by 1"
    )
    assert len(expected) > 40
    assert published == expected


def test_calls_and_tickets_are_those_that_happened(company: Company) -> None:
    for noun in ("call", "ticket"):
        missing = company.query(
            f"""select truth.{noun}_id from truth_{noun}s as truth
            full outer join fct_{noun}s as fact
                on cast(truth.{noun}_id as text) = cast(fact.{noun}_id as text)
            where truth.{noun}_id is null or fact.{noun}_id is null"""
        )
        assert missing == []


OWN_KEYS = """
    select person_id, customer_key
    from (
        select identifiers.person_id, resolution.customer_key,
            row_number() over (
                partition by identifiers.person_id
                order by identifiers.identifier_type = 'customer_number' desc,
                    resolution.first_seen_at, resolution.customer_key
            ) as choice
        from truth_identifiers as identifiers
        inner join warehouse.intermediate.int_identifiers_resolved as resolution
            on identifiers.identifier_type = resolution.identifier_type
            and identifiers.identifier_value = resolution.identifier_value
        where identifiers.identifier_type in ('customer_number', 'web_client_id', 'crm_contact_id')
            and not resolution.is_shared
    )
    where choice = 1"""


def test_the_stage_history_of_every_person_equals_the_truth(company: Company) -> None:
    keys = dict(company.query(OWN_KEYS))
    expected, published = defaultdict(list), defaultdict(list)
    for person, *period in company.query(
        """select person_id, stage_type, entered_at at time zone 'UTC', left_at at time zone 'UTC'
        from truth_stage_periods order by 1, 3"""
    ):
        expected[person].append(tuple(period))
    for key, *period in company.query(
        """select customer_key, stage_type, entered_at, left_at
        from fct_lifecycle_stage_periods order by 1, 3"""
    ):
        published[key].append(tuple(period))
    wrong = [
        (person, published[keys.get(person)], periods)
        for person, periods in expected.items()
        if published[keys.get(person)] != periods
    ]
    seen = Counter(stage for periods in expected.values() for stage, *_ in periods)
    assert set(seen) >= {"considering", "purchasing", "using", "loyal", "lapsed", "lost"}
    assert len(expected) > 400
    assert wrong == [], f"{len(wrong)} of {len(expected)} histories differ, such as {wrong[:2]}"


def test_identity_finds_persons_and_melts_none(company: Company) -> None:
    rows = company.query(
        """select identifiers.person_id, identifiers.identifier_type, identifiers.identifier_value,
            resolution.customer_key
        from truth_identifiers as identifiers
        inner join warehouse.intermediate.int_identifiers_resolved as resolution
            on identifiers.identifier_type = resolution.identifier_type
            and identifiers.identifier_value = resolution.identifier_value
        where not resolution.is_shared"""
    )
    by_person, by_key = defaultdict(set), defaultdict(set)
    for person, kind, value, key in rows:
        by_person[person].add((kind, value))
        by_key[key].add((kind, value))
    true = {pair for group in by_person.values() for pair in combinations(sorted(group), 2)}
    found = {pair for group in by_key.values() for pair in combinations(sorted(group), 2)}
    precision, recall = len(true & found) / len(found), len(true & found) / len(true)
    print(f"identity: precision {precision:.4f}, recall {recall:.4f} over {len(true)} true pairs")
    assert len(true) > 2000
    assert precision >= 0.995
    assert recall >= 0.95


def test_promises_of_the_it_desk_are_broken_exactly_when_they_were(company: Company) -> None:
    compared = company.query(
        """select
            count(*), count(truth.promise_id), count(clock.instance_id),
            count(*) filter (truth.is_broken <> clock.is_breached),
            max(abs(clock.business_minutes * 60 - truth.worked_seconds)),
            max(abs(clock.target_minutes * 60 - truth.promised_seconds))
        from truth_service_promises as truth
        full outer join (from fct_sla_clocks where source_slug = 'servicenow') as clock
            on truth.promise_id = clock.instance_id"""
    )
    [(rows, promised, measured, *differences)] = compared
    assert rows == promised == measured > 20
    assert differences == pytest.approx([0, 0, 0], abs=1e-6)
