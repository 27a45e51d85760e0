-- A reply before the question would lower the first response time below what anybody did.

with tickets as (
    select * from {{ ref('fct_tickets') }}
)

select
    ticket_id,
    first_response_minutes,
    resolution_seconds
from tickets
where
    first_response_minutes < 0
    or has_reply <> (first_response_minutes is not null)
    or resolution_seconds < 0
