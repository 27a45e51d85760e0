-- Who is in the CRM has a row of personal data; nobody has one who is no customer any more.

with customers as (
    select * from {{ ref('dim_customers') }}
),

persons as (
    select * from {{ ref('pii_customers') }}
)

select
    customers.customer_key as customer_of_dimension,
    persons.customer_key as customer_of_person
from customers
full outer join persons on customers.customer_key = persons.customer_key
where
    customers.customer_key is null
    or (customers.is_in_crm and persons.customer_key is null)
    or persons.customer_key = 'unknown'
