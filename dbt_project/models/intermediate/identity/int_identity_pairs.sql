-- One row per pair of records that no exact identifier ties: what the matching step found.

with judged as (
    select * from {{ identity_pairs() }} as landed
),

final as (
    select
        left_record_key,
        right_record_key,
        {{ anchor_key('left_record_key') }} as left_identifier_key,
        {{ anchor_key('right_record_key') }} as right_identifier_key,
        verdict_type,
        verdict_reason,
        evidence_reason,
        model_version,
        match_probability
    from judged
)

select * from final
