-- One row per post that X wants deleted by whoever keeps it: its newest verdict.

{% set structure = {
    'id': 'string', 'reason': 'string', 'created_at': 'string', 'redacted_at': 'string'
} %}

with decoded as (
    select
        landed.*,
        {{ decode_json('landed._payload', structure) }} as record
    from {{ landed_rows('x', 'compliance') }} as landed
),

final as (
    select
        decoded._pk as post_id,
        try_cast(decoded.record.created_at as timestamp) as created_at,
        try_cast(decoded.record.redacted_at as timestamp) as withdrawn_at,
        decoded.record.reason as withdrawal_type,
        decoded.is_deleted,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
