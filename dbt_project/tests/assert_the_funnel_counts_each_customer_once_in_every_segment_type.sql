-- Two marts must tell one number: who stands in the funnel on its last day is who was in a stage.

with funnel as (
    select * from {{ ref('agg_lifecycle_funnel_daily') }}
),

stage_periods as (
    select * from {{ ref('fct_lifecycle_stage_periods') }}
),

last_day as (
    select max(stage_on) as stage_on from funnel
),

standing as (
    select
        funnel.segment_type,
        sum(funnel.standing_count) as standing_count
    from funnel
    inner join last_day on funnel.stage_on = last_day.stage_on
    group by funnel.segment_type
),

in_a_stage as (
    select count(distinct stage_periods.customer_key) as customer_count
    from stage_periods
    cross join last_day
    where
        stage_periods.entered_on <= last_day.stage_on
        and (stage_periods.left_on is null or stage_periods.left_on > last_day.stage_on)
)

select
    standing.segment_type,
    standing.standing_count,
    in_a_stage.customer_count
from standing
cross join in_a_stage
where standing.standing_count <> in_a_stage.customer_count
