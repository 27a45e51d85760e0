-- Counters are states; who adds up the changes must come to the last state. Posts with a withdrawn
-- counter are left out, because null is not zero.

with snapshots as (
    select
        snapshots.*,
        row_number() over (
            partition by snapshots.post_id order by snapshots.snapshot_on
        ) as first_rank,
        row_number() over (
            partition by snapshots.post_id order by snapshots.snapshot_on desc
        ) as last_rank
    from {{ ref('fct_post_snapshots') }} as snapshots
)

{% for counter in ['retweet', 'reply', 'like', 'quote', 'impression'] %}
select
    snapshots.post_id,
    '{{ counter }}' as counter_name
from snapshots
group by snapshots.post_id
having
    count(*) = count(snapshots.{{ counter }}_count)
    and sum(case when snapshots.first_rank = 1 then snapshots.{{ counter }}_count else 0 end)
    + coalesce(sum(snapshots.{{ counter }}_delta_count), 0)
    <> sum(case when snapshots.last_rank = 1 then snapshots.{{ counter }}_count else 0 end)
{{ 'union all' if not loop.last }}
{% endfor %}
