-- One row per goal and revision that was ever in the list of goals.

with targets as (select * from {{ ref('int_goal_targets') }}),

final as (
    select
        goal_key,
        goal_slug,
        cast(revision as integer) as revision,
        metric_slug,
        segment_type,
        segment_slug,
        cast(starts_on as date) as starts_on,
        cast(ends_on as date) as ends_on,
        try_cast(locked_at as timestamp) as locked_at,
        first_seen_at,
        success_type,
        is_locked,
        was_locked_in_time,
        was_edited,
        was_removed,
        is_valid,
        is_in_force,
        cast(baseline_value as double) as baseline_value,
        cast(target_value as double) as target_value,
        owner_name,
        approved_by,
        approved_reason,
        lock_hash
    from targets
)

select * from final
