-- One row per call of Zendesk Talk: its newest version.

{% set structure = {
    'id': 'bigint', 'ticket_id': 'bigint', 'agent_id': 'bigint', 'direction': 'string',
    'completion_status': 'string', 'created_at': 'string', 'updated_at': 'string',
    'callback': 'boolean', 'voicemail': 'boolean', 'ivr_time_spent': 'bigint',
    'wait_time': 'bigint', 'time_to_answer': 'bigint', 'talk_time': 'bigint', 'hold_time': 'bigint',
    'wrap_up_time': 'bigint', 'duration': 'bigint', 'exceeded_queue_time': 'boolean',
    'call_charge': 'string'
} %}

with decoded as {{ decoded(landed_rows('zendesk', 'calls'), structure) }},

final as (
    select
        cast(decoded._pk as bigint) as call_id,
        decoded.record.ticket_id,
        decoded.record.agent_id,
        try_cast(decoded.record.created_at as timestamp) as started_at,
        try_cast(decoded.record.updated_at as timestamp) as updated_at,
        cast(try_cast(decoded.record.created_at as timestamp) as date) as started_on,
        decoded.record.direction as direction_type,
        decoded.record.completion_status as completion_type,
        coalesce(decoded.record.callback, false) as is_callback,
        coalesce(decoded.record.voicemail, false) as is_voicemail,
        coalesce(decoded.record.exceeded_queue_time, false) as has_exceeded_queue_time,
        decoded.is_deleted,
        decoded.record.ivr_time_spent as ivr_seconds,
        decoded.record.wait_time as wait_seconds,
        decoded.record.time_to_answer as time_to_answer_seconds,
        decoded.record.talk_time as talk_seconds,
        decoded.record.hold_time as hold_seconds,
        decoded.record.wrap_up_time as wrap_up_seconds,
        decoded.record.duration as duration_seconds,
        try_cast(decoded.record.call_charge as decimal(18, 4)) as call_charge_usd,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
