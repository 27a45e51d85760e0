-- One row per incident and queue of the call center that works with what failed.

with incidents as (
    select * from {{ ref('int_it_incidents') }}
    where parent_incident_id is null
),

queues as (select * from {{ ref('incident_queues') }}),

intervals as (
    select * from {{ ref('int_queue_intervals') }}
    where offered_count > 0
),

met as (
    select
        incidents.incident_id,
        queues.queue_slug,
        incidents.detected_at,
        incidents.resolved_at
    from incidents
    inner join queues on incidents.category_type = queues.category_type
),

final as (
    select
        met.incident_id,
        met.queue_slug,
        met.detected_at,
        met.resolved_at,
        cast(coalesce(sum(intervals.offered_count), 0) as bigint) as offered_count,
        cast(coalesce(sum(intervals.answered_count), 0) as bigint) as answered_count,
        cast(coalesce(sum(intervals.abandoned_count), 0) as bigint) as abandoned_count
    from met
    left join intervals
        on
            met.queue_slug = intervals.queue_slug
            and met.detected_at <= intervals.started_at
            and coalesce(met.resolved_at, {{ as_of() }}) > intervals.started_at
    group by met.incident_id, met.queue_slug, met.detected_at, met.resolved_at
)

select * from final
