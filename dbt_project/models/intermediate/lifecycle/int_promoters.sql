-- One row per customer who answered the NPS question as a promoter: when first and how often.

with answers as (
    select * from {{ ref('int_survey_responses') }}
    where
        survey_type = 'nps' and score_group_type = 'promoter' and not is_deleted
        and submitted_at < {{ as_of() }}
),

resolution as (
    select * from {{ ref('identity_resolution') }}
    where customer_key <> 'unknown'
),

final as (
    select
        resolution.customer_key,
        min(answers.submitted_at) as first_promoted_at,
        count(*) as promoter_answer_count
    from answers
    inner join resolution on answers.identifier_key = resolution.identifier_key
    group by resolution.customer_key
)

select * from final
