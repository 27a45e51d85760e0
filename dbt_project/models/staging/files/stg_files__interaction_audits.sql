-- One row per audited contact, reading and question: its newest version.

{% set structure = {
    'audit_id': 'string', 'rating': 'string', 'audited_at': 'string', 'auditor_id': 'bigint',
    'form': 'string', 'system': 'string', 'interaction_type': 'string', 'interaction_id': 'string',
    'question': 'string', 'question_text': 'string', 'answer': 'string', 'earned': 'bigint',
    'possible': 'bigint', 'auto_fail': 'boolean'
} %}

with decoded as {{ decoded(landed_rows('files', 'interaction_audits'), structure) }},

final as (
    select
        decoded.record.audit_id,
        decoded.record.system as source_slug,
        decoded.record.interaction_type as touchpoint_type,
        decoded.record.interaction_id as source_record_id,
        decoded.record.form as form_slug,
        decoded.record.question as question_slug,
        decoded.record.auditor_id,
        try_cast(decoded.record.audited_at as timestamp) as audited_at,
        decoded.record.rating as rating_type,
        decoded.record.answer as answer_type,
        decoded.is_deleted,
        decoded.record.auto_fail as is_auto_fail,
        decoded.record.question_text as question_name,
        decoded.record.earned as earned_points,
        decoded.record.possible as possible_points,
        {{ technical_columns('decoded') }}
    from decoded
)

select * from final
