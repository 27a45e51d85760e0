-- One row per day, lifecycle stage and segment.

with spells as (select * from {{ ref('int_lifecycle_spells_counted') }}),
dwell_medians as (select * from {{ ref('int_lifecycle_dwell_medians_daily') }}),
stages as (select * from {{ ref('lifecycle_stages') }}),

days as (
    select calendar.day as stage_on
    from {{ days_between(
        '(select min(entered_on) from spells)', 'cast(' ~ as_of() ~ ' as date)'
    ) }} as calendar
    where calendar.day < cast({{ as_of() }} as date)
),

moves as (
    select
        segment_type,
        segment_name,
        stage_type,
        entered_on as moved_on,
        spell_count as entered_count,
        0 as left_count
    from spells
    union all
    select
        segment_type,
        segment_name,
        stage_type,
        left_on as moved_on,
        0 as entered_count,
        spell_count as left_count
    from spells
    where left_on is not null
),

moves_daily as (
    select
        moved_on,
        segment_type,
        segment_name,
        stage_type,
        sum(entered_count) as entered_count,
        sum(left_count) as left_count
    from moves
    group by moved_on, segment_type, segment_name, stage_type
),

segments as (
    select distinct
        segment_type,
        segment_name
    from spells
),

grid as (
    select
        days.stage_on,
        segments.segment_type,
        segments.segment_name,
        stages.stage_type
    from days
    cross join segments
    cross join stages
),

final as (
    select
        {{ surrogate_key([
            'grid.stage_on', 'grid.segment_type', 'grid.segment_name', 'grid.stage_type'
        ]) }} as funnel_key,
        grid.stage_on,
        grid.segment_type,
        grid.segment_name,
        grid.stage_type,
        cast(coalesce(moves_daily.entered_count, 0) as bigint) as entered_count,
        cast(coalesce(moves_daily.left_count, 0) as bigint) as left_count,
        cast(sum(
            coalesce(moves_daily.entered_count, 0) - coalesce(moves_daily.left_count, 0)
        ) over (
            partition by grid.segment_type, grid.segment_name, grid.stage_type
            order by grid.stage_on
        ) as bigint) as standing_count,
        coalesce(dwell_medians.dwell_spell_count, 0) as dwell_spell_count,
        coalesce(dwell_medians.dwell_censored_count, 0) as dwell_censored_count,
        dwell_medians.median_dwell_days
    from grid
    left join moves_daily
        on
            grid.stage_on = moves_daily.moved_on
            and grid.segment_type = moves_daily.segment_type
            and grid.segment_name = moves_daily.segment_name
            and grid.stage_type = moves_daily.stage_type
    left join dwell_medians
        on
            grid.stage_on = dwell_medians.stage_on
            and grid.segment_type = dwell_medians.segment_type
            and grid.segment_name = dwell_medians.segment_name
            and grid.stage_type = dwell_medians.stage_type
)

select * from final
