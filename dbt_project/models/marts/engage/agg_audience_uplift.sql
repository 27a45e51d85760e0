-- One row per audience that has started, for its period: who was written to against held out.

with members as (select * from {{ ref('int_audience_members') }}),

audiences as (
    select
        *,
        cast(starts_on as timestamp) as starts_at,
        cast(
            {{ epoch_seconds('cast(starts_on as timestamp)') }} + outcome_days * 86400 as bigint
        ) as ends_seconds
    from {{ ref('audiences') }}
    where cast(starts_on as timestamp) <= {{ as_of() }}
),

events as (select * from {{ ref('int_lifecycle_events') }}),

outcomes as (
    select
        members.audience_slug,
        members.customer_key,
        members.is_held_out,
        count(events.event_at) > 0 as has_outcome
    from members
    inner join audiences on members.audience_slug = audiences.audience_slug
    left join events
        on
            members.customer_key = events.customer_key
            and audiences.outcome_type = events.event_type
            and audiences.starts_at <= events.event_at
            and audiences.ends_seconds > {{ epoch_seconds('events.event_at') }}
    group by members.audience_slug, members.customer_key, members.is_held_out
),

counted as (
    select
        audience_slug,
        count(case when not is_held_out then 1 end) as member_count,
        count(case when is_held_out then 1 end) as holdout_count,
        count(case when has_outcome and not is_held_out then 1 end) as member_outcome_count,
        count(case when has_outcome and is_held_out then 1 end) as holdout_outcome_count
    from outcomes
    group by audience_slug
),

rated as (
    select
        counted.*,
        cast(counted.member_outcome_count as double) / nullif(counted.member_count, 0)
            as member_outcome_rate,
        cast(counted.holdout_outcome_count as double) / nullif(counted.holdout_count, 0)
            as holdout_outcome_rate,
        {{ difference_of_rates_bound(
            '-', 'counted.member_outcome_count', 'counted.member_count',
            'counted.holdout_outcome_count', 'counted.holdout_count'
        ) }} as uplift_low_rate,
        {{ difference_of_rates_bound(
            '+', 'counted.member_outcome_count', 'counted.member_count',
            'counted.holdout_outcome_count', 'counted.holdout_count'
        ) }} as uplift_high_rate
    from counted
),

final as (
    select
        rated.audience_slug,
        audiences.starts_on as period_start_on,
        cast({{ timestamp_from_seconds('audiences.ends_seconds') }} as date) as period_end_on,
        audiences.outcome_type,
        {{ timestamp_from_seconds('audiences.ends_seconds') }} > {{ as_of() }} as is_provisional,
        rated.member_count,
        rated.holdout_count,
        rated.member_outcome_count,
        rated.holdout_outcome_count,
        rated.member_outcome_rate,
        rated.holdout_outcome_rate,
        rated.member_outcome_rate - rated.holdout_outcome_rate as uplift_rate,
        cast(rated.uplift_low_rate as double) as uplift_low_rate,
        cast(rated.uplift_high_rate as double) as uplift_high_rate
    from rated
    inner join audiences on rated.audience_slug = audiences.audience_slug
)

select * from final
