-- One row per incident of the IT desk.

with incidents as (select * from {{ ref('int_it_incidents') }}),
verdicts as (select * from {{ ref('int_incident_verdicts') }}),

final as (
    select
        incidents.incident_id,
        'servicenow' as source_slug,
        incidents.incident_number,
        incidents.parent_incident_id,
        incidents.team_id,
        incidents.detected_at,
        incidents.acknowledged_at,
        incidents.resolved_at,
        incidents.opened_on,
        incidents.severity_code,
        incidents.category_type,
        coalesce(verdicts.verdict_type, 'ordinary') as verdict_type,
        incidents.is_declared_emergency,
        coalesce(verdicts.verdict_type = 'missed', false) as is_missed_emergency,
        coalesce(verdicts.verdict_type = 'false_alarm', false) as is_false_alarm,
        incidents.child_count,
        incidents.reopen_count,
        (
            {{ epoch_seconds('incidents.acknowledged_at') }}
            - {{ epoch_seconds('incidents.detected_at') }}
        ) / 60.0 as time_to_acknowledge_minutes,
        (
            {{ epoch_seconds('incidents.resolved_at') }}
            - {{ epoch_seconds('incidents.detected_at') }}
        ) / 60.0 as time_to_resolve_minutes
    from incidents
    left join verdicts on incidents.incident_id = verdicts.incident_id
)

select * from final
