-- One row per incident that may be an emergency: what its contacts say of how it was declared.

with incidents as (
    select * from {{ ref('int_it_incidents') }}
    where is_considered
),

effects as (
    select * from {{ ref('int_incident_effects') }}
    where measure_slug = 'contacts' and not is_placebo
),

{# An emergency brings surely more contacts than usual, by at least the agreed share. #}
measured as (
    select
        incidents.incident_id,
        incidents.detected_at,
        coalesce(incidents.resolved_at, {{ as_of() }}) as over_at,
        incidents.is_declared_emergency,
        effects.incident_id is not null as is_measured,
        effects.effect_value - effects.margin_of_error as least_value,
        coalesce(
            effects.effect_value - effects.margin_of_error
            > {{ var('emergency_extra_share') }} * effects.baseline_value,
            false
        ) as is_felt,
        coalesce(
            effects.effect_value > {{ var('emergency_extra_share') }} * effects.baseline_value,
            false
        ) as is_suspected
    from incidents
    left join effects on incidents.incident_id = effects.incident_id
),

{# Two incidents at one time cannot be told apart: the effect is the declared one's, or that of the
   one whose own hours show more. #}
covered as (
    select distinct mine.incident_id
    from measured as mine
    inner join measured as rivals
        on
            mine.incident_id <> rivals.incident_id
            and mine.detected_at < rivals.over_at
            and mine.over_at > rivals.detected_at
            and (
                rivals.is_declared_emergency
                or (rivals.is_felt and rivals.least_value > coalesce(mine.least_value, 0))
            )
    where not mine.is_declared_emergency
),

final as (
    select
        measured.incident_id,
        measured.is_measured,
        measured.is_felt,
        case
            when measured.is_declared_emergency and measured.is_felt then 'emergency'
            when measured.is_declared_emergency and not measured.is_measured then 'undecided'
            when measured.is_declared_emergency and measured.is_suspected then 'undecided'
            when measured.is_declared_emergency then 'false_alarm'
            when covered.incident_id is not null then 'covered'
            when measured.is_felt then 'missed'
            when measured.is_suspected then 'suspected'
            else 'ordinary'
        end as verdict_type
    from measured
    left join covered on measured.incident_id = covered.incident_id
)

select * from final
