-- Yes earns all points of a question, no earns none, and what does not apply is in neither sum.

select
    audit_id,
    question_slug
from {{ ref('fct_interaction_audits') }}
where
    earned_points not between 0 and possible_points
    or (answer_type = 'na' and possible_points <> 0)
    or (second_auditor_id is null) = has_second_reading
    or second_auditor_id = auditor_id
