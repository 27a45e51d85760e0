-- Equal neighbours are one spell: uncollapsed they would shorten each stay and count entries twice.

with stage_periods as (
    select * from {{ ref('fct_lifecycle_stage_periods') }}
),

neighbours as (
    select
        customer_key,
        entered_at,
        stage_type,
        from_stage_type,
        lag(stage_type) over (partition by customer_key order by entered_at) as stage_type_before
    from stage_periods
)

select *
from neighbours
where
    stage_type = stage_type_before
    or coalesce(from_stage_type, 'none') <> coalesce(stage_type_before, 'none')
