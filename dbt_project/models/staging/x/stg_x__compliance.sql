-- One row per post that X wants deleted by whoever keeps it: its newest verdict.

{% set structure = {
    'id': 'string', 'reason': 'string', 'created_at': 'string', 'redacted_at': 'string'
} %}

with decoded as {{ decoded(landed_rows('x', 'compliance'), structure) }},

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
