-- One row per identifier that evidence ties to an earlier one, with the earliest of its component.

with nodes as (select * from {{ ref('int_identity_nodes') }}),
evidence as (select * from {{ ref('int_identity_edges') }}),

edges as (
    select distinct
        left_nodes.node_number as node_a,
        right_nodes.node_number as node_b
    from evidence
    inner join nodes as left_nodes on evidence.left_identifier_key = left_nodes.identifier_key
    inner join nodes as right_nodes on evidence.right_identifier_key = right_nodes.identifier_key
),

{{ alternating_stars('edges', 'stars', var('identity_rounds')) }}

final as (
    select
        node_a as node_number,
        node_b as component_number
    from stars_{{ var('identity_rounds') }}
)

select * from final
