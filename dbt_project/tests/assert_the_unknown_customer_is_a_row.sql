-- Facts that nobody could be found for join to this row; without it BI's inner joins drop them.

with customers as (
    select * from {{ ref('dim_customers') }}
),

unknown as (
    select count(*) as row_count
    from customers
    where customer_key = 'unknown'
)

select *
from unknown
where row_count <> 1
