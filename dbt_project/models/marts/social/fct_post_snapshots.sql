-- One row per post of the brand and day on which its counters were read.

{{ config(
    materialized='incremental',
    incremental_strategy='touched_days',
    unique_key='snapshot_on',
    meta={'touched_days': [
        'days_of_changed_rows', 'int_post_snapshots', 'snapshot_key', 'snapshot_on'
    ]}
) }}

with snapshots as (
    select * from {{ ref('int_post_snapshots') }}
),

final as (
    select
        snapshots.snapshot_key,
        'x' as source_slug,
        snapshots.post_id,
        snapshots.snapshot_at,
        snapshots.snapshot_on,
        snapshots.previous_snapshot_on,
        snapshots.age_days,
        {% for counter in ['retweet', 'reply', 'like', 'quote', 'impression'] %}
        snapshots.{{ counter }}_count,
        snapshots.{{ counter }}_delta_count{{ ',' if not loop.last }}
        {% endfor %}
    from snapshots
    {% if is_incremental() %}
    where snapshots.snapshot_on in (
        {{ days_of_changed_rows('int_post_snapshots', 'snapshot_key', 'snapshot_on') }}
    )
    {% endif %}
)

select * from final
