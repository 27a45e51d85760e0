-- A hole in the calendar drops a day from every report that joins to it.

with days as (
    select * from {{ ref('dim_date') }}
)

select
    min(days.date_on) as first_day,
    max(days.date_on) as last_day,
    count(*) as day_count
from days
having
    count(*) <> {{ days_apart('min(days.date_on)', 'max(days.date_on)') }} + 1
    or count(distinct days.date_on) <> count(*)
