-- The journeys are the customers, less the unknown one, with the same stage and the same purchases.

with customers as (
    select * from {{ ref('dim_customers') }}
    where customer_key <> 'unknown'
),

journeys as (
    select * from {{ ref('fct_lifecycle_journeys') }}
)

select
    customers.customer_key as customer_of_dimension,
    journeys.customer_key as customer_of_journey
from customers
full outer join journeys on customers.customer_key = journeys.customer_key
where
    customers.customer_key is null
    or journeys.customer_key is null
    or customers.stage_type <> journeys.stage_type
    or (customers.won_deal_count >= 1) <> (journeys.purchased_at is not null)
    or (customers.won_deal_count > 1) <> (journeys.repeat_at is not null)
