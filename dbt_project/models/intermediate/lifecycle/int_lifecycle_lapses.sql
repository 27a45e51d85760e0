-- One row per customer who ever lapsed after a purchase: first lapse, first return, how many.

with stage_periods as (select * from {{ ref('int_lifecycle_stage_periods') }}),

lapses as (
    select
        customer_key,
        min(entered_at) as lapsed_at,
        count(*) as lapse_count
    from stage_periods
    where stage_type = 'lapsed'
    group by customer_key
),

returns as (
    -- A visitor who had never bought and comes again is no return: no lapse lies before it.
    select
        stage_periods.customer_key,
        min(stage_periods.entered_at) as returned_at,
        count(*) as return_count
    from stage_periods
    inner join lapses
        on
            stage_periods.customer_key = lapses.customer_key
            and stage_periods.entered_at > lapses.lapsed_at
    where
        stage_periods.from_stage_type in ('lapsed', 'lost')
        and stage_periods.direction_type = 'forward'
    group by stage_periods.customer_key
),

final as (
    select
        lapses.customer_key,
        lapses.lapsed_at,
        returns.returned_at,
        lapses.lapse_count,
        coalesce(returns.return_count, 0) as return_count
    from lapses
    left join returns on lapses.customer_key = returns.customer_key
)

select * from final
