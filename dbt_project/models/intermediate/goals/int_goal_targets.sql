-- One row per goal and revision that was ever in the list: its first terms, and whether they hold.

with first_seen as (
    select * from {{ ref('int_goals_first_seen') }}
),

goals as (
    select * from {{ ref('int_goals_hashed') }}
),

judged as (
    select
        first_seen.goal_key,
        first_seen.goal_slug,
        first_seen.revision,
        first_seen.metric_slug,
        first_seen.segment_type,
        first_seen.segment_slug,
        first_seen.starts_on,
        first_seen.ends_on,
        first_seen.baseline_value,
        first_seen.target_value,
        first_seen.success_type,
        first_seen.owner_name,
        first_seen.locked_at,
        first_seen.approved_by,
        first_seen.approved_reason,
        first_seen.lock_hash,
        first_seen.first_seen_at,
        goals.goal_key is null as was_removed,
        coalesce(goals.terms_hash <> first_seen.terms_hash, false) as was_edited,
        coalesce(first_seen.lock_hash = first_seen.terms_hash, false) as is_locked,
        coalesce(
            try_cast(first_seen.locked_at as timestamp)
            < cast(first_seen.starts_on as timestamp),
            false
        ) as was_locked_in_time,
        cast(first_seen.revision as integer) = 1 as is_first_revision,
        first_seen.approved_by is not null and first_seen.approved_reason is not null
            as is_approved
    from first_seen
    left join goals on first_seen.goal_key = goals.goal_key
),

validated as (
    select
        judged.*,
        judged.is_locked and not judged.was_removed and not judged.was_edited
        and case
            when judged.is_first_revision then judged.was_locked_in_time
            else judged.is_approved
        end as is_valid
    from judged
),

final as (
    select
        validated.goal_key,
        validated.goal_slug,
        validated.revision,
        validated.metric_slug,
        validated.segment_type,
        validated.segment_slug,
        validated.starts_on,
        validated.ends_on,
        validated.baseline_value,
        validated.target_value,
        validated.success_type,
        validated.owner_name,
        validated.locked_at,
        validated.approved_by,
        validated.approved_reason,
        validated.lock_hash,
        validated.first_seen_at,
        validated.was_removed,
        validated.was_edited,
        validated.is_locked,
        validated.was_locked_in_time,
        validated.is_valid,
        coalesce(
            validated.is_valid and row_number() over (
                partition by validated.goal_slug, validated.is_valid
                order by cast(validated.revision as integer) desc
            ) = 1,
            false
        ) as is_in_force
    from validated
)

select * from final
