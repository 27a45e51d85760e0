-- One row per ticket of the CRM: its newest version; archived and merged-away ones stay, flagged.

{% set structure = {
    'id': 'string', 'createdAt': 'string', 'updatedAt': 'string',
    'properties': {
        'subject': 'string', 'content': 'string', 'hs_pipeline': 'string',
        'hs_pipeline_stage': 'string', 'hs_ticket_priority': 'string',
        'hs_ticket_category': 'string', 'source_type': 'string', 'hubspot_owner_id': 'string',
        'hs_merged_object_ids': 'string', 'createdate': 'string', 'closed_date': 'string',
        'hs_lastmodifieddate': 'string'
    },
    'associations': {'contacts': {'results': [{'id': 'string'}]}}
} %}

with decoded as {{ decoded(landed_rows('hubspot', 'tickets'), structure) }},

final as (
    select
        decoded._pk as ticket_id,
        {{ list_first('decoded.record.associations.contacts.results') }}.id as contact_id,
        decoded.record.properties.hubspot_owner_id as owner_id,
        split(decoded.record.properties.hs_merged_object_ids, ';') as merged_ticket_ids,
        {{ hubspot_timestamp(
            'coalesce(decoded.record.properties.createdate, decoded.record.createdAt)'
        ) }} as created_at,
        {{ hubspot_timestamp('decoded.record.properties.closed_date') }} as closed_at,
        {{ hubspot_timestamp(
            'coalesce(decoded.record.properties.hs_lastmodifieddate, decoded.record.updatedAt)'
        ) }} as updated_at,
        decoded.record.properties.hs_pipeline as pipeline_slug,
        decoded.record.properties.hs_pipeline_stage as stage_type,
        decoded.record.properties.hs_ticket_priority as priority_type,
        decoded.record.properties.hs_ticket_category as category_type,
        decoded.record.properties.source_type,
        decoded.is_deleted,
        decoded.record.properties.subject,
        decoded.record.properties.content,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
