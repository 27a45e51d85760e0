-- A negative duration that slipped through the gate would lower every mean of times.

with calls as (
    select * from {{ ref('fct_calls') }}
)

select
    call_id,
    started_at,
    answered_at,
    ended_at,
    wrapped_up_at
from calls
where
    ended_at < started_at
    or wrapped_up_at < ended_at
    or (answered_at is not null and (answered_at < started_at or answered_at > ended_at))
    or queue_seconds < 0
    or handle_seconds <> {{ epoch_seconds('wrapped_up_at') }} - {{ epoch_seconds('ended_at') }}
    + coalesce(talk_seconds, 0) + coalesce(hold_seconds, 0)
