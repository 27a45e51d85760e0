-- One row per goal and revision that was ever in the list, with the terms that were seen first.

{# Never rebuilt: what was seen first can be seen only once. #}
{{ config(materialized='incremental', incremental_strategy='append', full_refresh=false) }}

with goals as (select * from {{ ref('int_goals_hashed') }}),

final as (
    select
        goals.goal_key,
        goals.terms_hash,
        {{ as_of() }} as first_seen_at,
        {{ goal_terms('goals') | join(', ') }},
        goals.lock_hash
    from goals
    {% if is_incremental() %}
    where goals.goal_key not in (select known.goal_key from {{ this }} as known)
    {% endif %}
)

select * from final
