-- One row per company: its newest version; archived and merged-away ones stay, flagged.

{% set structure = {
    'id': 'string', 'createdAt': 'string', 'updatedAt': 'string',
    'properties': {
        'name': 'string', 'domain': 'string', 'industry': 'string', 'city': 'string',
        'country': 'string', 'numberofemployees': 'string', 'annualrevenue': 'string',
        'lifecyclestage': 'string', 'hubspot_owner_id': 'string',
        'hs_merged_object_ids': 'string', 'createdate': 'string', 'hs_lastmodifieddate': 'string'
    },
    'associations': {'contacts': {'results': [{'id': 'string'}]}}
} %}

with decoded as {{ decoded(landed_rows('hubspot', 'companies'), structure) }},

final as (
    select
        decoded._pk as company_id,
        decoded.record.properties.hubspot_owner_id as owner_id,
        {{ list_field('decoded.record.associations.contacts.results', 'id') }} as contact_ids,
        split(decoded.record.properties.hs_merged_object_ids, ';') as merged_company_ids,
        {{ hubspot_timestamp(
            'coalesce(decoded.record.properties.createdate, decoded.record.createdAt)'
        ) }} as created_at,
        {{ hubspot_timestamp(
            'coalesce(decoded.record.properties.hs_lastmodifieddate, decoded.record.updatedAt)'
        ) }} as updated_at,
        decoded.record.properties.lifecyclestage as lifecycle_stage_type,
        decoded.record.properties.industry as industry_type,
        decoded.is_deleted,
        decoded.record.properties.name as company_name,
        decoded.record.properties.domain as domain_name,
        decoded.record.properties.city as city_name,
        decoded.record.properties.country as country_name,
        try_cast(decoded.record.properties.numberofemployees as bigint) as employee_count,
        try_cast(decoded.record.properties.annualrevenue as decimal(18, 2)) as annual_revenue,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
