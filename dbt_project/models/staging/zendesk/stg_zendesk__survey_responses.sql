-- One row per response to a CSAT survey (newer feature): its newest version.

{% set structure = {
    'id': 'string', 'responder_id': 'bigint', 'changed_at': 'string',
    'subjects': [{'id': 'string', 'type': 'string'}],
    'survey': {'id': 'string', 'version': 'bigint'},
    'answers': [{
        'type': 'string', 'created_at': 'string', 'rating': 'bigint', 'rating_category': 'string',
        'value': 'string'
    }]
} %}

{% set answers = 'decoded.record.answers' %}
{% set answered_at = list_lookup(answers, 'type', "'rating_scale'", 'created_at') %}

with decoded as {{ decoded(landed_rows('zendesk', 'survey_responses'), structure) }},

final as (
    select
        decoded._pk as response_id,
        try_cast({{ list_lookup('decoded.record.subjects', 'type', "'ticket'", 'id') }} as bigint)
            as ticket_id,
        decoded.record.responder_id as requester_id,
        decoded.record.survey.id as survey_id,
        try_cast({{ answered_at }} as timestamp) as created_at,
        try_cast(decoded.record.changed_at as timestamp) as updated_at,
        cast(try_cast({{ answered_at }} as timestamp) as date) as created_on,
        {{ list_lookup(answers, 'type', "'rating_scale'", 'rating_category') }} as score_type,
        decoded.is_deleted,
        {{ list_lookup(answers, 'type', "'rating_scale'", 'rating') }} as rating,
        {{ list_lookup(answers, 'type', "'open_ended'", 'value') }} as comment,
        decoded.record.survey.version as survey_version,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
