-- One row per incident, measure and window: what differed from the same weekday and hours before.

with effects as (select * from {{ ref('int_incident_effects') }}),
incidents as (select * from {{ ref('int_it_incidents') }}),

final as (
    select
        effects.incident_id,
        effects.measure_slug,
        effects.starts_at,
        effects.ends_at,
        incidents.opened_on,
        effects.is_placebo,
        incidents.is_declared_emergency,
        effects.effect_value - effects.margin_of_error > 0
        or effects.effect_value + effects.margin_of_error < 0 as is_distinguishable,
        effects.week_count,
        effects.observed_value,
        effects.baseline_value,
        effects.effect_value,
        effects.margin_of_error,
        effects.effect_value - effects.margin_of_error as effect_low,
        effects.effect_value + effects.margin_of_error as effect_high
    from effects
    inner join incidents on effects.incident_id = incidents.incident_id
)

select * from final
