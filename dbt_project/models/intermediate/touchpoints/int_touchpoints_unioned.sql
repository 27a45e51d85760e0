-- One row per interaction of a customer and the company, any channel, deleted ones flagged.

{{ config(materialized='view') }}

{% set columns = [
    'touchpoint_key', 'source_slug', 'source_record_id', 'identifier_key', 'ticket_id', 'started_at',
    'ended_at', 'started_on', 'channel_slug', 'touchpoint_type', 'direction_type', 'outcome_type',
    'is_deleted', '_build_id'
] %}
{% set parts = [
    'calls', 'tickets', 'crm_tickets', 'survey_answers', 'web_sessions', 'mentions', 'brand_replies'
] %}

with calls as (
    select
        int_calls.*,
        'zendesk' as source_slug,
        cast(int_calls.call_id as string) as source_record_id,
        'call' as touchpoint_type,
        int_calls.completion_type as outcome_type
    from {{ ref('int_calls') }} as int_calls
),

{# A ticket of a voice channel is the note of a call, and the call is counted already. #}
tickets as (
    select
        int_tickets.*,
        'zendesk' as source_slug,
        cast(int_tickets.ticket_id as string) as source_record_id,
        int_tickets.created_at as started_at,
        int_tickets.solved_at as ended_at,
        int_tickets.created_on as started_on,
        'ticket' as touchpoint_type,
        'inbound' as direction_type,
        int_tickets.status_type as outcome_type
    from {{ ref('int_tickets') }} as int_tickets
    inner join {{ ref('channels') }} as channels
        on int_tickets.channel_slug = channels.channel_slug
    where not channels.is_voice
),

crm_tickets as (select * from {{ ref('int_crm_tickets') }}),

survey_answers as (
    select
        int_survey_responses.*,
        int_survey_responses.answer_id as source_record_id,
        int_survey_responses.submitted_at as started_at,
        int_survey_responses.submitted_at as ended_at,
        int_survey_responses.submitted_on as started_on,
        'survey_answer' as touchpoint_type,
        'inbound' as direction_type,
        int_survey_responses.score_group_type as outcome_type
    from {{ ref('int_survey_responses') }} as int_survey_responses
),

web_sessions as (
    select
        int_web_sessions.*,
        'ga4' as source_slug,
        cast(int_web_sessions.ga_session_id as string) as source_record_id,
        cast(null as bigint) as ticket_id,
        'website' as channel_slug,
        'web_session' as touchpoint_type,
        'inbound' as direction_type,
        case when int_web_sessions.is_engaged then 'engaged' else 'not_engaged' end as outcome_type,
        false as is_deleted
    from {{ ref('int_web_sessions') }} as int_web_sessions
),

mentions as (
    select
        int_mentions.*,
        int_mentions.post_id as source_record_id,
        cast(null as bigint) as ticket_id,
        int_mentions.created_at as started_at,
        int_mentions.created_at as ended_at,
        int_mentions.created_on as started_on,
        'mention' as touchpoint_type,
        'inbound' as direction_type,
        int_mentions.sentiment_type as outcome_type
    from {{ ref('int_mentions') }} as int_mentions
),

brand_replies as (select * from {{ ref('int_brand_replies') }}),

final as (
    {% for part in parts %}
    select
        {{ part }}.{{ columns | join(',\n        ' ~ part ~ '.') }}
    from {{ part }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
