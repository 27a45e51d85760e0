-- The desk's export and the telephone system tell of the same calls: on a day of which this build
-- read both, the quarters add up to the calls that entered the queue in them. Days are left out on
-- which rows of either were quarantined or calls were deleted: there the two differ rightly.

with left_out as (
    {{ days_with_quarantined_rows('files.acd_intervals') }}
    union all
    {{ days_with_quarantined_rows('zendesk.calls') }}
    union all
    select gone.started_on as left_out_on
    from {{ ref('stg_zendesk__calls') }} as gone
    where gone.is_deleted
),

intervals as (
    select * from {{ ref('fct_queue_intervals') }}
    where offered_count > 0
),

quarters as (
    select
        intervals.started_at,
        sum(intervals.offered_count) as offered_count,
        sum(intervals.answered_count) as answered_count,
        sum(intervals.answered_late_count) as late_count,
        sum(intervals.abandoned_count) as abandoned_count,
        sum(intervals.short_abandoned_count) as short_count,
        sum(intervals.answered_wait_seconds) as wait_seconds
    from intervals
    group by intervals.started_at
),

entered as (
    select
        calls.*,
        {{ queue_quarter('calls') }} as quarter_at
    from {{ ref('fct_calls') }} as calls
    where calls.is_offered
),

calls as (
    select
        entered.quarter_at,
        count(*) as offered_count,
        count(case when entered.is_answered then 1 end) as answered_count,
        count(case when entered.is_answered and not entered.is_answered_in_target then 1 end)
            as late_count,
        count(case when entered.is_abandoned then 1 end) as abandoned_count,
        count(case when entered.is_short_abandoned then 1 end) as short_count,
        coalesce(sum(case when entered.is_answered then entered.queue_seconds end), 0)
            as wait_seconds
    from entered
    group by entered.quarter_at
),

differing as (
    select
        coalesce(quarters.started_at, calls.quarter_at) as started_at,
        quarters.offered_count as exported_count,
        calls.offered_count as call_count
    from quarters
    full outer join calls on quarters.started_at = calls.quarter_at
    where not coalesce(
        quarters.offered_count = calls.offered_count
        and quarters.answered_count = calls.answered_count
        and quarters.late_count = calls.late_count
        and quarters.abandoned_count = calls.abandoned_count
        and quarters.short_count = calls.short_count
        and quarters.wait_seconds = calls.wait_seconds,
        false
    )
)

select
    started_at,
    exported_count,
    call_count
from differing
where
    cast(started_at as date) in (
        {{ days_read_of_both('files.acd_intervals', 'zendesk.calls') }}
    )
    and cast(started_at as date) not in (
        select left_out.left_out_on from left_out
        where left_out.left_out_on is not null
    )
