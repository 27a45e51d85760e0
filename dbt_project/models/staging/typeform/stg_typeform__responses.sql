-- One row per answer to a question that is a score: NPS, CSAT or CES.

{# A file read again replaces its days. What vanished without a trace is found by sweeps of ids. #}
{{ config(
    pre_hook="{{ delete_landed_days('typeform', 'responses', day='submitted_on') }}",
    post_hook="{{ mark_absent(
        'is_deleted', 'typeform', 'responses_ids', key='response_id', snapshots=2
    ) }}"
) }}

{% set structure = {
    'form_id': 'string', 'response_id': 'string', 'submitted_at': 'string',
    'hidden': {'customer_id': 'string', 'email': 'string'},
    'questions': [{
        'ref': 'string', 'metric': 'string', 'scale_min': 'bigint', 'scale_max': 'bigint',
        'comment_ref': 'string'
    }],
    'answers': [{
        'field': {'ref': 'string', 'type': 'string'}, 'type': 'string', 'number': 'double',
        'text': 'string', 'email': 'string'
    }]
} %}

with decoded as {{ decoded(landed_rows('typeform', 'responses', whole_days=true), structure) }},

questions as (
    select
        decoded.*,
        {{ unnest_list('decoded.record.questions') }} as question
    from decoded
),

answers as (
    select
        questions.*,
        questions._pk || '|' || questions.question.ref as answer_id,
        {{ list_lookup(
            'questions.record.answers', 'field.ref', 'questions.question.ref', 'number'
        ) }} as score_raw,
        {{ list_lookup(
            'questions.record.answers', 'field.ref', 'questions.question.comment_ref', 'text'
        ) }} as comment
    from questions
),

final as (
    select
        answers.answer_id,
        answers.record.response_id,
        answers.record.form_id,
        answers.question.ref as question_code,
        answers.record.hidden.customer_id as customer_number,
        try_cast(answers.record.submitted_at as timestamp) as submitted_at,
        cast(try_cast(answers.record.submitted_at as timestamp) as date) as submitted_on,
        answers.question.metric as metric_slug,
        answers.is_deleted,
        coalesce(
            answers.record.hidden.email,
            {{ list_lookup('answers.record.answers', 'type', "'email'", 'email') }}
        ) as respondent_email,
        answers.comment,
        answers.score_raw,
        answers.question.scale_min,
        answers.question.scale_max,
        answers.answer_id as _pk,
        answers._cursor,
        answers._payload_sha,
        answers._extracted_at,
        answers._build_id
    from answers
    where answers.score_raw is not null
)

select * from final
