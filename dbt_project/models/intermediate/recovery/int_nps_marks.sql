-- One row per NPS answer of a known customer, with the time of the low mark before it.

with answers as (
    select * from {{ ref('int_survey_responses') }}
    where survey_type = 'nps' and not is_deleted and submitted_at < {{ as_of() }}
),

identifiers_resolved as (
    select * from {{ ref('int_identifiers_resolved') }}
    where customer_key <> 'unknown'
),

{# The key of the touchpoint breaks the tie of two answers at one moment. #}
final as (
    select
        answers.touchpoint_key,
        identifiers_resolved.customer_key,
        answers.submitted_at as marked_at,
        answers.score_group_type,
        answers.score_group_type = 'detractor' as is_low,
        max(case when answers.score_group_type = 'detractor' then answers.submitted_at end) over (
            partition by identifiers_resolved.customer_key
            order by answers.submitted_at, answers.touchpoint_key
            rows between unbounded preceding and 1 preceding
        ) as last_low_at,
        answers.score_raw as score
    from answers
    inner join identifiers_resolved on answers.identifier_key = identifiers_resolved.identifier_key
)

select * from final
