-- The times for which each release was the newest add up to the time from the first to the last.

with releases as (
    select * from {{ ref('fct_releases') }}
)

select
    count(*) as release_count,
    sum(newest_seconds) as newest_seconds
from releases
having
    count(*) - count(followed_at) > 1
    or abs(
        {{ epoch_seconds('max(built_at)') }} - {{ epoch_seconds('min(built_at)') }}
        - coalesce(sum(newest_seconds), 0)
    ) > 1
    or max(doubted_mart_count - mart_count) > 0
