-- One row per customer that is a company: its newest version; a deleted one stays, flagged.

{% set structure = {
    'id': 'bigint', 'name': 'string', 'external_id': 'string', 'domain_names': ['string'],
    'created_at': 'string', 'updated_at': 'string', 'deleted_at': 'string'
} %}

with decoded as {{ decoded(landed_rows('zendesk', 'organizations'), structure) }},

final as (
    select
        cast(decoded._pk as bigint) as organization_id,
        decoded.record.external_id as account_number,
        try_cast(decoded.record.created_at as timestamp) as created_at,
        try_cast(decoded.record.updated_at as timestamp) as updated_at,
        try_cast(decoded.record.deleted_at as timestamp) as deleted_at,
        decoded.is_deleted or decoded.record.deleted_at is not null as is_deleted,
        decoded.record.name as organization_name,
        {{ list_first('decoded.record.domain_names') }} as domain_name,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
