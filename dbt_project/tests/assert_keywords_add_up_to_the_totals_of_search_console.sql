-- Queries and the unattributed remainder are all clicks and impressions of the day.

with totals as (
    select * from {{ ref('stg_search_console__by_date') }}
),

keywords as (
    select
        report_on,
        sum(click_count) as click_count,
        sum(impression_count) as impression_count
    from {{ ref('agg_keywords_daily') }}
    group by report_on
)

select
    totals.report_on,
    totals.click_count,
    keywords.click_count as keyword_click_count
from totals
left join keywords on totals.report_on = keywords.report_on
where
    totals.click_count <> coalesce(keywords.click_count, 0)
    or totals.impression_count <> coalesce(keywords.impression_count, 0)
