-- One row per day with search results: how much of the true totals the rows by query show.

{{ config(materialized='view') }}

with totals as (select * from {{ ref('stg_search_console__by_date') }}),
details as (select * from {{ ref('stg_search_console__by_query_page') }}),

details_by_day as (
    select
        details.report_on,
        sum(details.click_count) as click_count,
        sum(details.impression_count) as impression_count,
        max(details._build_id) as _build_id
    from details
    group by details.report_on
),

{# A day whose queries are all rare has totals and no detail: its coverage is zero, not unknown. #}
final as (
    select
        totals.report_on,
        totals.click_count,
        totals.impression_count,
        coalesce(details_by_day.click_count, 0) as detail_click_count,
        coalesce(details_by_day.impression_count, 0) as detail_impression_count,
        cast(coalesce(details_by_day.click_count, 0) as double) / nullif(totals.click_count, 0)
            as click_coverage_rate,
        cast(coalesce(details_by_day.impression_count, 0) as double)
        / nullif(totals.impression_count, 0) as impression_coverage_rate,
        greatest(totals._build_id, coalesce(details_by_day._build_id, totals._build_id))
            as _build_id
    from totals
    left join details_by_day
        on totals.report_on = details_by_day.report_on
)

select * from final
