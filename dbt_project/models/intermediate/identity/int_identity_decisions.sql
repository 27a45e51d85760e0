-- One row per pair of records that somebody decided on: the decision that stands.

with decided as (
    select * from {{ identity_decisions() }} as landed
),

ranked as (
    -- The id breaks the tie of two decisions of one moment.
    select
        *,
        row_number() over (
            partition by left_record_key, right_record_key
            order by decided_at desc, decision_id desc
        ) as recency_rank
    from decided
),

final as (
    select
        decision_id,
        left_record_key,
        right_record_key,
        {{ anchor_key('left_record_key') }} as left_identifier_key,
        {{ anchor_key('right_record_key') }} as right_identifier_key,
        cast(decided_at as timestamp) as decided_at,
        decision_type,
        decided_by,
        decision_reason
    from ranked
    where recency_rank = 1 and decision_type <> 'undecided'
)

select * from final
