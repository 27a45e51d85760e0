-- The strict form counts passives as detractors. The two numbers may differ by the share of
-- passives and by nothing else; if they do, one of the two definitions was changed alone.

with daily as (
    select * from {{ ref('agg_experience_daily') }}
    where segment_type = 'all'
),

answers as (
    select * from {{ ref('fct_survey_responses') }}
    where survey_type = 'nps' and not is_follow_up
),

passive_shares as (
    select
        answers.submitted_on,
        100.0 * count(case when answers.score_group_type = 'passive' then 1 end) / count(*)
            as passive_share
    from answers
    group by answers.submitted_on
)

select
    passive_shares.submitted_on,
    passive_shares.passive_share,
    by_standard.value as nps,
    by_strict.value as nps_strict
from passive_shares
left join daily as by_standard
    on
        passive_shares.submitted_on = by_standard.booked_on
        and by_standard.metric_slug = 'nps'
left join daily as by_strict
    on
        passive_shares.submitted_on = by_strict.booked_on
        and by_strict.metric_slug = 'nps_strict'
where
    by_standard.value is null
    or by_strict.value is null
    or abs(by_standard.value - by_strict.value - passive_shares.passive_share) > 1e-9
