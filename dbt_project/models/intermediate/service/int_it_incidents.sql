-- One row per incident of the IT desk that was not deleted, with its three moments.

with incidents as (
    select * from {{ ref('stg_servicenow__incident') }}
    where not is_deleted and opened_at is not null
),

promises as (
    select * from {{ ref('stg_servicenow__task_sla') }}
    where not is_deleted
),

policies as (
    select * from {{ ref('sla_policies') }}
    where source_slug = 'servicenow' and promise_type = 'response'
),

{# Somebody has taken the incident when the promise to respond ends. #}
responses as (
    select
        promises.task_id,
        min(promises.ended_at) as acknowledged_at
    from promises
    inner join policies on promises.sla_definition_id = policies.policy_id
    group by promises.task_id
),

children as (
    select
        incidents.parent_incident_id,
        count(*) as child_count
    from incidents
    where incidents.parent_incident_id is not null
    group by incidents.parent_incident_id
),

final as (
    select
        incidents.incident_id,
        incidents.incident_number,
        incidents.parent_incident_id,
        incidents.assignment_group_id as team_id,
        incidents.opened_at as detected_at,
        responses.acknowledged_at,
        incidents.resolved_at,
        incidents.opened_on,
        incidents.priority_code as severity_code,
        incidents.category_type,
        incidents.is_major_incident as is_declared_emergency,
        coalesce(children.child_count, 0) as child_count,
        incidents.reopen_count,
        incidents.parent_incident_id is null
        and (
            incidents.is_major_incident
            or incidents.priority_code in ({{ emergency_severities() }})
        ) as is_considered
    from incidents
    left join responses on incidents.incident_id = responses.task_id
    left join children on incidents.incident_id = children.parent_incident_id
)

select * from final
