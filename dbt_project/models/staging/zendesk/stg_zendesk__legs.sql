-- One row per leg of a call (the part of one agent or customer): its newest version.

{% set structure = {
    'id': 'bigint', 'call_id': 'bigint', 'agent_id': 'bigint', 'user_id': 'bigint', 'type': 'string',
    'completion_status': 'string', 'talk_time': 'bigint', 'hold_time': 'bigint',
    'wrap_up_time': 'bigint', 'duration': 'bigint', 'created_at': 'string', 'updated_at': 'string'
} %}

with decoded as {{ decoded(landed_rows('zendesk', 'legs'), structure) }},

final as (
    select
        cast(decoded._pk as bigint) as leg_id,
        decoded.record.call_id,
        decoded.record.agent_id,
        decoded.record.user_id,
        try_cast(decoded.record.created_at as timestamp) as started_at,
        try_cast(decoded.record.updated_at as timestamp) as updated_at,
        cast(try_cast(decoded.record.created_at as timestamp) as date) as started_on,
        decoded.record.type as leg_type,
        decoded.record.completion_status as completion_type,
        decoded.is_deleted,
        decoded.record.talk_time as talk_seconds,
        decoded.record.hold_time as hold_seconds,
        decoded.record.wrap_up_time as wrap_up_seconds,
        decoded.record.duration as duration_seconds,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
