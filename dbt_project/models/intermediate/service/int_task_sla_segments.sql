-- One row per promise on a task of the IT desk; the pauses of its clock are told as one sum.

{# ServiceNow keeps a promise's newest state, not its segments. The target is not in the record
   either: it is the business time from the start to the first planned breach, which never moves. #}
{{ config(materialized='view') }}

with promises as (
    select * from {{ ref('stg_servicenow__task_sla') }}
    where not is_deleted and started_at is not null
),

incidents as (
    select * from {{ ref('stg_servicenow__incident') }}
    where not is_deleted
),

items as (
    select * from {{ ref('stg_servicenow__sc_req_item') }}
    where not is_deleted
),

schedules as (
    select * from {{ ref('business_schedules') }}
    where source_slug = 'servicenow'
),

business_days as (select * from {{ ref('int_business_days') }}),

{# A promise without a schedule runs round the clock. #}
scheduled as (
    select
        promises.*,
        schedules.schedule_slug
    from promises
    inner join schedules
        on coalesce(promises.schedule_id, '') = coalesce(schedules.source_schedule_id, '')
),

final as (
    select
        'servicenow' as source_slug,
        scheduled.sla_definition_id as policy_id,
        case
            when incidents.incident_id is not null then 'incident'
            when items.requested_item_id is not null then 'requested_item'
            else 'unknown'
        end as object_type,
        scheduled.task_id as object_id,
        scheduled.task_sla_id,
        coalesce(incidents.assignment_group_id, items.assignment_group_id) as team_id,
        cast(scheduled.started_at as date) as opened_on,
        scheduled.started_at,
        coalesce(scheduled.ended_at, scheduled.paused_at) as stopped_at,
        scheduled.planned_end_at as broken_at,
        scheduled.ended_at is null as is_open,
        scheduled.schedule_slug,
        {{ business_seconds_until('scheduled.original_breach_at', 'last_days') }}
        - {{ business_seconds_until('scheduled.started_at', 'first_days') }} as target_seconds,
        coalesce(scheduled.business_pause_seconds, 0) as paused_seconds
    from scheduled
    inner join business_days as first_days
        on {{ is_business_day_of('first_days', 'scheduled.schedule_slug', 'scheduled.started_at') }}
    inner join business_days as last_days
        on {{ is_business_day_of(
            'last_days', 'scheduled.schedule_slug', 'scheduled.original_breach_at'
        ) }}
    left join incidents on scheduled.task_id = incidents.incident_id
    left join items on scheduled.task_id = items.requested_item_id
)

select * from final
