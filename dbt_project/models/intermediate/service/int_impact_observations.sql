-- One row per measure and thing observed that an incident may have moved.

{{ config(materialized='view') }}

with calls as (
    select * from {{ ref('int_calls') }}
    where direction_type = 'inbound' and not is_deleted
),

tickets as (
    select * from {{ ref('int_tickets') }}
    where not is_deleted
),

channels as (
    select * from {{ ref('channels') }}
    where medium_type = 'written'
),

answers as (
    select * from {{ ref('int_survey_responses') }}
    where survey_type = 'csat' and not is_deleted
),

mentions as (
    select * from {{ ref('int_mentions') }}
    where not is_deleted
),

final as (
    select
        'contacts' as measure_slug,
        calls.started_at as observed_at,
        1 as score
    from calls
    union all
    select
        'contacts' as measure_slug,
        tickets.created_at as observed_at,
        1 as score
    from tickets
    inner join channels on tickets.channel_slug = channels.channel_slug
    union all
    select
        'queue_wait_seconds' as measure_slug,
        calls.started_at as observed_at,
        calls.queue_seconds as score
    from calls
    where calls.is_offered
    union all
    select
        'abandoned_calls' as measure_slug,
        calls.started_at as observed_at,
        1 as score
    from calls
    where calls.is_abandoned
    union all
    select
        'csat_points' as measure_slug,
        answers.submitted_at as observed_at,
        case when answers.score_group_type = 'satisfied' then 100 else 0 end as score
    from answers
    union all
    select
        'mentions' as measure_slug,
        mentions.created_at as observed_at,
        1 as score
    from mentions
)

select * from final
