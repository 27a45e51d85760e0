-- One row per customer and spell in one stage.

with stage_entries as (select * from {{ ref('int_lifecycle_stage_entries') }}),
lifecycle_stages as (select * from {{ ref('lifecycle_stages') }}),

spells as (
    select
        *,
        lead(entered_at) over (partition by customer_key order by entered_at) as left_at
    from stage_entries
),

final as (
    select
        spells.customer_key,
        spells.entered_at,
        spells.left_at,
        cast(spells.entered_at as date) as entered_on,
        cast(spells.left_at as date) as left_on,
        spells.stage_type,
        spells.from_stage_type,
        spells.reason_type,
        case
            when spells.from_stage_type is null then 'start'
            when present.stage_rank > earlier.stage_rank then 'forward'
            else 'backward'
        end as direction_type,
        spells.left_at is null as is_current
    from spells
    inner join lifecycle_stages as present on spells.stage_type = present.stage_type
    left join lifecycle_stages as earlier on spells.from_stage_type = earlier.stage_type
)

select * from final
