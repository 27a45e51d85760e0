-- One row per identifier, numbered from the earliest seen.

with identifiers as (select * from {{ ref('int_identifiers') }}),

distinct_identifiers as (
    select
        identifier_key,
        identifier_type,
        identifier_value,
        is_shared,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from identifiers
    group by identifier_key, identifier_type, identifier_value, is_shared
),

final as (
    select
        identifier_key,
        first_seen_at,
        last_seen_at,
        identifier_type,
        is_shared,
        identifier_value,
        -- Type and value break ties, so that the numbers do not depend on the order of input.
        row_number() over (order by first_seen_at, identifier_type, identifier_value) as node_number
    from distinct_identifiers
)

select * from final
