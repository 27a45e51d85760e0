-- One row per identifier that earlier builds resolved: whose it was last, and whose at first.

{# A table, not a view: the ledger that it reads is written later in the same build. #}

with ledger as (
    select * from {{ identity_ledger_before() }} as kept
),

final as (
    select
        identifier_key,
        max_by(customer_key, resolution_version) as customer_key,
        min_by(customer_key, resolution_version) filter (where customer_key <> 'unknown')
            as origin_key,
        max_by(customer_first_seen_at, resolution_version) as customer_first_seen_at,
        count(*) > count(valid_to_at) as is_standing
    from ledger
    group by identifier_key
)

select * from final
