-- T is at least recency, and recency is zero exactly for who bought on one day. A customer younger
-- than the last purchase would be alive beyond doubt and worth any sum.

with customers as (
    select * from {{ ref('agg_customers_value') }}
)

select
    customer_key,
    frequency_count,
    recency_days,
    age_days,
    silence_days
from customers
where
    age_days < recency_days
    or recency_days < frequency_count
    or silence_days <> age_days - recency_days
    or (frequency_count = 0) <> (recency_days = 0)
    or purchase_count <= frequency_count
    or alive_rate < 0
    or alive_rate > 1
    or expected_purchase_count < 0
