-- Our company gives a person one number, so two in one customer are two persons melted, or one who
-- signed up twice. It warns and does not stop the release: somebody has to look, the rest is right.

{{ config(severity='warn') }}

with resolution as (
    select * from {{ ref('int_identifiers_resolved') }}
)

select
    customer_key,
    count(*) as customer_number_count
from resolution
where identifier_type = 'customer_number' and customer_key <> 'unknown'
group by customer_key
having count(*) > 1
