-- An issue counts what its bridge holds; every call and ticket that a customer brought is in one.

with issues as (
    select * from {{ ref('fct_issues') }}
),

touchpoints as (
    select * from {{ ref('bridge_issue_touchpoints') }}
),

brought as (
    select * from {{ ref('fct_touchpoints') }}
    where touchpoint_type in ('call', 'ticket', 'crm_ticket') and direction_type = 'inbound'
),

counted as (
    select
        touchpoints.issue_key,
        count(*) as touchpoint_count,
        count(touchpoints.contact_number) as contact_count,
        count(case when touchpoints.is_repeat then 1 end) as repeat_contact_count
    from touchpoints
    group by touchpoints.issue_key
)

select issues.issue_key
from issues
left join counted on issues.issue_key = counted.issue_key
where
    issues.touchpoint_count <> coalesce(counted.touchpoint_count, 0)
    or issues.contact_count <> coalesce(counted.contact_count, 0)
    or issues.repeat_contact_count <> coalesce(counted.repeat_contact_count, 0)
union all
select brought.touchpoint_key
from brought
left join touchpoints on brought.touchpoint_key = touchpoints.touchpoint_key
where touchpoints.touchpoint_key is null
