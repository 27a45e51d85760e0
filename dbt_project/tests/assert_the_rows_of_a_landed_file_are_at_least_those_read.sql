-- A file holds what this attempt read and what earlier ones of the same window had kept; never less
-- than what was read, and never more rows held back than rows.

with attempts as (
    select * from {{ ref('fct_extract_attempts') }}
)

select
    attempt_id,
    row_count,
    new_row_count,
    invalid_row_count
from attempts
where
    outcome_type = 'success'
    and (
        row_count < new_row_count
        or invalid_row_count > row_count
        or finished_at < started_at
    )
