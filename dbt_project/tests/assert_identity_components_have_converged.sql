-- The rounds of large star and small star are unrolled: too few of them would leave one person in
-- two components, silently. When they suffice, the two ends of every evidence are one customer.

with evidence as (
    select * from {{ ref('int_identity_edges') }}
),

resolution as (
    select * from {{ ref('int_identifiers_resolved') }}
)

select
    evidence.left_identifier_key,
    evidence.right_identifier_key
from evidence
inner join resolution as left_side on evidence.left_identifier_key = left_side.identifier_key
inner join resolution as right_side on evidence.right_identifier_key = right_side.identifier_key
where left_side.customer_key <> right_side.customer_key
