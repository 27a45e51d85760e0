-- One row per call that agents worked on while a system of theirs was out: for how long.

{{ config(materialized='view') }}

with calls as (
    select * from {{ ref('int_calls') }}
    where not is_deleted and handle_seconds > 0
),

incidents as (
    select * from {{ ref('int_it_incidents') }}
    where is_considered and parent_incident_id is null
),

queues as (select * from {{ ref('incident_queues') }}),

{# The telephone system tells no queue, so any system that a queue works with counts. #}
outages as (
    select distinct
        incidents.incident_id,
        incidents.detected_at,
        coalesce(incidents.resolved_at, {{ as_of() }}) as ended_at
    from incidents
    inner join queues on incidents.category_type = queues.category_type
),

met as (
    select
        calls.touchpoint_key,
        {{ epoch_seconds('least(calls.wrapped_up_at, outages.ended_at)') }}
        - {{ epoch_seconds(
            'greatest(coalesce(calls.answered_at, calls.started_at), outages.detected_at)'
        ) }} as overlap_seconds
    from calls
    inner join outages
        on
            calls.wrapped_up_at > outages.detected_at
            and coalesce(calls.answered_at, calls.started_at) < outages.ended_at
),

{# Of two outages at once the longer one counts: no second counts twice. #}
final as (
    select
        touchpoint_key,
        cast(max(overlap_seconds) as bigint) as system_error_seconds
    from met
    group by touchpoint_key
)

select * from final
