-- One row per inbound touchpoint with its scores: null where nothing was said or time is not over.

{{ config(materialized='view') }}

with effects as (select * from {{ ref('int_touchpoint_effects') }}),
ratings as (select * from {{ ref('int_issue_ratings') }}),
parameters as (select * from {{ ref('issue_parameters') }}),

limited as (
    select
        effects.*,
        {{ dbt.dateadd('day', 'parameters.repeat_within_days', 'effects.started_at') }}
            as again_until_at,
        {{ dbt.dateadd('day', 'parameters.stage_within_days', 'effects.started_at') }}
            as stage_until_at
    from effects
    cross join parameters
),

{# Of somebody unknown nobody sees what they did next. #}
final as (
    select
        limited.touchpoint_key,
        limited.touchpoint_type,
        limited.started_on,
        limited.has_reached_goal,
        ratings.satisfied_score,
        ratings.ces_score,
        limited.again_until_at <= {{ as_of() }} as is_again_settled,
        limited.stage_until_at <= {{ as_of() }} as is_stage_settled,
        case
            when limited.is_known and limited.again_until_at <= {{ as_of() }}
                then case when limited.next_contact_at <= limited.again_until_at then 1 else 0 end
        end as again_score,
        case
            when limited.is_known and limited.stage_until_at <= {{ as_of() }}
                then case when limited.next_stage_at <= limited.stage_until_at then 1 else 0 end
        end as stage_score
    from limited
    left join ratings on limited.touchpoint_key = ratings.touchpoint_key
)

select * from final
