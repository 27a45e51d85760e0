-- One row per ticket of the service desk.

{{ config(
    materialized='incremental',
    incremental_strategy='touched_days',
    unique_key='created_on',
    meta={'touched_days': ['days_of_changed_rows', 'int_tickets', 'ticket_id', 'created_on']}
) }}

with tickets as (select * from {{ ref('int_tickets') }}),

final as (
    select
        tickets.ticket_id,
        'zendesk' as source_slug,
        tickets.touchpoint_key,
        tickets.identifier_key,
        tickets.requester_id,
        tickets.assignee_id,
        tickets.group_id,
        tickets.created_at,
        tickets.first_replied_at,
        tickets.solved_at,
        tickets.created_on,
        tickets.channel_slug,
        tickets.ticket_type,
        tickets.priority_type,
        tickets.status_type,
        tickets.contact_reason_type,
        tickets.satisfaction_type,
        tickets.sentiment_type,
        tickets.has_reply,
        tickets.first_response_minutes,
        tickets.resolution_seconds,
        tickets.reply_count,
        tickets.reopen_count,
        tickets.sentiment_score
    from tickets
    where
        not tickets.is_deleted
        {% if is_incremental() %}
        and tickets.created_on in (
            {{ days_of_changed_rows('int_tickets', 'ticket_id', 'created_on') }}
        )
        {% endif %}
)

select * from final
