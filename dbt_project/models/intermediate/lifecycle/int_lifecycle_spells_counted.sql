-- One row per segment, stage, day of entering and day of leaving: how many spells are of that kind.

with stage_periods as (select * from {{ ref('int_lifecycle_stage_periods') }}),
customer_segments as (select * from {{ ref('int_customer_segments') }}),

final as (
    select
        customer_segments.segment_type,
        customer_segments.segment_name,
        stage_periods.stage_type,
        stage_periods.entered_on,
        stage_periods.left_on,
        count(*) as spell_count
    from stage_periods
    inner join customer_segments
        on stage_periods.customer_key = customer_segments.customer_key
    group by
        customer_segments.segment_type,
        customer_segments.segment_name,
        stage_periods.stage_type,
        stage_periods.entered_on,
        stage_periods.left_on
)

select * from final
