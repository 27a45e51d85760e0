-- One front-desk phone that links would melt strangers into one customer, and all their numbers.

with evidence as (
    select * from {{ ref('int_identity_edges') }}
),

shared as (
    select distinct identifier_key from {{ ref('int_identifiers') }}
    where is_shared
)

select
    evidence.left_identifier_key,
    evidence.right_identifier_key
from evidence
inner join shared
    on
        evidence.left_identifier_key = shared.identifier_key
        or evidence.right_identifier_key = shared.identifier_key
