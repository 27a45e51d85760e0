-- One row per goal and revision in the list, with the hash of the terms as they stand there.

{{ config(materialized='view') }}

with goals as (
    select * from {{ ref('goals') }}
),

final as (
    select
        {{ surrogate_key(['goals.goal_slug', 'goals.revision']) }} as goal_key,
        {{ surrogate_key([
            'goals.goal_slug', 'goals.revision', 'goals.metric_slug', 'goals.segment_type',
            'goals.segment_slug', 'goals.starts_on', 'goals.ends_on', 'goals.baseline_value',
            'goals.target_value', 'goals.success_type', 'goals.owner_name', 'goals.locked_at',
            'goals.approved_by', 'goals.approved_reason'
        ]) }} as terms_hash,
        goals.goal_slug,
        goals.revision,
        goals.metric_slug,
        goals.segment_type,
        goals.segment_slug,
        goals.starts_on,
        goals.ends_on,
        goals.baseline_value,
        goals.target_value,
        goals.success_type,
        goals.owner_name,
        goals.locked_at,
        goals.approved_by,
        goals.approved_reason,
        goals.lock_hash
    from goals
)

select * from final
