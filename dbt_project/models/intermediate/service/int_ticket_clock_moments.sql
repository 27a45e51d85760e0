-- One row per ticket and moment at which its clocks say what its status is.

{# The agents' work stands still while a ticket is pending or on hold, the requester's wait only
   while it is pending, and the solution fulfills both. #}
{{ config(materialized='view') }}

with tickets as (
    select * from {{ ref('stg_zendesk__tickets') }}
    where not is_deleted
),

events as (
    select * from {{ ref('stg_zendesk__ticket_metric_events') }}
    where
        metric_type in ('agent_work_time', 'requester_wait_time')
        and event_type in ('activate', 'pause', 'fulfill')
        and not is_withdrawn and not is_deleted
),

{# Two events of one clock in one second: the greater id came later. #}
ranked as (
    select
        events.*,
        row_number() over (
            partition by events.ticket_id, events.metric_type, events.event_at
            order by events.event_id desc
        ) as place
    from events
),

moments as (
    select
        ranked.ticket_id,
        ranked.event_at,
        max(case when ranked.metric_type = 'agent_work_time' then ranked.event_type end)
            as agent_event_type,
        max(case when ranked.metric_type = 'requester_wait_time' then ranked.event_type end)
            as requester_event_type
    from ranked
    where ranked.place = 1
    group by ranked.ticket_id, ranked.event_at
),

final as (
    select
        moments.ticket_id,
        tickets.created_on,
        moments.event_at,
        case
            when moments.agent_event_type = 'fulfill' or moments.requester_event_type = 'fulfill'
                then 'solved'
            when moments.agent_event_type = 'activate' then 'active'
            when moments.requester_event_type = 'pause' then 'pending'
            else 'on_hold'
        end as status_type
    from moments
    inner join tickets on moments.ticket_id = tickets.ticket_id
)

select * from final
