-- One row per day, segment and stage: the median stay of those who entered in the days before.

with spells as (select * from {{ ref('int_lifecycle_spells_counted') }}),

days as (
    select calendar.day as stage_on
    from {{ days_between(
        '(select min(entered_on) from spells)', 'cast(' ~ as_of() ~ ' as date)'
    ) }} as calendar
    where calendar.day < cast({{ as_of() }} as date)
),

stays as (
    -- Who has not left by the end of the day is censored: stayed at least so long.
    select
        days.stage_on,
        spells.segment_type,
        spells.segment_name,
        spells.stage_type,
        {{ days_apart(
            'spells.entered_on',
            'case when spells.left_on <= days.stage_on then spells.left_on else days.stage_on end'
        ) }} as dwell_days,
        sum(spells.spell_count) as spell_count,
        sum(case when spells.left_on <= days.stage_on then spells.spell_count else 0 end)
            as left_count
    from days
    inner join spells
        on
            days.stage_on >= spells.entered_on
            and days.stage_on < spells.entered_on
            + interval {{ var('dwell_window_days') }} day
    group by
        days.stage_on,
        spells.segment_type,
        spells.segment_name,
        spells.stage_type,
        dwell_days
),

at_risk as (
    select
        *,
        sum(spell_count) over (
            partition by stage_on, segment_type, segment_name, stage_type
            order by dwell_days desc
        ) as at_risk_count
    from stays
),

survival as (
    -- Kaplan-Meier: the share still there after each length of stay. When all leave it is zero.
    select
        *,
        exp(sum(
            case
                when left_count < at_risk_count then ln(1.0 - left_count / at_risk_count)
                else -1000.0
            end
        ) over (
            partition by stage_on, segment_type, segment_name, stage_type
            order by dwell_days
        )) as survival_rate
    from at_risk
),

final as (
    select
        stage_on,
        segment_type,
        segment_name,
        stage_type,
        cast(sum(spell_count) as bigint) as dwell_spell_count,
        cast(sum(spell_count) - sum(left_count) as bigint) as dwell_censored_count,
        -- The small allowance takes up the rounding of logarithms at exactly one half.
        min(case when survival_rate <= 0.5 + 1e-9 then dwell_days end) as median_dwell_days
    from survival
    group by stage_on, segment_type, segment_name, stage_type
)

select * from final
