-- One row per text that somebody wrote to the company or about it, with its topic and sentiment.

{{ config(materialized='view') }}

with mentions as (
    select * from {{ ref('int_mentions') }}
),

tickets as (
    select
        int_tickets.*,
        {{ text_sha('stg_zendesk__tickets.description') }} as text_sha
    from {{ ref('int_tickets') }} as int_tickets
    inner join {{ ref('stg_zendesk__tickets') }} as stg_zendesk__tickets
        on int_tickets.ticket_id = stg_zendesk__tickets.ticket_id
    inner join {{ ref('channels') }} as channels
        on int_tickets.channel_slug = channels.channel_slug
    where not channels.is_voice
),

answers as (
    select
        int_survey_responses.*,
        {{ text_sha('int_survey_answers_unioned.comment') }} as text_sha
    from {{ ref('int_survey_responses') }} as int_survey_responses
    inner join {{ ref('int_survey_answers_unioned') }} as int_survey_answers_unioned
        on int_survey_responses.touchpoint_key = int_survey_answers_unioned.touchpoint_key
),

texts_topics as (
    select * from {{ ref('int_texts_topics') }}
),

written as (
    select
        touchpoint_key,
        text_sha,
        channel_slug,
        created_on as written_on,
        sentiment_type
    from mentions
    where not is_deleted
    union all
    select
        touchpoint_key,
        text_sha,
        channel_slug,
        created_on as written_on,
        sentiment_type
    from tickets
    where not is_deleted
    union all
    select
        touchpoint_key,
        text_sha,
        channel_slug,
        submitted_on as written_on,
        comment_sentiment_type as sentiment_type
    from answers
    where not is_deleted
),

{# Who wrote nothing has no topic: the inner join leaves empty comments out. #}
final as (
    select
        written.touchpoint_key,
        written.text_sha,
        written.channel_slug,
        written.written_on,
        texts_topics.topic_slug,
        texts_topics.topic_version,
        written.sentiment_type,
        texts_topics.topic_share_rate
    from written
    inner join texts_topics on written.text_sha = texts_topics.text_sha
)

select * from final
