-- One row per Zendesk user, customers and agents alike: the newest version.

{% set structure = {
    'id': 'bigint', 'name': 'string', 'email': 'string', 'phone': 'string', 'role': 'string',
    'external_id': 'string', 'organization_id': 'bigint', 'suspended': 'boolean',
    'created_at': 'string', 'updated_at': 'string'
} %}

with decoded as {{ decoded(landed_rows('zendesk', 'users'), structure) }},

final as (
    select
        cast(decoded._pk as bigint) as user_id,
        decoded.record.organization_id,
        decoded.record.external_id as customer_number,
        try_cast(decoded.record.created_at as timestamp) as created_at,
        try_cast(decoded.record.updated_at as timestamp) as updated_at,
        decoded.record.role as role_type,
        coalesce(decoded.record.suspended, false) as is_suspended,
        decoded.is_deleted,
        decoded.record.name as user_name,
        decoded.record.email,
        decoded.record.phone,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
