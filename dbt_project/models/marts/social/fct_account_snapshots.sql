-- One row per account of the brand and day on which its counters were read.

{# A table: one row a day and account, and each delta needs the reading before. #}

with readings as (select * from {{ ref('int_account_readings') }}),

{# Followers and posts are states, so their change is derived; the insights are sums of a day. A
   delta over a missing day spans several: previous_snapshot_on says how many. #}
final as (
    select
        {{ surrogate_key(['readings.source_slug', 'readings.account_id', 'readings.snapshot_on']) }}
            as snapshot_key,
        readings.source_slug,
        readings.account_id,
        readings.snapshot_at,
        readings.snapshot_on,
        lag(readings.snapshot_on) over by_day as previous_snapshot_on,
        readings.post_status_type,
        readings.view_status_type,
        readings.reach_status_type,
        readings.engagement_status_type,
        readings.follower_count,
        readings.follower_count - lag(readings.follower_count) over by_day as follower_delta_count,
        readings.post_count,
        readings.post_count - lag(readings.post_count) over by_day as post_delta_count,
        cast(readings.view_count as bigint) as view_count,
        cast(readings.reach_count as bigint) as reach_count,
        cast(readings.engagement_count as bigint) as engagement_count
    from readings
    window by_day as (
        partition by readings.source_slug, readings.account_id
        order by readings.snapshot_on
    )
)

select * from final
