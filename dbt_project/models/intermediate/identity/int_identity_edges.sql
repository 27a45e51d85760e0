-- One row per pair of identifiers that evidence ties: exact, probable or by hand.

with exact_edges as (select * from {{ ref('int_identity_exact_edges') }}),
pairs as (select * from {{ ref('int_identity_pairs') }}),
decisions as (select * from {{ ref('int_identity_decisions') }}),
nodes as (select * from {{ ref('int_identity_nodes') }}),

final as (
    select
        left_identifier_key,
        right_identifier_key,
        first_seen_at,
        rule_slug,
        reason,
        score
    from exact_edges
    union all
    select
        pairs.left_identifier_key,
        pairs.right_identifier_key,
        greatest(left_nodes.first_seen_at, right_nodes.first_seen_at) as first_seen_at,
        'probable_match' as rule_slug,
        'Two records state ' || pairs.evidence_reason as reason,
        pairs.match_probability as score
    from pairs
    inner join nodes as left_nodes on pairs.left_identifier_key = left_nodes.identifier_key
    inner join nodes as right_nodes on pairs.right_identifier_key = right_nodes.identifier_key
    where pairs.verdict_type = 'linked'
    union all
    select
        left_identifier_key,
        right_identifier_key,
        decided_at as first_seen_at,
        'by_hand' as rule_slug,
        decided_by || ' decided that they are one: ' || decision_reason as reason,
        cast(1.0 as double) as score
    from decisions
    where decision_type = 'same'
)

select * from final
