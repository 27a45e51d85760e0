-- One row per post of the brand and day on which its counters were read, with the change since the
-- reading before.

{{ config(materialized='view') }}

{% set counters = ['retweet', 'reply', 'like', 'quote', 'impression'] %}

with post_metrics as (select * from {{ ref('stg_x__post_metrics') }}),

{# A new reading changes the deltas of its whole post, hence the greatest build of the post. A
   counter that X withdrew is null, and so is the delta beside it: null is not zero. #}
final as (
    select
        {{ surrogate_key(['post_metrics.post_id', 'post_metrics.snapshot_on']) }} as snapshot_key,
        post_metrics.post_id,
        post_metrics.snapshot_at,
        post_metrics.snapshot_on,
        post_metrics.age_days,
        lag(post_metrics.snapshot_on) over readings as previous_snapshot_on,
        {% for counter in counters %}
        post_metrics.{{ counter }}_count,
        post_metrics.{{ counter }}_count
        - lag(post_metrics.{{ counter }}_count) over readings as {{ counter }}_delta_count,
        {% endfor %}
        max(post_metrics._build_id) over (partition by post_metrics.post_id) as _build_id
    from post_metrics
    where not post_metrics.is_deleted
    window readings as (
        partition by post_metrics.post_id
        order by post_metrics.snapshot_on
    )
)

select * from final
