-- One row per text that somebody wrote to the company or about it, with its topic and sentiment.

{{ config(materialized='view') }}

with mentions as (
    select * from {{ ref('int_mentions') }}
    where not is_deleted
),

tickets as (
    select
        int_tickets.*,
        stg_zendesk__tickets.description
    from {{ ref('int_tickets') }} as int_tickets
    inner join {{ ref('stg_zendesk__tickets') }} as stg_zendesk__tickets
        on int_tickets.ticket_id = stg_zendesk__tickets.ticket_id
    inner join {{ ref('channels') }} as channels
        on int_tickets.channel_slug = channels.channel_slug
    where not channels.is_voice and not int_tickets.is_deleted
),

{# What the company opens itself is no text of the customer’s. #}
crm_tickets as (
    select
        int_crm_tickets.*,
        stg_hubspot__tickets.content
    from {{ ref('int_crm_tickets') }} as int_crm_tickets
    inner join {{ ref('stg_hubspot__tickets') }} as stg_hubspot__tickets
        on int_crm_tickets.source_record_id = stg_hubspot__tickets.ticket_id
    where int_crm_tickets.direction_type = 'inbound' and not int_crm_tickets.is_deleted
),

answers as (
    select
        int_survey_responses.*,
        int_survey_answers_unioned.comment
    from {{ ref('int_survey_responses') }} as int_survey_responses
    inner join {{ ref('int_survey_answers_unioned') }} as int_survey_answers_unioned
        on int_survey_responses.touchpoint_key = int_survey_answers_unioned.touchpoint_key
    where not int_survey_responses.is_deleted
),

recommendations as (
    select * from {{ ref('stg_facebook__ratings') }}
    where not is_deleted
),

forms as (
    select * from {{ ref('stg_typeform__responses') }}
    where not is_deleted
),

texts_topics as (select * from {{ ref('int_texts_topics') }}),
texts_scored as (select * from {{ ref('int_texts_scored') }}),

written as (
    {%- for texts, key, channel, day, text in [
        ('mentions', 'touchpoint_key', 'channel_slug', 'created_on', 'text'),
        ('tickets', 'touchpoint_key', 'channel_slug', 'created_on', 'description'),
        ('crm_tickets', 'touchpoint_key', 'channel_slug', 'started_on', 'content'),
        ('answers', 'touchpoint_key', 'channel_slug', 'submitted_on', 'comment'),
        (
            'recommendations', surrogate_key(["'facebook'", "'rating'", 'rating_id']),
            "'facebook'", 'created_on', 'text'
        ),
        (
            'forms', surrogate_key(["'typeform'", "'survey_answer'", 'answer_id']),
            "'unknown'", 'submitted_on', 'comment'
        ),
    ] %}
    select
        {{ key }} as text_key,
        {{ text_sha(text) }} as text_sha,
        {{ channel }} as channel_slug,
        {{ day }} as written_on
    from {{ texts }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

{# Who wrote nothing has no topic: the inner join leaves empty comments out. #}
final as (
    select
        written.text_key,
        written.text_sha,
        written.channel_slug,
        written.written_on,
        texts_topics.topic_slug,
        texts_topics.topic_version,
        texts_scored.sentiment_type,
        texts_topics.topic_share_rate
    from written
    inner join texts_topics on written.text_sha = texts_topics.text_sha
    left join texts_scored on written.text_sha = texts_scored.text_sha
)

select * from final
