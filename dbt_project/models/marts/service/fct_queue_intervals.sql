-- One row per queue and quarter of an hour.

{{ config(
    materialized='incremental',
    incremental_strategy='touched_days',
    unique_key='started_on',
    meta={'touched_days': ['days_of_changed_queue_intervals']}
) }}

-- depends_on: {{ ref('int_calls') }}

with intervals as (select * from {{ ref('int_queue_intervals') }}),

final as (
    select
        intervals.queue_interval_key,
        intervals.source_slug,
        intervals.queue_slug,
        intervals.started_at,
        intervals.started_on,
        cast(intervals.offered_count as bigint) as offered_count,
        cast(intervals.answered_count as bigint) as answered_count,
        cast(intervals.answered_count - intervals.answered_in_target_count as bigint)
            as answered_late_count,
        cast(intervals.abandoned_count as bigint) as abandoned_count,
        cast(intervals.short_abandoned_count as bigint) as short_abandoned_count,
        cast(intervals.answered_wait_seconds as bigint) as answered_wait_seconds,
        cast(intervals.abandoned_wait_seconds as bigint) as abandoned_wait_seconds
    from intervals
    {% if is_incremental() %}
    where intervals.started_on in ({{ days_of_changed_queue_intervals() }})
    {% endif %}
)

select * from final
