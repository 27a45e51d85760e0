-- One row per deal: its newest version; of several contacts the first that HubSpot lists.

{% set structure = {
    'id': 'string', 'createdAt': 'string', 'updatedAt': 'string',
    'properties': {
        'dealname': 'string', 'amount': 'string', 'dealstage': 'string', 'pipeline': 'string',
        'createdate': 'string', 'closedate': 'string', 'hs_lastmodifieddate': 'string',
        'hubspot_owner_id': 'string', 'hs_merged_object_ids': 'string'
    },
    'associations': {'contacts': {'results': [{'id': 'string'}]}}
} %}

with decoded as {{ decoded(landed_rows('hubspot', 'deals'), structure) }},

final as (
    select
        decoded._pk as deal_id,
        {{ list_first('decoded.record.associations.contacts.results') }}.id as contact_id,
        decoded.record.properties.hubspot_owner_id as owner_id,
        split(decoded.record.properties.hs_merged_object_ids, ';') as merged_deal_ids,
        {{ hubspot_timestamp(
            'coalesce(decoded.record.properties.createdate, decoded.record.createdAt)'
        ) }} as created_at,
        {{ hubspot_timestamp('decoded.record.properties.closedate') }} as closed_at,
        {{ hubspot_timestamp(
            'coalesce(decoded.record.properties.hs_lastmodifieddate, decoded.record.updatedAt)'
        ) }} as updated_at,
        decoded.record.properties.dealstage as stage_type,
        decoded.record.properties.pipeline as pipeline_slug,
        decoded.is_deleted,
        decoded.record.properties.dealname as deal_name,
        try_cast(decoded.record.properties.amount as decimal(18, 2)) as amount,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
