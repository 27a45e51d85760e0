-- An event outside of every session is a visit that was not counted; one in two sessions is a visit
-- too many.

with sessions as (
    select sum(event_count) as event_count from {{ ref('fct_web_sessions') }}
),

events as (
    select count(*) as event_count from {{ ref('stg_ga4__events') }}
    where ga_session_id is not null
)

select
    sessions.event_count as session_event_count,
    events.event_count
from sessions
cross join events
where coalesce(sessions.event_count, 0) <> events.event_count
