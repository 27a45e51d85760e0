-- One row per contact and kind of messages: what the contact has last said to it.

{% set structure = {
    'id': 'string', 'properties': {'lastmodifieddate': 'string'},
    'statuses': [{
        'subscriptionId': 'bigint', 'subscriptionName': 'string', 'status': 'string',
        'channel': 'string', 'source': 'string', 'timestamp': 'string',
        'businessUnitId': 'bigint', 'legalBasis': 'string', 'legalBasisExplanation': 'string'
    }]
} %}

with decoded as {{ decoded(landed_rows('hubspot', 'subscriptions'), structure) }},

{# The answer of a contact is replaced as a whole, because its key is the contact's. #}
answered as (
    select
        decoded.*,
        {{ unnest_list('decoded.record.statuses') }} as told
    from decoded
),

final as (
    select
        answered._pk as contact_id,
        answered.told.subscriptionid as subscription_id,
        answered.told.businessunitid as business_unit_id,
        {{ hubspot_timestamp('answered.told.timestamp') }} as decided_at,
        {{ hubspot_timestamp('answered.record.properties.lastmodifieddate') }} as updated_at,
        answered.told.status as status_type,
        answered.told.channel as channel_type,
        answered.told.legalbasis as legal_basis_type,
        answered.is_deleted,
        answered.told.status = 'SUBSCRIBED' as is_subscribed,
        answered.told.subscriptionname as subscription_name,
        answered.told.source as source_name,
        answered.told.legalbasisexplanation as legal_basis_text,
        {{ technical_columns('answered') }}
    from answered
)

select * from final
