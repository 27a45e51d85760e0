-- One row per cohort (month of the first purchase) and month since then.

with activity as (select * from {{ ref('int_activity_monthly') }}),

cohorts as (
    select
        cohort_month,
        count(distinct customer_key) as customer_count
    from activity
    group by cohort_month
),

months as (
    select distinct cast({{ dbt.date_trunc('month', 'calendar.day') }} as date) as active_month
    from {{ days_between(
        '(select min(cohort_month) from activity)', 'cast(' ~ as_of() ~ ' as date)'
    ) }} as calendar
    where calendar.day < cast({{ as_of() }} as date)
),

active as (
    select
        cohort_month,
        active_month,
        count(*) as retained_count,
        count(case when purchase_count > 0 then 1 end) as buyer_count,
        cast(sum(purchase_count) as bigint) as purchase_count,
        sum(revenue_amount) as revenue_amount
    from activity
    group by cohort_month, active_month
),

repeats as (
    select
        cohort_month,
        repeat_month,
        count(distinct customer_key) as repeat_customer_count
    from activity
    where repeat_month is not null
    group by cohort_month, repeat_month
),

final as (
    select
        {{ surrogate_key(['cohorts.cohort_month', 'months.active_month']) }} as cohort_key,
        cohorts.cohort_month,
        months.active_month,
        cast({{ dbt.datediff('cohorts.cohort_month', 'months.active_month', 'month') }} as bigint)
            as month_number,
        -- The month had not ended: its counts still grow.
        {{ dbt.dateadd('month', 1, 'months.active_month') }} > {{ as_of() }} as is_provisional,
        cohorts.customer_count,
        coalesce(active.retained_count, 0) as retained_count,
        coalesce(active.buyer_count, 0) as buyer_count,
        cast(coalesce(sum(repeats.repeat_customer_count) over so_far, 0) as bigint)
            as repeat_customer_count,
        coalesce(active.purchase_count, 0) as purchase_count,
        coalesce(active.retained_count, 0) / cast(cohorts.customer_count as double)
            as retained_rate,
        coalesce(sum(repeats.repeat_customer_count) over so_far, 0)
        / cast(cohorts.customer_count as double) as repeat_rate,
        cast(coalesce(active.revenue_amount, 0) as double) as revenue_amount,
        cast(coalesce(sum(active.revenue_amount) over so_far, 0) as double)
            as revenue_so_far_amount
    from cohorts
    inner join months on cohorts.cohort_month <= months.active_month
    left join active
        on
            cohorts.cohort_month = active.cohort_month
            and months.active_month = active.active_month
    left join repeats
        on
            cohorts.cohort_month = repeats.cohort_month
            and months.active_month = repeats.repeat_month
    window so_far as (
        partition by cohorts.cohort_month
        order by months.active_month
        rows between unbounded preceding and current row
    )
)

select * from final
