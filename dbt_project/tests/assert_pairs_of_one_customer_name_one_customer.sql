-- The queue's flag follows from its keys, a decision has its moment, and each pair its fields.

select queue.pair_key
from {{ ref('identity_review_queue') }} as queue
left join {{ ref('pii_identity_review_queue') }} as personal
    on queue.pair_key = personal.pair_key
where
    personal.pair_key is null
    or queue.is_one_customer
    <> coalesce(queue.left_customer_key = queue.right_customer_key, false)
    or (queue.decision_type = 'waiting') <> (queue.decided_at is null)
    or (queue.decided_at is null) <> (personal.decided_by is null)
