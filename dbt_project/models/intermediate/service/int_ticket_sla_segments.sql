-- One row per ticket, promise and running segment of its clock in Zendesk.

{{ config(materialized='view') }}

with tickets as (
    select * from {{ ref('stg_zendesk__tickets') }}
    where not is_deleted
),

events as (
    select * from {{ ref('stg_zendesk__ticket_metric_events') }}
    where not is_withdrawn and not is_deleted
),

{# A clock runs from an activation to whatever comes next of its own: a pause, the end, or, where
   one of these is missing, another activation. #}
own_runs as (
    select
        events.*,
        lead(events.event_at) over (
            partition by events.ticket_id, events.metric_type, events.instance_id
            order by events.event_at, events.event_id
        ) as ended_at
    from events
    where events.event_type in ('activate', 'pause', 'fulfill')
),

{# Nobody waits any more when the ticket is solved, even if the vendor tells no end of the clock. #}
solutions as (
    select
        own_runs.event_id,
        min(moments.event_at) as solved_at
    from own_runs
    inner join {{ ref('int_ticket_clock_moments') }} as moments
        on
            own_runs.ticket_id = moments.ticket_id
            and own_runs.event_at <= moments.event_at
            and moments.status_type = 'solved'
    group by own_runs.event_id
),

runs as (
    select
        own_runs.*,
        least(
            coalesce(own_runs.ended_at, solutions.solved_at),
            coalesce(solutions.solved_at, own_runs.ended_at)
        ) as stopped_at
    from own_runs
    left join solutions on own_runs.event_id = solutions.event_id
),

segments as (
    select
        runs.*,
        row_number() over (
            partition by runs.ticket_id, runs.metric_type, runs.instance_id
            order by runs.event_at, runs.event_id
        ) as segment_number
    from runs
    where runs.event_type = 'activate'
),

{# A promise may be changed while its clock runs: the last one before the clock stopped counts. #}
promised as (
    select
        segments.ticket_id,
        segments.metric_type,
        segments.instance_id,
        segments.segment_number,
        segments.event_at as started_at,
        segments.stopped_at,
        promises.policy_id,
        promises.target_minutes,
        promises.is_target_in_business_hours,
        row_number() over (
            partition by
                segments.ticket_id, segments.metric_type, segments.instance_id,
                segments.segment_number
            order by promises.event_at desc, promises.event_id desc
        ) as place
    from segments
    inner join events as promises
        on
            segments.ticket_id = promises.ticket_id
            and segments.metric_type = promises.metric_type
            and segments.instance_id = promises.instance_id
            and promises.event_type = 'apply_sla'
            and coalesce(segments.stopped_at, promises.event_at) >= promises.event_at
),

final as (
    select
        'zendesk' as source_slug,
        promised.policy_id,
        'ticket' as object_type,
        cast(promised.ticket_id as string) as object_id,
        cast(promised.instance_id as bigint) as instance_number,
        promised.segment_number,
        cast(null as string) as team_id,
        tickets.created_on as opened_on,
        promised.started_at,
        promised.stopped_at,
        cast(null as timestamp) as broken_at,
        promised.stopped_at is null as is_open,
        case
            when promised.is_target_in_business_hours then '{{ var("ticket_schedule_slug") }}'
            else 'always'
        end as schedule_slug,
        promised.target_minutes * 60 as target_seconds,
        0 as paused_seconds
    from promised
    inner join tickets on promised.ticket_id = tickets.ticket_id
    where promised.place = 1
)

select * from final
