-- One row per CRM contact: its newest version; archived and merged-away contacts stay, flagged.

{# A GDPR deletion leaves no trace: who is in neither of the last two sweeps of ids is missing. #}
{{ config(post_hook="{{ mark_absent(
    'is_missing', 'hubspot', 'contacts_ids', key='contact_id', snapshots=2, unless='is_deleted'
) }}") }}

{% set structure = {
    'id': 'string', 'createdAt': 'string', 'updatedAt': 'string',
    'properties': {
        'email': 'string', 'firstname': 'string', 'lastname': 'string', 'phone': 'string',
        'customer_number': 'string', 'ga_client_id': 'string', 'twitterhandle': 'string',
        'lifecyclestage': 'string', 'hs_merged_object_ids': 'string', 'createdate': 'string',
        'lastmodifieddate': 'string'
    }
} %}

with decoded as {{ decoded(landed_rows('hubspot', 'contacts'), structure) }},

final as (
    select
        decoded._pk as contact_id,
        decoded.record.properties.customer_number,
        decoded.record.properties.ga_client_id,
        decoded.record.properties.twitterhandle as x_username,
        split(decoded.record.properties.hs_merged_object_ids, ';') as merged_contact_ids,
        {{ hubspot_timestamp(
            'coalesce(decoded.record.properties.createdate, decoded.record.createdAt)'
        ) }} as created_at,
        {{ hubspot_timestamp(
            'coalesce(decoded.record.properties.lastmodifieddate, decoded.record.updatedAt)'
        ) }} as updated_at,
        decoded.record.properties.lifecyclestage as lifecycle_stage_type,
        decoded.is_deleted,
        false as is_missing,
        decoded.record.properties.email,
        decoded.record.properties.firstname as first_name,
        decoded.record.properties.lastname as last_name,
        decoded.record.properties.phone,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
