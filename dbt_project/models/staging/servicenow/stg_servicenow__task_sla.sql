-- One row per promise (SLA) on a task: its newest version; a deleted one stays, flagged and empty.

{% set structure = {
    'task': 'string', 'sla': 'string', 'stage': 'string', 'active': 'string',
    'has_breached': 'string', 'start_time': 'string', 'end_time': 'string',
    'planned_end_time': 'string', 'original_breach_time': 'string', 'duration': 'string',
    'business_duration': 'string', 'percentage': 'string', 'business_percentage': 'string',
    'time_left': 'string', 'business_time_left': 'string', 'pause_duration': 'string',
    'business_pause_duration': 'string', 'pause_time': 'string', 'schedule': 'string',
    'timezone': 'string', 'sys_created_on': 'string', 'sys_updated_on': 'string'
} %}

with decoded as {{ decoded(servicenow_rows('task_sla'), structure) }},

final as (
    select
        decoded._pk as task_sla_id,
        {{ servicenow_text('decoded.record.task') }} as task_id,
        {{ servicenow_text('decoded.record.sla') }} as sla_definition_id,
        {{ servicenow_text('decoded.record.schedule') }} as schedule_id,
        {{ servicenow_timestamp('decoded.record.start_time') }} as started_at,
        {{ servicenow_timestamp('decoded.record.end_time') }} as ended_at,
        {{ servicenow_timestamp('decoded.record.pause_time') }} as paused_at,
        {{ servicenow_timestamp('decoded.record.planned_end_time') }} as planned_end_at,
        {{ servicenow_timestamp('decoded.record.original_breach_time') }} as original_breach_at,
        {{ servicenow_timestamp('decoded.record.sys_created_on') }} as created_at,
        {{ servicenow_timestamp('decoded.record.sys_updated_on') }} as updated_at,
        {{ servicenow_text('decoded.record.stage') }} as stage_type,
        {{ servicenow_text('decoded.record.timezone') }} as time_zone_name,
        {{ servicenow_boolean('decoded.record.active') }} as is_active,
        {{ servicenow_boolean('decoded.record.has_breached') }} as has_breached,
        decoded.is_deleted,
        {{ servicenow_seconds('decoded.record.duration') }} as duration_seconds,
        {{ servicenow_seconds('decoded.record.business_duration') }} as business_duration_seconds,
        {{ servicenow_seconds('decoded.record.time_left') }} as time_left_seconds,
        {{ servicenow_seconds('decoded.record.business_time_left') }} as business_time_left_seconds,
        {{ servicenow_seconds('decoded.record.pause_duration') }} as pause_seconds,
        {{ servicenow_seconds('decoded.record.business_pause_duration') }}
            as business_pause_seconds,
        try_cast(nullif(decoded.record.percentage, '') as double) / 100 as elapsed_rate,
        try_cast(nullif(decoded.record.business_percentage, '') as double)
        / 100 as business_elapsed_rate,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
