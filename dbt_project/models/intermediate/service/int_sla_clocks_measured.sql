-- One row per running segment of a promise, with the business time that its clock ran.

with ticket_segments as (select * from {{ ref('int_ticket_sla_segments') }}),
task_segments as (select * from {{ ref('int_task_sla_segments') }}),
business_days as (select * from {{ ref('int_business_days') }}),

unioned as (
    select
        ticket_segments.source_slug,
        ticket_segments.policy_id,
        ticket_segments.object_type,
        ticket_segments.object_id,
        cast(ticket_segments.instance_number as string) as instance_id,
        ticket_segments.segment_number,
        ticket_segments.team_id,
        ticket_segments.opened_on,
        ticket_segments.started_at,
        ticket_segments.stopped_at,
        ticket_segments.broken_at,
        ticket_segments.is_open,
        ticket_segments.schedule_slug,
        ticket_segments.target_seconds,
        ticket_segments.paused_seconds
    from ticket_segments
    union all
    select
        task_segments.source_slug,
        task_segments.policy_id,
        task_segments.object_type,
        task_segments.object_id,
        task_segments.task_sla_id as instance_id,
        1 as segment_number,
        task_segments.team_id,
        task_segments.opened_on,
        task_segments.started_at,
        task_segments.stopped_at,
        task_segments.broken_at,
        task_segments.is_open,
        task_segments.schedule_slug,
        task_segments.target_seconds,
        task_segments.paused_seconds
    from task_segments
),

{# A clock that runs is read at the moment up to which the lake was read. #}
read_at as (
    select
        unioned.*,
        coalesce(unioned.stopped_at, greatest({{ as_of() }}, unioned.started_at)) as until_at
    from unioned
),

measured as (
    select
        read_at.*,
        {{ business_seconds_until('read_at.started_at', 'first_days') }} as begins_seconds,
        {{ business_seconds_until('read_at.until_at', 'last_days') }}
        - {{ business_seconds_until('read_at.started_at', 'first_days') }}
        - read_at.paused_seconds as business_seconds
    from read_at
    inner join business_days as first_days
        on {{ is_business_day_of('first_days', 'read_at.schedule_slug', 'read_at.started_at') }}
    inner join business_days as last_days
        on {{ is_business_day_of('last_days', 'read_at.schedule_slug', 'read_at.until_at') }}
),

summed as (
    select
        measured.*,
        coalesce(sum(measured.business_seconds) over (
            partition by
                measured.source_slug,
                measured.policy_id,
                measured.object_id,
                measured.instance_id
            order by measured.segment_number
            rows between unbounded preceding and 1 preceding
        ), 0) as seconds_of_earlier_segments
    from measured
),

final as (
    select
        summed.*,
        summed.seconds_of_earlier_segments + summed.business_seconds > summed.target_seconds
            as is_breached
    from summed
)

select * from final
