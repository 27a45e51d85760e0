-- Every audit of a contact with a planned channel stands in one week; points are those of the fact,
-- where one failed question takes all of its audit.

with audits as (
    select
        audits.audit_id,
        max(case when audits.is_auto_fail then 1 else 0 end) as is_failed,
        sum(audits.earned_points) as earned_points,
        sum(audits.possible_points) as possible_points
    from {{ ref('fct_interaction_audits') }} as audits
    inner join {{ ref('audit_plan') }} as audit_plan
        on audits.channel_slug = audit_plan.channel_slug
    group by audits.audit_id
),

told as (
    select
        count(*) as audit_count,
        coalesce(sum(possible_points), 0) as possible_points,
        coalesce(sum(case when is_failed = 0 then earned_points end), 0) as earned_points
    from audits
),

published as (
    select
        coalesce(sum(audit_count), 0) as audit_count,
        coalesce(sum(possible_points), 0) as possible_points,
        coalesce(sum(earned_points), 0) as earned_points
    from {{ ref('agg_audits_weekly') }}
)

select
    told.audit_count,
    published.audit_count as published_count
from told
cross join published
where
    told.audit_count <> published.audit_count
    or told.possible_points <> published.possible_points
    or told.earned_points <> published.earned_points
