-- The funnel's own arithmetic: a day that was lost or doubled shows here first.

with funnel as (
    select * from {{ ref('agg_lifecycle_funnel_daily') }}
),

with_yesterday as (
    select
        stage_on,
        segment_name,
        stage_type,
        entered_count,
        left_count,
        standing_count,
        coalesce(lag(standing_count) over (
            partition by segment_type, segment_name, stage_type order by stage_on
        ), 0) as standing_count_yesterday
    from funnel
)

select
    stage_on,
    segment_name,
    stage_type,
    standing_count,
    standing_count_yesterday
from with_yesterday
where
    standing_count <> standing_count_yesterday + entered_count - left_count
    or standing_count < 0
