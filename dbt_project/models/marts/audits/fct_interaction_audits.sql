-- One row per audit of a contact and question of the form.

{# Made anew in every build: a second reading comes days later, and audits are few. #}

with audits as (select * from {{ ref('int_interaction_audits') }}),

final as (
    select
        {{ surrogate_key(['audits.audit_id', 'audits.question_slug']) }} as audit_answer_key,
        audits.audit_id,
        audits.touchpoint_key,
        audits.agent_id,
        audits.auditor_id,
        audits.second_auditor_id,
        audits.audited_at,
        audits.handled_at,
        audits.audited_on,
        audits.channel_slug,
        audits.form_slug,
        audits.question_slug,
        audits.answer_type,
        audits.second_answer_type,
        audits.is_auto_fail,
        audits.has_second_reading,
        audits.question_name,
        audits.earned_points,
        audits.possible_points
    from audits
)

select * from final
