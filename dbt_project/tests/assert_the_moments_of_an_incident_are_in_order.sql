-- Nobody takes or resolves an incident before it was detected, and a missed emergency was not
-- declared.

select incident_id
from {{ ref('fct_it_incidents') }}
where
    acknowledged_at < detected_at
    or resolved_at < detected_at
    or (is_missed_emergency and is_declared_emergency)
    or (is_false_alarm and not is_declared_emergency)
