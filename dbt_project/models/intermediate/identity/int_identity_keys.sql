-- One row per component: the customer key that it bears.

with nodes as (
    select * from {{ ref('int_identity_nodes') }}
    where not is_shared
),

components as (select * from {{ ref('int_identity_components') }}),
held as (select * from {{ ref('int_identity_keys_held') }}),
earlier as (select * from {{ ref('int_identity_before') }}),

members as (
    select
        nodes.identifier_key,
        nodes.node_number,
        nodes.first_seen_at,
        coalesce(components.component_number, nodes.node_number) as component_number,
        earlier.origin_key
    from nodes
    left join components on nodes.node_number = components.node_number
    left join earlier on nodes.identifier_key = earlier.identifier_key
),

kept as (
    -- A merge keeps the older key; of two as old, the smaller.
    select
        component_number,
        customer_key,
        customer_first_seen_at,
        row_number() over (
            partition by component_number order by customer_first_seen_at, customer_key
        ) as age_rank
    from held
),

without_key as (
    select members.*
    from members
    left join held on members.component_number = held.component_number
    where held.component_number is null
),

claims as (
    -- A part that was a customer of its own before a merge asks for its former key first.
    select
        component_number,
        origin_key as customer_key,
        1 as claim_rank,
        count(*) as identifier_count
    from without_key
    where origin_key is not null
    group by component_number, origin_key
    union all
    select
        component_number,
        identifier_key as customer_key,
        2 as claim_rank,
        1 as identifier_count
    from without_key
    where node_number = component_number
),

claims_ranked as (
    select
        claims.*,
        row_number() over (
            partition by claims.customer_key
            order by
                claims.claim_rank asc, claims.identifier_count desc, claims.component_number asc
        ) as claimant_rank
    from claims
    left join held on claims.customer_key = held.customer_key
    where held.customer_key is null
),

granted as (
    select
        component_number,
        customer_key,
        row_number() over (
            partition by component_number
            order by claim_rank asc, identifier_count desc, customer_key asc
        ) as choice_rank
    from claims_ranked
    where claimant_rank = 1
),

final as (
    select
        members.component_number,
        -- Whose every claim was taken gets a key that nobody bore.
        coalesce(
            kept.customer_key,
            granted.customer_key,
            {{ surrogate_key(['members.identifier_key', as_of()]) }}
        ) as customer_key,
        coalesce(kept.customer_first_seen_at, members.first_seen_at) as customer_first_seen_at
    from members
    left join kept on members.component_number = kept.component_number and kept.age_rank = 1
    left join granted
        on members.component_number = granted.component_number and granted.choice_rank = 1
    where members.node_number = members.component_number
)

select * from final
