-- Every step is of one sort, and an issue of n inbound contacts has n - 1 steps.

with paths as (
    select * from {{ ref('agg_channel_paths') }}
),

contacts as (
    select * from {{ ref('bridge_issue_touchpoints') }}
    where direction_type = 'inbound' and touchpoint_type in ('call', 'ticket', 'crm_ticket')
),

expected as (
    select count(*) - count(distinct contacts.issue_key) as step_count
    from contacts
),

counted as (
    select
        coalesce(sum(paths.step_count), 0) as step_count,
        coalesce(sum(paths.deflection_count + paths.duplication_count + paths.other_count), 0)
            as sorted_count
    from paths
)

select
    counted.step_count,
    counted.sorted_count,
    expected.step_count as expected_count
from counted
cross join expected
where
    counted.step_count <> expected.step_count
    or counted.sorted_count <> expected.step_count
