-- Cohorts hold every purchase of every buyer once: counts and revenue of all months are those of
-- the customers, and those who repeat at the end are those who bought twice.

with cohorts as (
    select * from {{ ref('agg_cohorts_monthly') }}
),

customers as (
    select * from {{ ref('agg_customers_value') }}
),

last_months as (
    select
        sum(customer_count) as customer_count,
        sum(repeat_customer_count) as repeat_customer_count,
        sum(revenue_so_far_amount) as revenue_amount
    from cohorts
    where active_month = (select max(newest.active_month) from cohorts as newest)
),

of_cohorts as (
    select
        (select sum(cohorts.purchase_count) from cohorts) as purchase_count,
        (select sum(cohorts.revenue_amount) from cohorts) as monthly_revenue_amount,
        last_months.*
    from last_months
),

of_customers as (
    select
        count(*) as customer_count,
        count(case when has_repeat_purchase then 1 end) as repeat_customer_count,
        sum(purchase_count) as purchase_count,
        sum(revenue_amount) as revenue_amount
    from customers
)

select
    of_cohorts.customer_count as cohort_customer_count,
    of_customers.customer_count,
    of_cohorts.purchase_count as cohort_purchase_count,
    of_customers.purchase_count
from of_cohorts
cross join of_customers
where
    of_customers.customer_count > 0
    and (
        coalesce(of_cohorts.customer_count, 0) <> of_customers.customer_count
        or of_cohorts.repeat_customer_count <> of_customers.repeat_customer_count
        or of_cohorts.purchase_count <> of_customers.purchase_count
        or abs(of_cohorts.revenue_amount - of_customers.revenue_amount) > 0.01
        or abs(of_cohorts.monthly_revenue_amount - of_customers.revenue_amount) > 0.01
    )
