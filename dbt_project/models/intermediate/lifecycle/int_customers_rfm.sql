-- One row per customer who ever bought: frequency, recency and T as the CLV literature has them.

with purchases as (select * from {{ ref('int_purchases') }}),

purchase_days as (
    -- Two purchases of one day are one occasion.
    select
        customer_key,
        purchased_on,
        count(*) as purchase_count,
        sum(revenue_amount) as revenue_amount,
        row_number() over (partition by customer_key order by purchased_on) as day_number
    from purchases
    group by customer_key, purchased_on
),

final as (
    select
        customer_key,
        min(purchased_on) as first_purchase_on,
        max(purchased_on) as last_purchase_on,
        cast(sum(purchase_count) as bigint) as purchase_count,
        count(*) - 1 as frequency,
        {{ days_apart('min(purchased_on)', 'max(purchased_on)') }} as recency_days,
        {{ days_apart('min(purchased_on)', 'cast(' ~ as_of() ~ ' as date)') }} as age_days,
        {{ days_apart('max(purchased_on)', 'cast(' ~ as_of() ~ ' as date)') }} as silence_days,
        cast(sum(revenue_amount) as double) as revenue_amount,
        avg(case when day_number > 1 then revenue_amount end) as mean_repeat_revenue_amount
    from purchase_days
    group by customer_key
)

select * from final
