-- One row per identifier whose customer this build changes, those that vanish among them.

with nodes as (select * from {{ ref('int_identity_nodes') }}),
components as (select * from {{ ref('int_identity_components') }}),
customer_keys as (select * from {{ ref('int_identity_keys') }}),
held as (select * from {{ ref('int_identity_keys_held') }}),
earlier as (select * from {{ ref('int_identity_before') }}),
reasons as (select * from {{ ref('int_identity_reasons') }}),

decisions as (
    select * from {{ ref('int_identity_decisions') }}
    where decision_type = 'different'
),

parted_by_hand as (
    select
        left_side.customer_key as customer_key_before,
        min(decisions.decided_by || ' told them apart: ' || decisions.decision_reason) as reason
    from decisions
    inner join earlier as left_side on decisions.left_identifier_key = left_side.identifier_key
    inner join earlier as right_side
        on
            decisions.right_identifier_key = right_side.identifier_key
            and left_side.customer_key = right_side.customer_key
    group by left_side.customer_key
),

resolved as (
    select
        nodes.identifier_key,
        case when nodes.is_shared then 'unknown' else customer_keys.customer_key end
            as customer_key,
        customer_keys.customer_first_seen_at
    from nodes
    left join components on nodes.node_number = components.node_number
    left join customer_keys
        on
            coalesce(components.component_number, nodes.node_number)
            = customer_keys.component_number
),

successors as (
    select
        held.customer_key as customer_key_before,
        customer_keys.customer_key
    from held
    inner join customer_keys on held.component_number = customer_keys.component_number
),

changed as (
    select
        coalesce(resolved.identifier_key, earlier.identifier_key) as identifier_key,
        case when earlier.is_standing then earlier.customer_key end as customer_key_before,
        resolved.customer_key,
        resolved.customer_first_seen_at
    from resolved
    full outer join earlier on resolved.identifier_key = earlier.identifier_key
),

final as (
    select
        changed.identifier_key,
        changed.customer_key_before,
        changed.customer_key,
        changed.customer_first_seen_at,
        case
            when changed.customer_key is null then 'gone'
            when changed.customer_key_before is null then 'new'
            when
                parted_by_hand.reason is not null
                or reasons.rule_slug = 'by_hand' and successors.customer_key = changed.customer_key
                then 'by_hand'
            when changed.customer_key = 'unknown' then 'split'
            when changed.customer_key_before = 'unknown' then 'merge'
            when successors.customer_key = changed.customer_key then 'merge'
            else 'split'
        end as change_type,
        case
            when changed.customer_key is null then 'No source states it any more'
            when parted_by_hand.reason is not null then parted_by_hand.reason
            when changed.customer_key = 'unknown'
                then 'Several persons state it, so it points at none of them'
            when changed.customer_key_before is null
                then coalesce(reasons.reason, 'Seen for the first time, tied to nothing else')
            when changed.customer_key_before = 'unknown'
                then 'Only one person states it now'
            when successors.customer_key = changed.customer_key
                then
                    'Two customers are one: '
                    || coalesce(reasons.reason, 'the evidence joins them')
            else 'Nothing ties it to its former customer any more'
        end as reason
    from changed
    left join successors on changed.customer_key_before = successors.customer_key_before
    left join reasons on changed.identifier_key = reasons.identifier_key
    left join parted_by_hand
        on changed.customer_key_before = parted_by_hand.customer_key_before
    where coalesce(changed.customer_key, 'gone') <> coalesce(changed.customer_key_before, 'gone')
)

select * from final
