-- One row per post or comment that speaks of the brand and is not the brand's own.

{{ config(
    materialized='incremental',
    incremental_strategy='touched_days',
    unique_key='created_on',
    meta={'touched_days': ['days_of_changed_mentions']}
) }}

with mentions as (select * from {{ ref('int_mentions') }}),

final as (
    select
        mentions.post_id,
        mentions.source_slug,
        mentions.touchpoint_key,
        mentions.identifier_key,
        mentions.conversation_id,
        mentions.referenced_post_id,
        mentions.created_at,
        mentions.first_reply_at,
        mentions.created_on,
        mentions.channel_slug,
        mentions.stream_slug,
        mentions.reference_type,
        mentions.language_code,
        mentions.sentiment_type,
        mentions.sentiment_model_slug,
        mentions.is_addressed,
        mentions.first_reply_at is not null as has_reply,
        mentions.sentiment_score,
        mentions.sentiment_confidence_rate,
        (
            {{ epoch_seconds('mentions.first_reply_at') }}
            - {{ epoch_seconds('mentions.created_at') }}
        ) / 60 as first_response_minutes,
        mentions.author_followers_count,
        mentions.retweet_count,
        mentions.reply_count,
        mentions.like_count,
        mentions.quote_count,
        mentions.impression_count
    from mentions
    where
        not mentions.is_deleted
        {% if is_incremental() %}
        and mentions.created_on in ({{ days_of_changed_mentions() }})
        {% endif %}
)

select * from final
