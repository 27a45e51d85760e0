-- One row per group of people who work on tasks: its newest version.

{% set structure = {
    'name': 'string', 'description': 'string', 'active': 'string', 'manager': 'string',
    'email': 'string', 'type': 'string', 'sys_created_on': 'string', 'sys_updated_on': 'string'
} %}

with decoded as {{ decoded(servicenow_rows('sys_user_group'), structure) }},

final as (
    select
        decoded._pk as group_id,
        {{ servicenow_text('decoded.record.manager') }} as manager_id,
        {{ servicenow_timestamp('decoded.record.sys_created_on') }} as created_at,
        {{ servicenow_timestamp('decoded.record.sys_updated_on') }} as updated_at,
        {{ servicenow_text('decoded.record.type') }} as group_type,
        {{ servicenow_boolean('decoded.record.active') }} as is_active,
        decoded.is_deleted,
        {{ servicenow_text('decoded.record.name') }} as group_name,
        {{ servicenow_text('decoded.record.email') }} as group_email,
        {{ servicenow_text('decoded.record.description') }} as group_description,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
