-- The value of a customer is one: purchases and revenue agree in dimension, history and value, and
-- the stage that lasts in the history is the customer's. Spans follow each other without a gap.

with customers as (
    select * from {{ ref('dim_customers') }}
    where customer_key <> 'unknown'
),

buyers as (
    select * from {{ ref('agg_customers_value') }}
),

spans as (
    select
        *,
        lead(valid_from_at) over (partition by customer_key order by valid_from_at)
            as next_from_at
    from {{ ref('dim_customers_history') }}
),

present as (
    select * from spans
    where is_current
)

select customers.customer_key
from customers
left join present on customers.customer_key = present.customer_key
left join buyers on customers.customer_key = buyers.customer_key
where
    customers.stage_type <> coalesce(present.stage_type, 'none')
    or customers.won_deal_count <> coalesce(present.purchase_count, 0)
    or customers.won_deal_count <> coalesce(buyers.purchase_count, 0)
    or abs(customers.revenue_amount - coalesce(present.revenue_amount, 0)) > 0.01
    or abs(customers.revenue_amount - coalesce(buyers.revenue_amount, 0)) > 0.01
union all
select spans.customer_key
from spans
where
    spans.is_current <> (spans.next_from_at is null)
    or spans.valid_to_at <> spans.next_from_at
