-- One row per customer who ever bought and month in which the customer bought or used the product.

with lifecycle_events as (
    select * from {{ ref('int_lifecycle_stages_after_events') }}
    where won_count >= 1 and event_type in ('deal_won', 'use')
),

purchases as (select * from {{ ref('int_purchases') }}),

active_months as (
    select distinct
        customer_key,
        cast({{ dbt.date_trunc('month', 'event_at') }} as date) as active_month
    from lifecycle_events
),

bought as (
    select
        customer_key,
        cast({{ dbt.date_trunc('month', 'purchased_at') }} as date) as active_month,
        count(*) as purchase_count,
        sum(revenue_amount) as revenue_amount,
        bool_or(purchase_number > 1) as has_repeat_purchase
    from purchases
    group by customer_key, cast({{ dbt.date_trunc('month', 'purchased_at') }} as date)
),

final as (
    select
        active_months.customer_key,
        active_months.active_month,
        min(active_months.active_month) over (partition by active_months.customer_key)
            as cohort_month,
        coalesce(bought.purchase_count, 0) as purchase_count,
        coalesce(bought.revenue_amount, 0) as revenue_amount,
        -- The month of the second purchase: from then on the customer counts as one who repeats.
        min(case when bought.has_repeat_purchase then active_months.active_month end)
            over (partition by active_months.customer_key) as repeat_month
    from active_months
    left join bought
        on
            active_months.customer_key = bought.customer_key
            and active_months.active_month = bought.active_month
)

select * from final
