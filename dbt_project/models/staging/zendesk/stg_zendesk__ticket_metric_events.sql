-- One row per event of a ticket metric's clock: started, paused, fulfilled, promised or breached.

{# A file read again replaces its days: events of a ticket that was erased are gone. #}
{{ config(pre_hook="{{ delete_landed_days(
    'zendesk', 'ticket_metric_events', day='event_on', overlap_days=2
) }}") }}

{% set structure = {
    'id': 'bigint', 'ticket_id': 'bigint', 'metric': 'string', 'instance_id': 'bigint',
    'type': 'string', 'time': 'string', 'deleted': 'boolean',
    'sla': {
        'target': 'bigint', 'business_hours': 'boolean',
        'policy': {'id': 'string', 'title': 'string'}
    },
    'status': {'calendar': 'bigint', 'business': 'bigint'}
} %}

with decoded as {{
    decoded(landed_rows('zendesk', 'ticket_metric_events', whole_days=true, overlap_days=2), structure)
}},

final as (
    select
        cast(decoded._pk as bigint) as event_id,
        decoded.record.ticket_id,
        decoded.record.instance_id,
        decoded.record.sla.policy.id as policy_id,
        try_cast(decoded.record.time as timestamp) as event_at,
        cast(try_cast(decoded.record.time as timestamp) as date) as event_on,
        decoded.record.metric as metric_type,
        decoded.record.type as event_type,
        decoded.record.sla.business_hours as is_target_in_business_hours,
        coalesce(decoded.record.deleted, false) as is_withdrawn,
        decoded.is_deleted,
        decoded.record.sla.policy.title as policy_name,
        decoded.record.sla.target as target_minutes,
        decoded.record.status.calendar as calendar_minutes,
        decoded.record.status.business as business_minutes,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
