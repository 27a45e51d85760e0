-- One row per answer of a person, from HubSpot surveys and Zendesk ratings, in one shape.

{{ config(materialized='view') }}

with feedback_submissions as (select * from {{ ref('stg_hubspot__feedback_submissions') }}),
satisfaction_ratings as (select * from {{ ref('stg_zendesk__satisfaction_ratings') }}),
survey_responses as (select * from {{ ref('stg_zendesk__survey_responses') }}),
rating_scores as (select * from {{ ref('rating_scores') }}),

{# An answer without a contact is a person of its own, not one person with all the others. #}
final as (
    select
        {{ surrogate_key(["'hubspot'", "'survey_answer'", 'feedback_submissions.submission_id']) }}
            as touchpoint_key,
        feedback_submissions.submission_id as answer_id,
        'hubspot' as source_slug,
        {{ identifier_key_or_unknown('crm_contact_id', 'feedback_submissions.contact_id') }}
            as identifier_key,
        coalesce(
            'contact ' || feedback_submissions.contact_id,
            'answer ' || feedback_submissions.submission_id
        ) as respondent_key,
        cast(feedback_submissions.ticket_id as bigint) as ticket_id,
        feedback_submissions.submitted_at,
        feedback_submissions.submitted_on,
        case
            when feedback_submissions.survey_name = '{{ var("fcr_survey_name") }}' then 'fcr'
            else lower(feedback_submissions.survey_type)
        end as survey_type,
        feedback_submissions.survey_name,
        feedback_submissions.survey_channel_type,
        feedback_submissions.is_deleted,
        feedback_submissions.comment,
        feedback_submissions.score,
        feedback_submissions._build_id
    from feedback_submissions
    union all
    {# A rating that was only offered is no answer: rating_scores does not know it. #}
    select
        {{ surrogate_key(["'zendesk'", "'survey_answer'", 'satisfaction_ratings.rating_id']) }}
            as touchpoint_key,
        cast(satisfaction_ratings.rating_id as string) as answer_id,
        'zendesk' as source_slug,
        {{ identifier_key_or_unknown('zendesk_user_id', 'satisfaction_ratings.requester_id') }}
            as identifier_key,
        coalesce(
            'user ' || cast(satisfaction_ratings.requester_id as string),
            'answer ' || cast(satisfaction_ratings.rating_id as string)
        ) as respondent_key,
        satisfaction_ratings.ticket_id,
        satisfaction_ratings.created_at as submitted_at,
        satisfaction_ratings.created_on as submitted_on,
        'csat_good_bad' as survey_type,
        'Ticket rating' as survey_name,
        cast(null as string) as survey_channel_type,
        satisfaction_ratings.is_deleted,
        satisfaction_ratings.comment,
        cast(rating_scores.score as double) as score,
        satisfaction_ratings._build_id
    from satisfaction_ratings
    left join rating_scores on satisfaction_ratings.score_type = rating_scores.score_type
    union all
    {# The newer CSAT asks the same: neutral has no score, a rating that was skipped no row. #}
    select
        {{ surrogate_key(["'zendesk'", "'survey_answer'", 'survey_responses.response_id']) }}
            as touchpoint_key,
        survey_responses.response_id as answer_id,
        'zendesk' as source_slug,
        {{ identifier_key_or_unknown('zendesk_user_id', 'survey_responses.requester_id') }}
            as identifier_key,
        coalesce(
            'user ' || cast(survey_responses.requester_id as string),
            'answer ' || survey_responses.response_id
        ) as respondent_key,
        survey_responses.ticket_id,
        survey_responses.created_at as submitted_at,
        survey_responses.created_on as submitted_on,
        'csat_good_bad' as survey_type,
        'Ticket rating' as survey_name,
        cast(null as string) as survey_channel_type,
        survey_responses.is_deleted,
        survey_responses.comment,
        cast(rating_scores.score as double) as score,
        survey_responses._build_id
    from survey_responses
    left join rating_scores on survey_responses.score_type = rating_scores.score_type
    where survey_responses.score_type is not null
)

select * from final
