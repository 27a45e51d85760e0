-- One row per goal and revision in the list, with the hash of the terms as they stand there.

{{ config(materialized='view') }}

with goals as (select * from {{ ref('goals') }}),

final as (
    select
        {{ surrogate_key(['goals.goal_slug', 'goals.revision']) }} as goal_key,
        {{ surrogate_key(goal_terms('goals')) }} as terms_hash,
        {{ goal_terms('goals') | join(', ') }},
        goals.lock_hash
    from goals
)

select * from final
