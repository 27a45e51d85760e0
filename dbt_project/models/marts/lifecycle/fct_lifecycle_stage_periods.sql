-- One row per customer and spell in one stage.

with stage_periods as (select * from {{ ref('int_lifecycle_stage_periods') }}),

final as (
    select
        {{ surrogate_key(['customer_key', 'entered_at']) }} as stage_period_key,
        customer_key,
        entered_at,
        left_at,
        entered_on,
        left_on,
        stage_type,
        from_stage_type,
        reason_type,
        direction_type,
        is_current,
        {{ epoch_seconds('left_at') }} - {{ epoch_seconds('entered_at') }} as dwell_seconds
    from stage_periods
)

select * from final
