-- A queue cannot take more calls during an incident than its quarters hold in that time.

select
    met.incident_id,
    met.queue_slug
from {{ ref('bridge_incident_queues') }} as met
left join {{ ref('fct_queue_intervals') }} as intervals
    on
        met.queue_slug = intervals.queue_slug
        and met.detected_at <= intervals.started_at
        and coalesce(met.resolved_at, {{ as_of() }}) > intervals.started_at
group by met.incident_id, met.queue_slug, met.offered_count, met.answered_count, met.abandoned_count
having
    met.offered_count <> coalesce(sum(intervals.offered_count), 0)
    or met.offered_count <> met.answered_count + met.abandoned_count
