-- One row per customer who ever bought: alive or not, and what to expect in the days to come.

with buyers as (select * from {{ ref('int_customers_rfm') }}),

fits as (
    select * from {{ ref('int_value_fits') }}
    where is_newest
),

terms as (
    select
        buyers.*,
        fits.value_model_slug,
        fits.fitted_as_of_at,
        fits.a,
        fits.a + fits.b + buyers.frequency - 1.0 as c,
        {{ var('value_horizon_days') }}
        / (fits.alpha + buyers.age_days + {{ var('value_horizon_days') }}) as z,
        {{ alive_rate('fits', 'buyers.frequency', 'buyers.recency_days', 'buyers.age_days') }}
            as alive_rate,
        {{ expected_spend('fits', 'buyers.frequency', 'buyers.mean_repeat_revenue_amount') }}
            as expected_spend_amount
    from buyers
    left join fits on buyers.customer_key is not null
),

expected as (
    select
        terms.*,
        terms.alive_rate * (
            {{ expected_purchases_while_alive('fits', 'terms') }}
        ) as expected_purchase_count
    from terms
    left join fits on terms.fitted_as_of_at = fits.fitted_as_of_at
),

final as (
    select
        customer_key,
        first_purchase_on,
        last_purchase_on,
        purchase_count,
        frequency,
        recency_days,
        age_days,
        silence_days,
        revenue_amount,
        mean_repeat_revenue_amount,
        value_model_slug,
        fitted_as_of_at,
        case
            when alive_rate is null then 'unknown'
            when frequency = 0 then 'bought once'
            when alive_rate < {{ var('alive_at_risk_rate') }} then 'at risk'
            else 'repeat buyer'
        end as value_segment_type,
        alive_rate,
        expected_purchase_count,
        expected_spend_amount,
        expected_purchase_count * expected_spend_amount as expected_revenue_amount
    from expected
)

select * from final
