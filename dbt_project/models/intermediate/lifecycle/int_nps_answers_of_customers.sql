-- One row per NPS answer of a known customer; of several at one moment the last by its key.

with answers as (
    select * from {{ ref('int_survey_responses') }}
    where survey_type = 'nps' and not is_deleted and submitted_at < {{ as_of() }}
),

resolution as (
    select * from {{ ref('int_identifiers_resolved') }}
    where customer_key <> 'unknown'
),

ranked as (
    select
        answers.touchpoint_key,
        resolution.customer_key,
        answers.submitted_at,
        answers.score_group_type,
        row_number() over (
            partition by resolution.customer_key, answers.submitted_at
            order by answers.touchpoint_key desc
        ) as moment_rank
    from answers
    inner join resolution on answers.identifier_key = resolution.identifier_key
),

final as (
    select
        touchpoint_key,
        customer_key,
        submitted_at,
        score_group_type
    from ranked
    where moment_rank = 1
)

select * from final
