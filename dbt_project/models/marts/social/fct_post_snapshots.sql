-- One row per post of the brand and day on which its counters were read.

{{ config(
    materialized='incremental',
    incremental_strategy='touched_days',
    unique_key='snapshot_on',
    meta={'touched_days': ['days_of_changed_snapshots']}
) }}

with snapshots as (select * from {{ ref('int_post_snapshots') }}),

final as (
    select
        snapshots.snapshot_key,
        'x' as source_slug,
        snapshots.post_id,
        snapshots.snapshot_at,
        snapshots.snapshot_on,
        snapshots.previous_snapshot_on,
        snapshots.age_days,
        snapshots.retweet_count,
        snapshots.retweet_delta_count,
        snapshots.reply_count,
        snapshots.reply_delta_count,
        snapshots.like_count,
        snapshots.like_delta_count,
        snapshots.quote_count,
        snapshots.quote_delta_count,
        snapshots.impression_count,
        snapshots.impression_delta_count
    from snapshots
    {% if is_incremental() %}
    where snapshots.snapshot_on in ({{ days_of_changed_snapshots() }})
    {% endif %}
)

select * from final
