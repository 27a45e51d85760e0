-- One row per inbound call and metric that counts it, booked to the day of that metric.

{# Three days for one call: service level and abandonment go by its start, the speed of answer by
   the answer, the handle time by the end of the wrap-up, which may be the next day. #}
{{ config(materialized='view') }}

with calls as (
    select * from {{ ref('int_calls') }}
    where not is_deleted
),

metric_definitions as (
    select * from {{ ref('int_metric_definitions_dated') }}
    where is_current
),

service_level_parameters as (select * from {{ ref('service_level_parameters') }}),

service_levels as (
    select
        metric_definitions.metric_slug,
        service_level_parameters.answer_within_seconds,
        service_level_parameters.short_abandon_seconds
    from metric_definitions
    inner join service_level_parameters
        on metric_definitions.variant_slug = service_level_parameters.variant_slug
),

scored as (
    select
        calls.touchpoint_key,
        calls.channel_slug,
        'asa_seconds' as metric_slug,
        cast(calls.answered_at as date) as booked_on,
        calls.queue_seconds as score
    from calls
    where calls.is_answered
    union all
    select
        calls.touchpoint_key,
        calls.channel_slug,
        'aht_seconds' as metric_slug,
        cast(calls.wrapped_up_at as date) as booked_on,
        calls.handle_seconds as score
    from calls
    where calls.is_answered
    union all
    select
        calls.touchpoint_key,
        calls.channel_slug,
        'abandonment_rate' as metric_slug,
        calls.started_on as booked_on,
        case when calls.is_abandoned then 1 else 0 end as score
    from calls
    where calls.is_offered
    union all
    {# No limit for short abandons means that every abandon counts. #}
    select
        calls.touchpoint_key,
        calls.channel_slug,
        service_levels.metric_slug,
        calls.started_on as booked_on,
        case
            when calls.is_answered and calls.queue_seconds <= service_levels.answer_within_seconds
                then 100
            else 0
        end as score
    from calls
    cross join service_levels
    where
        calls.is_answered
        or (
            calls.is_abandoned
            and (
                service_levels.short_abandon_seconds is null
                or calls.queue_seconds > service_levels.short_abandon_seconds
            )
        )
),

final as (
    select
        scored.touchpoint_key,
        scored.metric_slug,
        scored.channel_slug,
        scored.booked_on,
        cast(scored.score as double) as score
    from scored
)

select * from final
