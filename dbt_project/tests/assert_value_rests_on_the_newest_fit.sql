-- Customers are valued by the newest fit, all of them or none; there is at most one such fit.

with customers as (
    select * from {{ ref('agg_customers_value') }}
),

fits as (
    select * from {{ ref('fct_value_fits') }}
    where is_newest
),

valued as (
    select
        count(*) as buyer_count,
        count(alive_rate) as valued_count,
        max(fitted_as_of_on) as fitted_as_of_on,
        min(fitted_as_of_on) as oldest_as_of_on
    from customers
)

select valued.*
from valued
left join fits on valued.buyer_count >= 0
where
    valued.fitted_as_of_on <> valued.oldest_as_of_on
    or valued.fitted_as_of_on <> cast(fits.fitted_as_of_at as date)
    or valued.valued_count <> case
        when fits.status_type = 'fitted' then valued.buyer_count else 0
    end
