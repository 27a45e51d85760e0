-- Whoever is known and answered or spoke within the window is there once, with all that they wrote.

{% set begun_on = dbt.dateadd(
    'day', '-' ~ var('advocate_window_days'), 'cast(' ~ as_of() ~ ' as date)'
) %}

with resolution as (
    select * from {{ ref('int_identifiers_resolved') }}
    where customer_key <> 'unknown'
),

mentions as (
    select count(*) as mention_count
    from {{ ref('fct_mentions') }} as mentions
    inner join resolution on mentions.identifier_key = resolution.identifier_key
    where mentions.created_on >= {{ begun_on }}
),

answers as (
    select count(distinct resolution.customer_key) as answering_count
    from {{ ref('fct_survey_responses') }} as answers
    inner join resolution on answers.identifier_key = resolution.identifier_key
    where answers.survey_type = 'nps' and answers.submitted_at >= {{ begun_on }}
),

advocates as (
    select
        coalesce(sum(mention_count), 0) as mention_count,
        count(case when says_type <> 'no_answer' then 1 end) as answering_count
    from {{ ref('agg_advocates') }}
)

select
    advocates.mention_count,
    advocates.answering_count
from advocates
cross join mentions
cross join answers
where
    advocates.mention_count <> mentions.mention_count
    or advocates.answering_count <> answers.answering_count
