-- One row per contact that a sweep of ids ever found, as of the newest one that did.

{% set structure = {'id': 'string', 'archived': 'boolean'} %}

with decoded as (
    select
        landed.*,
        {{ decode_json('landed._payload', structure) }} as record
    from {{ landed_rows('hubspot', 'contacts_ids') }} as landed
),

final as (
    select
        decoded.record.id as contact_id,
        decoded._extracted_at as last_seen_at,
        decoded.is_deleted,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
