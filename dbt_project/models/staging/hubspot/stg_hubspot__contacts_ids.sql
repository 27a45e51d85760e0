-- One row per contact that a sweep of ids ever found, as of the newest one that did.

{% set structure = {'id': 'string', 'archived': 'boolean'} %}

with decoded as {{ decoded(landed_rows('hubspot', 'contacts_ids'), structure) }},

final as (
    select
        decoded.record.id as contact_id,
        decoded._extracted_at as last_seen_at,
        decoded.is_deleted,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
