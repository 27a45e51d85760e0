-- The total must be the sum of its parts, or a reader who filters by channel sees other numbers
-- than one who does not.

with daily as (
    select * from {{ ref('agg_experience_daily') }}
)

select
    daily.metric_slug,
    daily.booked_on,
    sum(case when daily.segment_type = 'all' then daily.sample_count else 0 end) as all_count,
    sum(case when daily.segment_type = 'channel' then daily.sample_count else 0 end)
        as channel_count,
    sum(case when daily.segment_type = 'all' then daily.score_sum else 0 end) as all_sum,
    sum(case when daily.segment_type = 'channel' then daily.score_sum else 0 end) as channel_sum
from daily
group by daily.metric_slug, daily.booked_on
having
    sum(case when daily.segment_type = 'all' then daily.sample_count else 0 end)
    <> sum(case when daily.segment_type = 'channel' then daily.sample_count else 0 end)
    or abs(
        sum(case when daily.segment_type = 'all' then daily.score_sum else 0 end)
        - sum(case when daily.segment_type = 'channel' then daily.score_sum else 0 end)
    ) > 1e-6
