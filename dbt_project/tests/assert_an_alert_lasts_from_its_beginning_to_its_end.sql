-- An alert that ended and counts as open, or that nobody took and counts as told, misleads whoever
-- judges the month.

with alerts as (
    select * from {{ ref('fct_alerts') }}
)

select
    alert_id,
    opened_at,
    closed_at,
    open_seconds
from alerts
where
    is_open <> (closed_at is null)
    or (
        closed_at >= opened_at
        and coalesce(
            abs(
                {{ epoch_seconds('closed_at') }} - {{ epoch_seconds('opened_at') }} - open_seconds
            ) > 1,
            true
        )
    )
    or (channel_count = 0) <> (channel_names is null)
    or seen_count < 1
