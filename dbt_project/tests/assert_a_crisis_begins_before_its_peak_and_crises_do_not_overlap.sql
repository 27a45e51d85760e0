-- The moments of a crisis are in order, and the next one begins after this one ended.

with crises as (
    select
        crises.*,
        lag(crises.ended_at) over (order by crises.onset_at) as previous_ended_at
    from {{ ref('fct_crisis_episodes') }} as crises
)

select crises.crisis_key
from crises
where
    crises.onset_earliest_at > crises.onset_at
    or crises.onset_at > crises.onset_latest_at
    or crises.onset_at >= crises.ended_at
    or crises.peak_at >= crises.ended_at
    or crises.peak_negative_count < {{ var('crisis_negative_min') }}
    or crises.peak_negative_count <= crises.usual_negative_count
    or crises.previous_ended_at > crises.ended_at
