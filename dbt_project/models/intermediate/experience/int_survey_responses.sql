-- One row per answer to a survey question, deleted ones flagged, on the scale of its source.

{{ config(materialized='view') }}

with answers as (select * from {{ ref('int_survey_answers_unioned') }}),
survey_scales as (select * from {{ ref('survey_scales') }}),
channel_mappings as (select * from {{ ref('channel_mappings') }}),
tickets as (select * from {{ ref('int_tickets') }}),
texts_scored as (select * from {{ ref('int_texts_scored') }}),
care_programmes as (select * from {{ ref('care_programmes') }}),

{# The inner join and the range let in what the scale knows: zero is an answer, null is none. #}
scaled as (
    select
        answers.*,
        survey_scales.scale_min,
        survey_scales.scale_max,
        case
            when answers.score >= survey_scales.upper_from then survey_scales.upper_group_type
            when answers.score <= survey_scales.lower_to then survey_scales.lower_group_type
            else survey_scales.middle_group_type
        end as score_group_type,
        {{ dbt.date_trunc(var('survey_period'), 'answers.submitted_at') }} as period_at,
        coalesce(
            answers.survey_name in (
                select care_programmes.follow_up_survey_name from care_programmes
            ),
            false
        ) as is_follow_up
    from answers
    inner join survey_scales
        on
            answers.source_slug = survey_scales.source_slug
            and answers.survey_type = survey_scales.survey_type
    where answers.score between survey_scales.scale_min and survey_scales.scale_max
),

{# A new answer makes the person's earlier one of the period not the latest: both change in this
   build. The key breaks the tie of two answers in one second. #}
ranked as (
    select
        scaled.*,
        row_number() over (
            partition by
                scaled.survey_type,
                scaled.is_follow_up,
                scaled.respondent_key,
                scaled.period_at,
                scaled.is_deleted
            order by scaled.submitted_at desc, scaled.touchpoint_key desc
        ) as recency_rank,
        max(scaled._build_id) over (
            partition by scaled.survey_type, scaled.respondent_key, scaled.period_at
        ) as _newest_build_id
    from scaled
),

final as (
    select
        ranked.touchpoint_key,
        ranked.answer_id,
        ranked.source_slug,
        ranked.identifier_key,
        ranked.ticket_id,
        ranked.submitted_at,
        ranked.submitted_on,
        coalesce(tickets.channel_slug, channel_mappings.channel_slug, 'unknown') as channel_slug,
        ranked.survey_type,
        ranked.survey_name,
        ranked.score_group_type,
        ranked.recency_rank = 1 and not ranked.is_deleted as is_latest_in_period,
        ranked.is_follow_up,
        coalesce(trim(ranked.comment), '') <> '' as has_comment,
        ranked.is_deleted,
        ranked.score as score_raw,
        ranked.scale_min,
        ranked.scale_max,
        texts_scored.sentiment_type as comment_sentiment_type,
        texts_scored.sentiment_score as comment_sentiment_score,
        greatest(
            ranked._newest_build_id,
            coalesce(tickets._build_id, 0),
            coalesce(texts_scored._build_id, 0)
        ) as _build_id
    from ranked
    left join tickets on ranked.ticket_id = tickets.ticket_id
    left join channel_mappings
        on
            ranked.source_slug = channel_mappings.source_slug
            and lower(ranked.survey_channel_type) = channel_mappings.source_channel_type
    left join texts_scored on {{ text_sha('ranked.comment') }} = texts_scored.text_sha
)

select * from final
