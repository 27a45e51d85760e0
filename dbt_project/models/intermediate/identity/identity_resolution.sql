-- One row per identifier: whose it is.

with nodes as (
    select * from {{ ref('int_identity_nodes') }}
),

components as (
    select * from {{ ref('int_identity_components') }}
),

final as (
    select
        nodes.identifier_key,
        -- The customer bears the key of its earliest identifier; later evidence does not change it.
        case when nodes.is_shared then 'unknown' else roots.identifier_key end as customer_key,
        nodes.first_seen_at,
        nodes.last_seen_at,
        nodes.identifier_type,
        nodes.is_shared,
        nodes.identifier_value
    from nodes
    left join components on nodes.node_number = components.node_number
    inner join nodes as roots
        on coalesce(components.component_number, nodes.node_number) = roots.node_number
)

select * from final
