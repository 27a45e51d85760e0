-- One row per identifier: whose it is now.

with nodes as (select * from {{ ref('int_identity_nodes') }}),

ledger as (
    select * from {{ ref('int_identity_ledger') }}
    where valid_to_at is null
),

final as (
    select
        nodes.identifier_key,
        ledger.customer_key,
        nodes.first_seen_at,
        nodes.last_seen_at,
        ledger.valid_from_at,
        ledger.resolution_version,
        nodes.identifier_type,
        nodes.is_shared,
        nodes.identifier_value
    from nodes
    inner join ledger on nodes.identifier_key = ledger.identifier_key
)

select * from final
