-- One row per customer who ever bought: RFM, and what to expect of the customer.

with customers as (select * from {{ ref('int_customers_valued') }}),

scored as (
    select
        *,
        {{ group_of_rank('last_purchase_on', var('rfm_groups')) }} as recency_score,
        {{ group_of_rank('purchase_count', var('rfm_groups')) }} as frequency_score,
        {{ group_of_rank('revenue_amount', var('rfm_groups')) }} as monetary_score
    from customers
),

final as (
    select
        customer_key,
        value_model_slug,
        first_purchase_on,
        last_purchase_on,
        cast(fitted_as_of_at as date) as fitted_as_of_on,
        value_segment_type,
        purchase_count > 1 as has_repeat_purchase,
        purchase_count,
        frequency as frequency_count,
        cast(recency_days as bigint) as recency_days,
        cast(age_days as bigint) as age_days,
        cast(silence_days as bigint) as silence_days,
        recency_score,
        frequency_score,
        monetary_score,
        revenue_amount,
        mean_repeat_revenue_amount,
        alive_rate,
        expected_purchase_count,
        expected_spend_amount,
        expected_revenue_amount
    from scored
)

select * from final
