-- Effort has a row per issue with the same repeats, and its points are those of the weights.

with issues as (
    select * from {{ ref('fct_issues') }}
),

efforts as (
    select * from {{ ref('agg_issue_effort') }}
)

select issues.issue_key
from issues
left join efforts on issues.issue_key = efforts.issue_key
where
    efforts.repeat_contact_count is null
    or issues.repeat_contact_count <> efforts.repeat_contact_count
    or efforts.effort_points < 0
