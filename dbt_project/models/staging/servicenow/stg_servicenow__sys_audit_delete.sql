-- One row per deletion of a row, of any audited table.

{% set structure = {
    'tablename': 'string', 'documentkey': 'string', 'sys_created_on': 'string'
} %}

with decoded as {{ decoded(landed_rows('servicenow', 'sys_audit_delete'), structure) }},

final as (
    select
        decoded._pk as deletion_id,
        {{ servicenow_text('decoded.record.documentkey') }} as deleted_id,
        {{ servicenow_timestamp('decoded.record.sys_created_on') }} as deleted_at,
        {{ servicenow_text('decoded.record.tablename') }} as table_name,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
