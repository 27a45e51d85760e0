-- One row per customer key of earlier builds that is still borne: the component that holds it.

with nodes as (
    select * from {{ ref('int_identity_nodes') }}
    where not is_shared
),

components as (select * from {{ ref('int_identity_components') }}),

earlier as (
    select * from {{ ref('int_identity_before') }}
    where customer_key <> 'unknown'
),

votes as (
    select
        earlier.customer_key,
        coalesce(components.component_number, nodes.node_number) as component_number,
        min(earlier.customer_first_seen_at) as customer_first_seen_at,
        count(case when earlier.origin_key = earlier.customer_key then 1 end) as native_count,
        count(*) as identifier_count,
        min(nodes.node_number) as first_node_number
    from nodes
    inner join earlier on nodes.identifier_key = earlier.identifier_key
    left join components on nodes.node_number = components.node_number
    group by earlier.customer_key, coalesce(components.component_number, nodes.node_number)
),

ranked as (
    -- The larger part of a split keeps the key. Identifiers that came by a merge vote last, so that
    -- a merge undone gives each part its own key back. The first node breaks the tie.
    select
        *,
        row_number() over (
            partition by customer_key
            order by native_count desc, identifier_count desc, first_node_number asc
        ) as holder_rank
    from votes
),

final as (
    select
        customer_key,
        component_number,
        customer_first_seen_at
    from ranked
    where holder_rank = 1
)

select * from final
