-- One row per pair of records that a person has to decide on, or decided on.

with pairs as (select * from {{ ref('int_identity_pairs') }}),
decisions as (select * from {{ ref('int_identity_decisions') }}),
records as (select * from {{ ref('int_identity_records') }}),
resolution as (select * from {{ ref('int_identifiers_resolved') }}),

asked as (
    select
        coalesce(pairs.left_record_key, decisions.left_record_key) as left_record_key,
        coalesce(pairs.right_record_key, decisions.right_record_key) as right_record_key,
        coalesce(pairs.left_identifier_key, decisions.left_identifier_key) as left_identifier_key,
        coalesce(pairs.right_identifier_key, decisions.right_identifier_key)
            as right_identifier_key,
        pairs.match_probability,
        pairs.verdict_reason as held_reason,
        pairs.evidence_reason,
        decisions.decision_type,
        decisions.decided_by,
        decisions.decided_at,
        decisions.decision_reason
    from pairs
    full outer join decisions
        on
            pairs.left_record_key = decisions.left_record_key
            and pairs.right_record_key = decisions.right_record_key
    where pairs.verdict_type = 'review' or decisions.decision_type is not null
),

final as (
    select
        {{ surrogate_key(['asked.left_record_key', 'asked.right_record_key']) }} as pair_key,
        asked.left_record_key,
        asked.right_record_key,
        left_side.customer_key as left_customer_key,
        right_side.customer_key as right_customer_key,
        asked.decided_at,
        asked.decision_type,
        coalesce(left_side.customer_key = right_side.customer_key, false) as is_one_customer,
        asked.held_reason,
        asked.evidence_reason,
        left_records.full_name as left_full_name,
        right_records.full_name as right_full_name,
        left_records.email as left_email,
        right_records.email as right_email,
        left_records.phone as left_phone,
        right_records.phone as right_phone,
        left_records.handle as left_handle,
        right_records.handle as right_handle,
        asked.decided_by,
        asked.decision_reason,
        asked.match_probability
    from asked
    left join records as left_records on asked.left_record_key = left_records.record_key
    left join records as right_records on asked.right_record_key = right_records.record_key
    left join resolution as left_side on asked.left_identifier_key = left_side.identifier_key
    left join resolution as right_side on asked.right_identifier_key = right_side.identifier_key
)

select * from final
