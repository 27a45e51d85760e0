-- One row per incident: its newest version; a deleted one stays, flagged and empty.

{% set structure = {
    'sys_id': 'string', 'number': 'string', 'short_description': 'string', 'state': 'string',
    'priority': 'string', 'opened_at': 'string', 'opened_by': 'string',
    'assignment_group': 'string', 'assigned_to': 'string', 'closed_at': 'string',
    'reassignment_count': 'string', 'sys_created_on': 'string', 'sys_updated_on': 'string',
    'impact': 'string', 'urgency': 'string', 'category': 'string', 'caller_id': 'string',
    'resolved_at': 'string', 'close_code': 'string', 'reopen_count': 'string', 'made_sla': 'string',
    'parent_incident': 'string', 'major_incident_state': 'string'
} %}

with decoded as {{ decoded(servicenow_rows('incident'), structure) }},

final as (
    select
        decoded._pk as incident_id,
        {{ servicenow_text('decoded.record.number') }} as incident_number,
        {{ servicenow_text('decoded.record.parent_incident') }} as parent_incident_id,
        {{ servicenow_text('decoded.record.caller_id') }} as caller_id,
        {{ servicenow_text('decoded.record.opened_by') }} as opened_by_id,
        {{ servicenow_text('decoded.record.assignment_group') }} as assignment_group_id,
        {{ servicenow_text('decoded.record.assigned_to') }} as assigned_to_id,
        {{ servicenow_timestamp('decoded.record.opened_at') }} as opened_at,
        {{ servicenow_timestamp('decoded.record.resolved_at') }} as resolved_at,
        {{ servicenow_timestamp('decoded.record.closed_at') }} as closed_at,
        {{ servicenow_timestamp('decoded.record.sys_created_on') }} as created_at,
        {{ servicenow_timestamp('decoded.record.sys_updated_on') }} as updated_at,
        cast({{ servicenow_timestamp('decoded.record.opened_at') }} as date) as opened_on,
        {{ servicenow_text('decoded.record.state') }} as state_code,
        {{ servicenow_text('decoded.record.priority') }} as priority_code,
        {{ servicenow_text('decoded.record.impact') }} as impact_code,
        {{ servicenow_text('decoded.record.urgency') }} as urgency_code,
        {{ servicenow_text('decoded.record.category') }} as category_type,
        {{ servicenow_text('decoded.record.close_code') }} as close_type,
        coalesce(decoded.record.major_incident_state = 'accepted', false) as is_major_incident,
        {{ servicenow_boolean('decoded.record.made_sla') }} as has_made_sla,
        decoded.is_deleted,
        {{ servicenow_text('decoded.record.short_description') }} as short_description,
        {{ servicenow_count('decoded.record.reassignment_count') }} as reassignment_count,
        {{ servicenow_count('decoded.record.reopen_count') }} as reopen_count,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
