-- One row per ticket, deleted ones flagged: its channel and what the customer waited for a reply.

{{ config(materialized='view') }}

with tickets as (select * from {{ ref('stg_zendesk__tickets') }}),
channel_mappings as (select * from {{ ref('channel_mappings') }}),
texts_scored as (select * from {{ ref('int_texts_scored') }}),

{# Zendesk's reply time counts the first public comment of an agent; automatic replies do not. #}
final as (
    select
        {{ surrogate_key(["'zendesk'", "'ticket'", 'tickets.ticket_id']) }} as touchpoint_key,
        tickets.ticket_id,
        {{ identifier_key_or_unknown('zendesk_user_id', 'tickets.requester_id') }}
            as identifier_key,
        tickets.requester_id,
        tickets.assignee_id,
        tickets.group_id,
        tickets.created_at,
        {{ dbt.dateadd('minute', 'tickets.first_reply_minutes', 'tickets.created_at') }}
            as first_replied_at,
        tickets.solved_at,
        tickets.created_on,
        coalesce(channel_mappings.channel_slug, 'unknown') as channel_slug,
        tickets.ticket_type,
        tickets.priority_type,
        tickets.status_type,
        tickets.contact_reason_type,
        tickets.satisfaction_type,
        tickets.first_reply_minutes is not null as has_reply,
        tickets.is_deleted,
        tickets.first_reply_minutes as first_response_minutes,
        {{ epoch_seconds('tickets.solved_at') }} - {{ epoch_seconds('tickets.created_at') }}
            as resolution_seconds,
        tickets.reply_count,
        tickets.reopen_count,
        texts_scored.sentiment_type,
        texts_scored.sentiment_score,
        greatest(tickets._build_id, coalesce(texts_scored._build_id, 0)) as _build_id
    from tickets
    left join channel_mappings
        on
            channel_mappings.source_slug = 'zendesk'
            and lower(tickets.channel_type) = channel_mappings.source_channel_type
    left join texts_scored on {{ text_sha('tickets.description') }} = texts_scored.text_sha
)

select * from final
