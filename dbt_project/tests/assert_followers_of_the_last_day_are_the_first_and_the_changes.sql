-- Followers are a state; who adds up the changes must come to the last state.

with snapshots as (
    select
        snapshots.*,
        row_number() over (
            partition by snapshots.source_slug, snapshots.account_id order by snapshots.snapshot_on
        ) as first_rank,
        row_number() over (
            partition by snapshots.source_slug, snapshots.account_id
            order by snapshots.snapshot_on desc
        ) as last_rank
    from {{ ref('fct_account_snapshots') }} as snapshots
)

select
    snapshots.source_slug,
    snapshots.account_id
from snapshots
group by snapshots.source_slug, snapshots.account_id
having
    count(*) = count(snapshots.follower_count)
    and sum(case when snapshots.first_rank = 1 then snapshots.follower_count else 0 end)
    + coalesce(sum(snapshots.follower_delta_count), 0)
    <> sum(case when snapshots.last_rank = 1 then snapshots.follower_count else 0 end)
