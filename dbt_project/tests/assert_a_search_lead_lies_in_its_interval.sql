-- The days and impressions that a lead rests on are those of the searches, and the interval is one.

with searched as (
    select
        page_group_slug,
        count(*) as day_count,
        sum(impression_count) as impression_count
    from {{ ref('int_search_calls_daily') }}
    group by page_group_slug
)

select
    searched.page_group_slug,
    leads.lead_delta_days
from searched
full outer join {{ ref('agg_search_leads') }} as leads
    on searched.page_group_slug = leads.page_group_slug
where
    searched.page_group_slug is null
    or leads.page_group_slug is null
    or leads.day_count <> searched.day_count
    or leads.impression_count <> searched.impression_count
    or leads.lead_low_delta_days > leads.lead_high_delta_days
    or leads.pair_correlation not between -1.000001 and 1.000001
