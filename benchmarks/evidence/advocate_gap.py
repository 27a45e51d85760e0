"""Those whom sales people won speak worse in public than they answer, more than others do."""

from __future__ import annotations

from benchmarks.evidence import Analytic, Connection, Estimate
from benchmarks.evidence._means import difference

TRUE = """
with says as (
    select person_id, arg_max(score, submitted_at) as score
    from truth_survey_answers where metric_slug = 'nps'
    group by person_id
),
does as (
    select
        person_id,
        avg(case true_sentiment when 'positive' then 100 when 'negative' then -100 else 0 end)
            as points
    from truth_posts group by person_id
),
gaps as (
    select
        origins.origin_type,
        does.points - case when says.score >= 9 then 100 when says.score <= 6 then -100 else 0 end
            as gap
    from says
    inner join does using (person_id)
    inner join truth_origins as origins using (person_id)
)
select
    avg(case when origin_type = 'sales' then gap end)
    - avg(case when origin_type = 'web' then gap end)
from gaps
"""
FOUND = """
select origin_type = 'sales' as is_meant, does_less_says_points as value
from agg_advocates where does_less_says_points is not null and origin_type <> 'unknown'
"""


def planted(connection: Connection) -> float:
    """Give the difference of the mean gaps of all who truly answered and posted."""
    return float(connection.execute(TRUE).fetchall()[0][0])


def estimate(connection: Connection) -> Estimate | None:
    """Compare the gaps of the customers whose account identity knows."""
    return difference(connection, FOUND)


ANALYTIC = Analytic(
    slug="advocate_gap",
    story="posting_bias",
    title="How much worse those won by sales people speak than they answer, beyond others",
    unit="points",
    planted=planted,
    estimate=estimate,
)
