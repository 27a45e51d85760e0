-- A deal is opened before it is won or lost; more ends than beginnings means a deal counted twice
-- or hung on the wrong customer.

with customers as (
    select * from {{ ref('dim_customers') }}
)

select
    customer_key,
    deal_count,
    won_deal_count,
    lost_deal_count
from customers
where won_deal_count + lost_deal_count > deal_count
