-- One row per pair of records that a person has to decide on, or decided on.

with queue as (select * from {{ ref('int_identity_review_queue') }}),

final as (
    select
        pair_key,
        left_customer_key,
        right_customer_key,
        decided_at,
        coalesce(decision_type, 'waiting') as decision_type,
        is_one_customer,
        held_reason,
        evidence_reason,
        match_probability
    from queue
)

select * from final
