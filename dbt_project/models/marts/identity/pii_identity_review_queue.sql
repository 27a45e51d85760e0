-- One row per pair of the review queue: the fields of both records side by side, apart.

with queue as (select * from {{ ref('int_identity_review_queue') }}),

final as (
    select
        pair_key,
        left_record_key,
        right_record_key,
        left_full_name,
        right_full_name,
        left_email,
        right_email,
        left_phone,
        right_phone,
        left_handle,
        right_handle,
        decided_by,
        decision_reason
    from queue
)

select * from final
