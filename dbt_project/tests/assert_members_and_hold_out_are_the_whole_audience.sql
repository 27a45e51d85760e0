-- Uplift is measured on every member of the audience, and an outcome belongs to somebody counted.

with members as (
    select
        audience_slug,
        count(*) as member_count
    from {{ ref('agg_audience_members') }}
    group by audience_slug
)

select
    uplift.audience_slug,
    members.member_count
from {{ ref('agg_audience_uplift') }} as uplift
left join members on uplift.audience_slug = members.audience_slug
where
    uplift.member_count + uplift.holdout_count <> coalesce(members.member_count, 0)
    or uplift.member_outcome_count > uplift.member_count
    or uplift.holdout_outcome_count > uplift.holdout_count
    or uplift.uplift_low_rate > uplift.uplift_high_rate
