-- One row per goal and revision that was ever in the list: its first terms, and whether they hold.

with first_seen as (select * from {{ ref('int_goals_first_seen') }}),
goals as (select * from {{ ref('int_goals_hashed') }}),

judged as (
    select
        first_seen.goal_key,
        {{ goal_terms('first_seen') | join(', ') }},
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
        {{ goal_terms('validated') | join(', ') }},
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
