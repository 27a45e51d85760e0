-- One row per contact, kind of messages and state of the contact's answers as it was ever read.

{% set structure = {
    'id': 'string',
    'statuses': [{
        'subscriptionId': 'bigint', 'subscriptionName': 'string', 'status': 'string',
        'source': 'string', 'timestamp': 'string', 'businessUnitId': 'bigint', 'legalBasis': 'string'
    }]
} %}

{# The vendor shows the last answer only: what it was before is in what was read before. #}
with decoded as (
    select
        landed.*,
        {{ decode_json('landed._payload', structure) }} as record
    from {{ landed_rows(
        'hubspot', 'subscriptions', key="_pk || '|' || hex(_payload_sha)"
    ) }} as landed
    where not landed.is_deleted
),

answered as (
    select
        decoded.*,
        {{ unnest_list('decoded.record.statuses') }} as told
    from decoded
),

final as (
    select
        answered.record.id as contact_id,
        answered.told.subscriptionid as subscription_id,
        answered.told.businessunitid as business_unit_id,
        {{ hubspot_timestamp('answered.told.timestamp') }} as decided_at,
        answered.told.status as status_type,
        answered.told.legalbasis as legal_basis_type,
        answered.told.subscriptionname as subscription_name,
        answered.told.source as source_name,
        {{ technical_columns('answered') }}
    from answered
)

select * from final
