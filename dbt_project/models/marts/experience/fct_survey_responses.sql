-- One row per answer to a survey question.

{{ config(
    materialized='incremental',
    incremental_strategy='touched_days',
    unique_key='submitted_on',
    meta={'touched_days': ['days_of_changed_answers']}
) }}

with responses as (select * from {{ ref('int_survey_responses') }}),

final as (
    select
        responses.touchpoint_key,
        responses.source_slug,
        responses.answer_id,
        responses.identifier_key,
        responses.ticket_id,
        responses.submitted_at,
        responses.submitted_on,
        responses.channel_slug,
        responses.survey_type,
        responses.score_group_type,
        responses.comment_sentiment_type,
        responses.is_latest_in_period,
        responses.is_follow_up,
        responses.has_comment,
        responses.survey_name,
        responses.score_raw,
        responses.scale_min,
        responses.scale_max,
        responses.comment_sentiment_score
    from responses
    where
        not responses.is_deleted
        {% if is_incremental() %}
        and responses.submitted_on in ({{ days_of_changed_answers() }})
        {% endif %}
)

select * from final
