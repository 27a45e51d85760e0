-- Abandonment and service level share this denominator. A call that is neither or both would be
-- counted in one of them only.

with calls as (
    select * from {{ ref('fct_calls') }}
)

select
    calls.started_on,
    count(case when calls.is_offered then 1 end) as offered_count,
    count(case when calls.is_answered then 1 end) as answered_count,
    count(case when calls.is_abandoned then 1 end) as abandoned_count
from calls
group by calls.started_on
having
    count(case when calls.is_offered then 1 end)
    <> count(case when calls.is_answered then 1 end)
    + count(case when calls.is_abandoned then 1 end)
