-- Nobody uses what was bought before buying it, buys again before the first time, or returns from
-- where one never lapsed. A purchase tells of itself: the first event is never after it.

with journeys as (
    select * from {{ ref('fct_lifecycle_journeys') }}
)

select
    customer_key,
    considered_at,
    purchased_at,
    first_value_at,
    repeat_at,
    lapsed_at,
    returned_at
from journeys
where
    (purchased_at is not null and (considered_at is null or considered_at > purchased_at))
    or (first_value_at is not null and (purchased_at is null or first_value_at < purchased_at))
    or (repeat_at is not null and (purchased_at is null or repeat_at < purchased_at))
    or (lapsed_at is not null and (purchased_at is null or lapsed_at < purchased_at))
    or (returned_at is not null and (lapsed_at is null or returned_at <= lapsed_at))
    or (lapse_count > 0) <> (lapsed_at is not null)
    or (return_count > 0) <> (returned_at is not null)
    or return_count > lapse_count
