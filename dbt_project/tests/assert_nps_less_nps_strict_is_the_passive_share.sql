-- The founding text counts passives as detractors. The two numbers may differ by the share of passives
-- and by nothing else; if they do, one of the two definitions was changed alone.

with daily as (
    select * from {{ ref('agg_experience_daily') }}
    where segment_type = 'all'
),

answers as (
    select * from {{ ref('fct_survey_responses') }}
    where
        survey_type = 'nps'
        {% if var('nps_answers') == 'latest_per_person' %}
        and is_latest_in_period
        {% endif %}
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
    standard.value as nps,
    strict.value as nps_strict
from passive_shares
left join daily as standard
    on
        passive_shares.submitted_on = standard.booked_on
        and standard.metric_slug = 'nps'
left join daily as strict
    on
        passive_shares.submitted_on = strict.booked_on
        and strict.metric_slug = 'nps_strict'
where
    standard.value is null
    or strict.value is null
    or abs(standard.value - strict.value - passive_shares.passive_share) > 1e-9
