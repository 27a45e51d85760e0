-- One row per call of the call center.

{{ config(
    materialized='incremental',
    incremental_strategy='touched_days',
    unique_key='started_on',
    meta={'touched_days': ['days_of_changed_rows', 'int_calls', 'call_id', 'started_on']}
) }}

with calls as (select * from {{ ref('int_calls') }}),
service_level_parameters as (select * from {{ ref('int_service_level_headline') }}),

final as (
    select
        calls.call_id,
        'zendesk' as source_slug,
        calls.touchpoint_key,
        calls.identifier_key,
        calls.ticket_id,
        calls.agent_id,
        calls.started_at,
        calls.answered_at,
        calls.ended_at,
        calls.wrapped_up_at,
        calls.started_on,
        calls.channel_slug,
        calls.direction_type,
        calls.completion_type,
        calls.is_offered,
        calls.is_answered,
        calls.is_abandoned,
        coalesce(
            calls.is_abandoned
            and calls.queue_seconds <= service_level_parameters.short_abandon_seconds,
            false
        ) as is_short_abandoned,
        calls.is_answered
        and calls.queue_seconds <= service_level_parameters.answer_within_seconds
            as is_answered_in_target,
        calls.is_callback,
        calls.is_voicemail,
        calls.ivr_seconds,
        calls.queue_seconds,
        calls.talk_seconds,
        calls.hold_seconds,
        calls.wrap_up_seconds,
        calls.handle_seconds,
        calls.agent_count,
        calls.call_charge_usd
    from calls
    cross join service_level_parameters
    where
        not calls.is_deleted
        {% if is_incremental() %}
        and calls.started_on in (
            {{ days_of_changed_rows('int_calls', 'call_id', 'started_on') }}
        )
        {% endif %}
)

select * from final
