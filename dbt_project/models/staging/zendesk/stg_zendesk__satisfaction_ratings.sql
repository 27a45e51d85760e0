-- One row per satisfaction rating of a ticket: its newest version.

{% set structure = {
    'id': 'bigint', 'ticket_id': 'bigint', 'requester_id': 'bigint', 'score': 'string',
    'comment': 'string', 'reason': 'string', 'created_at': 'string', 'updated_at': 'string'
} %}

with decoded as {{ decoded(landed_rows('zendesk', 'satisfaction_ratings'), structure) }},

final as (
    select
        cast(decoded._pk as bigint) as rating_id,
        decoded.record.ticket_id,
        decoded.record.requester_id,
        try_cast(decoded.record.created_at as timestamp) as created_at,
        try_cast(decoded.record.updated_at as timestamp) as updated_at,
        cast(try_cast(decoded.record.created_at as timestamp) as date) as created_on,
        decoded.record.score as score_type,
        decoded.is_deleted,
        decoded.record.comment,
        decoded.record.reason,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
