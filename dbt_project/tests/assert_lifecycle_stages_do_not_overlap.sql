-- A customer stands in one stage at a time and always in one: the end of a spell is the start of
-- the next. An overlap would count the customer twice in the funnel, a gap would lose it.
-- It counts the current spells too, so that "none" is caught as well as "several".

with stage_periods as (
    select * from {{ ref('fct_lifecycle_stage_periods') }}
),

neighbours as (
    select
        customer_key,
        entered_at,
        left_at,
        lead(entered_at) over (partition by customer_key order by entered_at) as next_entered_at
    from stage_periods
)

select
    customer_key,
    entered_at,
    left_at,
    next_entered_at
from neighbours
where
    left_at <= entered_at
    or (next_entered_at is not null and (left_at is null or left_at <> next_entered_at))
    or (next_entered_at is null and left_at is not null)
