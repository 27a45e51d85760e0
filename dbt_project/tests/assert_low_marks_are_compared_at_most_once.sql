-- Who is compared gave a low mark, and no more than there were; A/A splits the controls of care.

with recovery as (
    select * from {{ ref('agg_nps_recovery') }}
),

low_answers as (
    select count(*) as answer_count
    from {{ ref('fct_survey_responses') }}
    where survey_type = 'nps' and score_group_type = 'detractor'
),

by_period as (
    select
        recovery.programme_slug,
        recovery.period_on,
        max(recovery.low_mark_count) as low_mark_count,
        sum(case when recovery.comparison_type = 'care' then recovery.treated_count else 0 end)
            as cared_count,
        sum(case when recovery.comparison_type = 'care' then recovery.control_count else 0 end)
            as control_count,
        sum(
            case
                when recovery.comparison_type = 'a_a'
                    then recovery.treated_count + recovery.control_count
                else 0
            end
        ) as split_count
    from recovery
    group by recovery.programme_slug, recovery.period_on
)

select
    by_period.programme_slug,
    by_period.period_on
from by_period
cross join low_answers
where
    by_period.cared_count + by_period.control_count > by_period.low_mark_count
    or by_period.control_count <> by_period.split_count
    or by_period.low_mark_count > low_answers.answer_count
