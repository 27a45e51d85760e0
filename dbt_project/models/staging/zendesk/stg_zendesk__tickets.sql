-- One row per ticket: its newest version; a deleted ticket stays, flagged.

{% set structure = {
    'id': 'bigint', 'created_at': 'string', 'updated_at': 'string', 'generated_timestamp': 'bigint',
    'type': 'string', 'subject': 'string', 'description': 'string', 'priority': 'string',
    'status': 'string', 'requester_id': 'bigint', 'assignee_id': 'bigint',
    'organization_id': 'bigint', 'group_id': 'bigint',
    'via': {'channel': 'string', 'source': {'from': {'phone': 'string'}}},
    'custom_fields': [{'id': 'bigint', 'value': 'string'}],
    'satisfaction_rating': {'score': 'string'},
    'metric_set': {
        'replies': 'bigint', 'reopens': 'bigint', 'solved_at': 'string',
        'reply_time_in_minutes': {'calendar': 'bigint'}
    }
} %}

with decoded as {{ decoded(landed_rows('zendesk', 'tickets'), structure) }},

final as (
    select
        cast(decoded._pk as bigint) as ticket_id,
        decoded.record.requester_id,
        decoded.record.assignee_id,
        decoded.record.organization_id,
        decoded.record.group_id,
        decoded.record.via.source.{{ adapter.quote('from') }}.phone as requester_phone,
        try_cast(decoded.record.created_at as timestamp) as created_at,
        try_cast(decoded.record.updated_at as timestamp) as updated_at,
        {{ timestamp_from_seconds('decoded.record.generated_timestamp') }} as generated_at,
        try_cast(decoded.record.metric_set.solved_at as timestamp) as solved_at,
        cast(try_cast(decoded.record.created_at as timestamp) as date) as created_on,
        decoded.record.via.channel as channel_type,
        decoded.record.type as ticket_type,
        decoded.record.priority as priority_type,
        decoded.record.status as status_type,
        {{ list_lookup(
            'decoded.record.custom_fields', 'id', var('contact_reason_field_id'), 'value'
        ) }} as contact_reason_type,
        decoded.record.satisfaction_rating.score as satisfaction_type,
        decoded.is_deleted,
        decoded.record.subject,
        decoded.record.description,
        decoded.record.metric_set.reply_time_in_minutes.calendar as first_reply_minutes,
        decoded.record.metric_set.replies as reply_count,
        decoded.record.metric_set.reopens as reopen_count,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
