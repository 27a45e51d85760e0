-- One row per interaction of a customer and the company, any channel.

{{ config(
    materialized='incremental',
    incremental_strategy='touched_days',
    unique_key='started_on',
    meta={'touched_days': ['days_of_changed_touchpoints']}
) }}

-- depends_on: {{ ref('stg_ga4__events') }}

with touchpoints as (select * from {{ ref('int_touchpoints_unioned') }}),
touchpoint_types as (select * from {{ ref('touchpoint_types') }}),

final as (
    select
        touchpoints.touchpoint_key,
        touchpoints.source_slug,
        touchpoints.source_record_id,
        touchpoints.identifier_key,
        touchpoints.ticket_id,
        touchpoints.started_at,
        touchpoints.ended_at,
        touchpoints.started_on,
        touchpoints.channel_slug,
        touchpoints.touchpoint_type,
        touchpoints.direction_type,
        touchpoint_types.control_type,
        touchpoints.outcome_type
    from touchpoints
    inner join touchpoint_types on touchpoints.touchpoint_type = touchpoint_types.touchpoint_type
    where
        not touchpoints.is_deleted
        {% if is_incremental() %}
        and touchpoints.started_on in ({{ days_of_changed_touchpoints() }})
        {% endif %}
)

select * from final
