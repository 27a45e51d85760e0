-- One row per identifier that evidence ties: the evidence to tell when its customer changes.

with edges as (select * from {{ ref('int_identity_edges') }}),
earlier as (select * from {{ ref('int_identity_before') }}),

sides as (
    select 1 as side
    union all
    select 2 as side
),

ends as (
    select
        case sides.side
            when 1 then edges.left_identifier_key else edges.right_identifier_key
        end as identifier_key,
        case sides.side
            when 1 then edges.right_identifier_key else edges.left_identifier_key
        end as other_identifier_key,
        edges.rule_slug,
        edges.reason,
        edges.first_seen_at
    from edges
    cross join sides
),

ranked as (
    select
        ends.identifier_key,
        near_side.customer_key as customer_key_before,
        ends.rule_slug,
        ends.reason,
        -- Evidence that crosses from one customer to another; then to what nobody knew before.
        case
            when near_side.customer_key is null then 0
            when far_side.customer_key <> near_side.customer_key then 2
            when far_side.customer_key is null then 1
            else 0
        end as crossing_rank,
        ends.first_seen_at
    from ends
    left join earlier as near_side on ends.identifier_key = near_side.identifier_key
    left join earlier as far_side on ends.other_identifier_key = far_side.identifier_key
),

of_identifiers as (
    -- The rule and the reason break ties.
    select
        *,
        row_number() over (
            partition by identifier_key
            order by crossing_rank desc, first_seen_at asc, rule_slug asc, reason asc
        ) as reason_rank
    from ranked
),

of_customers as (
    select
        *,
        row_number() over (
            partition by customer_key_before
            order by crossing_rank desc, first_seen_at desc, rule_slug asc, reason asc
        ) as reason_rank
    from ranked
    where customer_key_before is not null
),

final as (
    select
        of_identifiers.identifier_key,
        coalesce(of_customers.rule_slug, of_identifiers.rule_slug) as rule_slug,
        coalesce(of_customers.reason, of_identifiers.reason) as reason
    from of_identifiers
    left join of_customers
        on
            of_identifiers.customer_key_before = of_customers.customer_key_before
            and of_customers.reason_rank = 1
            and of_customers.crossing_rank > 0
    where of_identifiers.reason_rank = 1
)

select * from final
