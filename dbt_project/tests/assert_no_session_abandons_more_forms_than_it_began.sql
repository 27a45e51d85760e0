-- A form is left only where one was begun, and a session without any sign has no friction.

select
    touchpoint_key,
    form_start_count,
    form_abandoned_count
from {{ ref('fct_web_sessions') }}
where
    form_abandoned_count > form_start_count
    or has_friction <> (
        greatest(
            rage_click_count, dead_click_count, error_page_count, form_abandoned_count,
            back_and_forth_count
        ) > 0
    )
