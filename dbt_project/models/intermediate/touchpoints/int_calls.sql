-- One row per call, deleted ones flagged: what queue, agent and wrap-up took, and how it ended.

{{ config(materialized='view') }}

with calls as (select * from {{ ref('stg_zendesk__calls') }}),
legs as (select * from {{ ref('stg_zendesk__legs') }}),
tickets as (select * from {{ ref('stg_zendesk__tickets') }}),

{# Who called stands on the customer's leg; the agent's ticket knows better whom it was about. #}
sides as (
    select
        legs.call_id,
        max(case when legs.leg_type = 'customer' then legs.user_id end) as caller_id,
        count(distinct case when legs.leg_type = 'agent' then legs.agent_id end) as agent_count,
        max(legs._build_id) as _build_id
    from legs
    where not legs.is_deleted
    group by legs.call_id
),

{# Zendesk counts the menu's time into the wait; the queue's wait is what remains. #}
states as (
    select
        calls.*,
        coalesce(
            calls.direction_type = 'inbound'
            and calls.completion_type = 'completed'
            and calls.time_to_answer_seconds is not null,
            false
        ) as is_answered,
        coalesce(
            calls.direction_type = 'inbound' and calls.completion_type = 'abandoned_in_queue',
            false
        ) as is_abandoned,
        coalesce(
            calls.time_to_answer_seconds,
            coalesce(calls.wait_seconds, 0) - coalesce(calls.ivr_seconds, 0)
        ) as queue_seconds,
        coalesce(calls.wait_seconds, 0) as waited_seconds,
        coalesce(calls.talk_seconds, 0) + coalesce(calls.hold_seconds, 0) as spoken_seconds,
        coalesce(calls.wrap_up_seconds, 0) as wrapped_seconds
    from calls
),

timed as (
    select
        states.*,
        {{ dbt.dateadd('second', 'states.waited_seconds', 'states.started_at') }}
            as waited_until,
        {{ dbt.dateadd(
            'second', 'states.waited_seconds + states.spoken_seconds', 'states.started_at'
        ) }} as ended_at,
        {{ dbt.dateadd(
            'second',
            'states.waited_seconds + states.spoken_seconds + states.wrapped_seconds',
            'states.started_at'
        ) }} as wrapped_up_at
    from states
),

final as (
    select
        {{ surrogate_key(["'zendesk'", "'call'", 'timed.call_id']) }} as touchpoint_key,
        timed.call_id,
        {{ identifier_key_or_unknown(
            'zendesk_user_id', 'coalesce(tickets.requester_id, sides.caller_id)'
        ) }} as identifier_key,
        timed.ticket_id,
        timed.agent_id,
        timed.started_at,
        case when timed.is_answered then timed.waited_until end as answered_at,
        timed.ended_at,
        timed.wrapped_up_at,
        timed.started_on,
        'phone' as channel_slug,
        timed.direction_type,
        timed.completion_type,
        timed.is_answered,
        timed.is_abandoned,
        timed.is_answered or timed.is_abandoned as is_offered,
        timed.is_callback,
        timed.is_voicemail,
        timed.is_deleted,
        timed.ivr_seconds,
        case
            when timed.is_answered or timed.is_abandoned then timed.queue_seconds
        end as queue_seconds,
        timed.talk_seconds,
        timed.hold_seconds,
        timed.wrap_up_seconds,
        timed.spoken_seconds + timed.wrapped_seconds as handle_seconds,
        coalesce(sides.agent_count, 0) as agent_count,
        timed.call_charge_usd,
        greatest(
            timed._build_id, coalesce(tickets._build_id, 0), coalesce(sides._build_id, 0)
        ) as _build_id
    from timed
    left join tickets on timed.ticket_id = tickets.ticket_id
    left join sides on timed.call_id = sides.call_id
)

select * from final
