-- One row per policy, object and running segment of the clock.

{{ config(
    materialized='incremental',
    incremental_strategy='touched_days',
    unique_key='opened_on',
    meta={'touched_days': ['days_of_changed_sla_clocks']}
) }}

-- depends_on: {{ ref('stg_zendesk__tickets') }}
-- depends_on: {{ ref('stg_zendesk__ticket_metric_events') }}
-- depends_on: {{ ref('stg_servicenow__task_sla') }}
-- depends_on: {{ ref('stg_servicenow__incident') }}
-- depends_on: {{ ref('stg_servicenow__sc_req_item') }}

with clocks as (
    select * from {{ ref('int_sla_clocks_measured') }}
    {% if is_incremental() %}
    where opened_on in ({{ days_of_changed_sla_clocks() }})
    {% endif %}
),

policies as (select * from {{ ref('sla_policies') }}),
business_days as (select * from {{ ref('int_business_days') }}),

judged as (
    select
        clocks.*,
        clocks.begins_seconds + clocks.target_seconds - clocks.seconds_of_earlier_segments
            as due_seconds
    from clocks
),

{# A breach belongs to the segment in which the target ran out. What is due at the very end of a
   day's hours is broken when the next hours begin. #}
breached as (
    select
        judged.*,
        case
            when judged.is_breached and judged.seconds_of_earlier_segments <= judged.target_seconds
                then coalesce(
                    judged.broken_at,
                    {{ dbt.dateadd(
                        'second',
                        'cast(judged.due_seconds - due_days.seconds_before as bigint)',
                        'due_days.opens_at'
                    ) }}
                )
        end as breached_at
    from judged
    left join business_days as due_days
        on
            judged.is_breached
            and judged.schedule_slug = due_days.schedule_slug
            and judged.due_seconds >= due_days.seconds_before
            and judged.due_seconds < due_days.seconds_before + due_days.open_seconds
),

final as (
    select
        {{ surrogate_key([
            'breached.source_slug', 'breached.policy_id', 'breached.object_id',
            'breached.instance_id', 'breached.segment_number'
        ]) }} as clock_key,
        breached.source_slug,
        coalesce(policies.policy_slug, 'unknown') as policy_slug,
        breached.object_type,
        breached.object_id,
        breached.instance_id,
        breached.segment_number,
        breached.team_id,
        breached.started_at,
        breached.stopped_at,
        breached.breached_at,
        breached.opened_on,
        coalesce(policies.promise_type, 'unknown') as promise_type,
        breached.schedule_slug,
        breached.is_open,
        breached.is_breached,
        breached.target_seconds / 60.0 as target_minutes,
        breached.business_seconds / 60.0 as business_minutes,
        breached.seconds_of_earlier_segments / 60.0 as earlier_business_minutes
    from breached
    left join policies
        on
            breached.source_slug = policies.source_slug
            and breached.policy_id = policies.policy_id
)

select * from final
