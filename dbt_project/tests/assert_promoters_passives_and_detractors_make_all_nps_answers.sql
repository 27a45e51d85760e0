-- An answer without a group would leave the denominator and move the score unseen. Counted over all
-- answers of a day, so that a missing group is caught as well as a doubled one.

with answers as (
    select * from {{ ref('fct_survey_responses') }}
    where survey_type = 'nps'
),

grouped as (
    select
        answers.submitted_on,
        count(*) as answer_count,
        count(case when answers.score_group_type = 'promoter' then 1 end) as promoter_count,
        count(case when answers.score_group_type = 'passive' then 1 end) as passive_count,
        count(case when answers.score_group_type = 'detractor' then 1 end) as detractor_count
    from answers
    group by answers.submitted_on
)

select * from grouped
where answer_count <> promoter_count + passive_count + detractor_count
