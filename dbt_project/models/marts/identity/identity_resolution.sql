-- One row per identifier and version: whose it was, from when to when, and how that changed.

{# Reasons stay in the ledger of the private warehouse: they name browsers, accounts and people. #}

with ledger as (select * from {{ ref('int_identity_ledger') }}),
nodes as (select * from {{ ref('int_identity_nodes') }}),

final as (
    select
        ledger.resolution_key,
        ledger.identifier_key,
        ledger.customer_key,
        ledger.resolution_version,
        ledger.valid_from_at,
        ledger.valid_to_at,
        coalesce(nodes.identifier_type, 'gone') as identifier_type,
        ledger.change_type,
        ledger.valid_to_at is null as is_current,
        coalesce(nodes.is_shared, false) as is_shared
    from ledger
    left join nodes on ledger.identifier_key = nodes.identifier_key
)

select * from final
