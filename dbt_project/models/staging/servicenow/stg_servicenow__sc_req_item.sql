-- One row per requested item: its newest version; a deleted one stays, flagged and empty.

{% set structure = {
    'sys_id': 'string', 'number': 'string', 'short_description': 'string', 'state': 'string',
    'priority': 'string', 'opened_at': 'string', 'opened_by': 'string',
    'assignment_group': 'string', 'assigned_to': 'string', 'closed_at': 'string',
    'reassignment_count': 'string', 'sys_created_on': 'string', 'sys_updated_on': 'string', 'request': 'string',
    'requested_for': 'string', 'cat_item': 'string', 'stage': 'string', 'due_date': 'string'
} %}

with decoded as {{ decoded(servicenow_rows('sc_req_item'), structure) }},

final as (
    select
        decoded._pk as requested_item_id,
        {{ servicenow_text('decoded.record.number') }} as requested_item_number,
        {{ servicenow_text('decoded.record.request') }} as request_id,
        {{ servicenow_text('decoded.record.requested_for') }} as requested_for_id,
        {{ servicenow_text('decoded.record.opened_by') }} as opened_by_id,
        {{ servicenow_text('decoded.record.cat_item') }} as catalog_item_id,
        {{ servicenow_text('decoded.record.assignment_group') }} as assignment_group_id,
        {{ servicenow_text('decoded.record.assigned_to') }} as assigned_to_id,
        {{ servicenow_timestamp('decoded.record.opened_at') }} as opened_at,
        {{ servicenow_timestamp('decoded.record.due_date') }} as due_at,
        {{ servicenow_timestamp('decoded.record.closed_at') }} as closed_at,
        {{ servicenow_timestamp('decoded.record.sys_created_on') }} as created_at,
        {{ servicenow_timestamp('decoded.record.sys_updated_on') }} as updated_at,
        cast({{ servicenow_timestamp('decoded.record.opened_at') }} as date) as opened_on,
        {{ servicenow_text('decoded.record.state') }} as state_code,
        {{ servicenow_text('decoded.record.priority') }} as priority_code,
        {{ servicenow_text('decoded.record.stage') }} as stage_type,
        decoded.is_deleted,
        {{ servicenow_text('decoded.record.short_description') }} as short_description,
        {{ servicenow_count('decoded.record.reassignment_count') }} as reassignment_count,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
